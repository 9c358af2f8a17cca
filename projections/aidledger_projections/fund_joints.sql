-- title_zh: 资金衔接核对
-- title_en: joints of the money's way
-- key: joint, item, programme, period
-- for: at each joint of the money's way from allocation to hand: what left one side and reached the other, what is under way, what is apart, and by which entries
-- facts: S4-067, S4-108, S4-115, S4-118
WITH funds AS (
    -- a fund is for the programme of its last allocation
    SELECT stream AS fund, MAX_BY(programme, position) AS programme
    FROM fund_allocated
    GROUP BY stream
),
opened AS (
    SELECT stream AS run, MAX_BY(month, position) AS month,
           MAX_BY(CASE WHEN fund LIKE 'fund/%' THEN fund ELSE 'fund/' || fund END, position) AS fund
    FROM pay_run_opened
    GROUP BY stream
),
last_approved AS (
    SELECT stream AS run, MAX_BY(total_fen, position) AS fen, MAX(position) AS position
    FROM pay_run_approved
    GROUP BY stream
),
files AS (
    SELECT stream AS run, file, MAX_BY(total_fen, position) AS fen, MAX(position) AS position
    FROM bank_file_issued
    GROUP BY stream, file
),
results AS (
    SELECT stream AS run, file, MAX_BY(paid_fen, position) AS paid_fen,
           MAX_BY(returned_fen, position) AS returned_fen, MAX(position) AS position
    FROM bank_result_received
    GROUP BY stream, file
),
lines AS (
    SELECT 'rostered' AS act, stream, run, month, kind, amount_fen AS fen, position FROM payment_rostered
    UNION ALL
    SELECT CASE WHEN kind = 'reissue' THEN 'issued_again' ELSE 'issued' END, stream, run, month, kind,
           amount_fen, position
    FROM payment_issued
    UNION ALL
    SELECT 'returned', stream, run, month, '', amount_fen, position FROM payment_returned
    UNION ALL
    SELECT 'reissued', stream, run, month, '', amount_fen, position FROM payment_reissued
    UNION ALL
    SELECT 'disbursed', '', run, '', '', amount_fen, position FROM fund_disbursed WHERE run IS NOT NULL
    UNION ALL
    SELECT 'put_back', '', run, '', '', amount_fen, position FROM fund_returned WHERE run IS NOT NULL
),
of_runs AS (
    SELECT act, CASE WHEN run LIKE 'run/%' THEN run ELSE 'run/' || run END AS run,
           stream || ' ' || month AS line, kind, fen, position
    FROM lines
),
run_sides AS (
    SELECT 'approved' AS joint, run, '' AS line, 1 AS is_left, fen, position FROM of_runs WHERE act = 'rostered'
    UNION ALL
    SELECT 'approved', run, '', 0, fen, position FROM last_approved
    UNION ALL
    -- what is sent again is taken out of the fund once more
    SELECT 'disbursed', run, '', 1, fen, position FROM last_approved
    UNION ALL
    SELECT 'disbursed', run, '', 1, fen, position FROM of_runs WHERE act = 'reissued'
    UNION ALL
    SELECT 'disbursed', run, '', 0, fen, position FROM of_runs WHERE act = 'disbursed'
    UNION ALL
    SELECT 'filed', run, '', 1, fen, position FROM last_approved
    UNION ALL
    SELECT 'filed', run, '', 0, fen, position FROM files
    UNION ALL
    SELECT 'answered', run, file, 1, fen, position FROM files
    UNION ALL
    SELECT 'answered', run, file, 0, paid_fen + returned_fen, position FROM results
    UNION ALL
    SELECT 'issued', run, '', 1, paid_fen + returned_fen, position FROM results
    UNION ALL
    SELECT 'issued', run, '', 0, fen, position FROM of_runs WHERE act = 'issued'
    UNION ALL
    SELECT 'lines', run, line || ' ' || kind, CASE WHEN act = 'rostered' THEN 1 ELSE 0 END, fen, position
    FROM of_runs
    WHERE act IN ('rostered', 'issued')
    UNION ALL
    SELECT 'returned', run, '', 1, returned_fen, position FROM results
    UNION ALL
    SELECT 'returned', run, '', 0, fen, position FROM of_runs WHERE act = 'returned'
    UNION ALL
    SELECT 'put_back', run, '', CASE WHEN act = 'returned' THEN 1 ELSE 0 END, fen, position
    FROM of_runs
    WHERE act IN ('returned', 'put_back')
    UNION ALL
    SELECT 'reissued', run, line, CASE WHEN act = 'returned' THEN 1 ELSE 0 END, fen, position
    FROM of_runs
    WHERE act IN ('returned', 'reissued')
    UNION ALL
    SELECT 'issued_again', run, line, CASE WHEN act = 'reissued' THEN 1 ELSE 0 END, fen, position
    FROM of_runs
    WHERE act IN ('reissued', 'issued_again')
),
moved AS (
    SELECT stream AS fund, CASE WHEN to_fund LIKE 'fund/%' THEN to_fund ELSE 'fund/' || to_fund END AS to_fund,
           YEAR(effective_on) AS year, amount_fen AS fen, position
    FROM fund_transferred
),
known_funds AS (
    -- a fund that nothing is recorded of has no account that money could reach
    SELECT DISTINCT stream AS fund
    FROM entry
    WHERE type IN ('AccountOpened', 'FundAllocated', 'FundDisbursed', 'FundReceived')
),
fund_sides AS (
    SELECT 'allocated' AS joint, stream AS fund, CAST(year AS VARCHAR) AS period, from_level AS line,
           1 AS is_left, amount_fen AS fen, position
    FROM fund_allocated
    UNION ALL
    SELECT 'allocated', stream, CAST(year AS VARCHAR), level, 0, amount_fen, position FROM fund_received
    UNION ALL
    SELECT 'transferred', to_fund, CAST(year AS VARCHAR), '', 1, fen, position FROM moved
    UNION ALL
    SELECT 'transferred', moved.to_fund, CAST(moved.year AS VARCHAR), '', 0, moved.fen, moved.position
    FROM moved
    JOIN known_funds ON known_funds.fund = moved.to_fund
),
sides AS (
    SELECT run_sides.joint, run_sides.run AS item, COALESCE(funds.programme, '') AS programme,
           COALESCE(opened.month, '') AS period, run_sides.line, run_sides.is_left, run_sides.fen,
           run_sides.position
    FROM run_sides
    LEFT JOIN opened ON opened.run = run_sides.run
    LEFT JOIN funds ON funds.fund = opened.fund
    UNION ALL
    SELECT fund_sides.joint, fund_sides.fund, COALESCE(funds.programme, ''), fund_sides.period,
           fund_sides.line, fund_sides.is_left, fund_sides.fen, fund_sides.position
    FROM fund_sides
    LEFT JOIN funds ON funds.fund = fund_sides.fund
    UNION ALL
    SELECT 'recovered', '', COALESCE(case_state.programme, ''), '', '', 1, recovered.amount_fen,
           recovered.position
    FROM payment_recovered AS recovered
    LEFT JOIN case_state ON case_state."case" = recovered.stream
    UNION ALL
    SELECT 'recovered', '', COALESCE(funds.programme, ''), '', '', 0, returned.amount_fen, returned.position
    FROM fund_returned AS returned
    LEFT JOIN funds ON funds.fund = returned.stream
    WHERE returned.run IS NULL
    UNION ALL
    SELECT 'used', REPLACE(account, 'liabilities:purpose/', ''), '', '', '', CASE WHEN credit_fen > 0 THEN 1 ELSE 0 END,
           debit_fen + credit_fen, position
    FROM postings
    WHERE account LIKE 'liabilities:purpose/%'
),
by_line AS (
    SELECT joint, item, programme, period, line,
           SUM(is_left * fen) AS left_fen, SUM((1 - is_left) * fen) AS right_fen,
           SUM(is_left) AS lefts, SUM(1 - is_left) AS rights, ARRAY_AGG(position) AS positions
    FROM sides
    GROUP BY joint, item, programme, period, line
),
judged AS (
    SELECT joint, item, programme, period, line, left_fen, right_fen, positions,
           CASE
               -- what has not come yet is under way; more than was sent is apart
               WHEN joint IN ('allocated', 'disbursed', 'put_back', 'reissued', 'recovered', 'used')
                   THEN GREATEST(left_fen - right_fen, 0)
               WHEN joint = 'transferred' THEN 0
               WHEN rights = 0 OR (lefts = 0 AND joint IN ('issued', 'returned')) THEN left_fen + right_fen
               ELSE 0
           END AS waiting_fen,
           CASE
               WHEN joint IN ('allocated', 'disbursed', 'put_back', 'reissued', 'recovered', 'used')
                   THEN GREATEST(right_fen - left_fen, 0)
               WHEN joint <> 'transferred'
                    AND (rights = 0 OR (lefts = 0 AND joint IN ('issued', 'returned'))) THEN 0
               ELSE ABS(right_fen - left_fen)
           END AS apart_fen
    FROM by_line
),
sums AS (
    SELECT joint, item, programme, period, SUM(left_fen) AS left_fen, SUM(right_fen) AS right_fen,
           SUM(waiting_fen) AS waiting_fen, SUM(apart_fen) AS apart_fen,
           FLATTEN(ARRAY_AGG(positions)) AS positions
    FROM judged
    GROUP BY joint, item, programme, period
),
open_lines AS (
    SELECT sides.joint, sides.item, sides.programme, sides.period, sides.is_left, sides.position
    FROM sides
    JOIN judged
      ON judged.joint = sides.joint AND judged.item = sides.item AND judged.programme = sides.programme
     AND judged.period = sides.period AND judged.line = sides.line
    WHERE judged.waiting_fen + judged.apart_fen > 0
),
lefts AS (
    SELECT joint, item, programme, period, ARRAY_AGG(position) AS positions
    FROM open_lines
    WHERE is_left = 1
    GROUP BY joint, item, programme, period
),
rights AS (
    SELECT joint, item, programme, period, ARRAY_AGG(position) AS positions
    FROM open_lines
    WHERE is_left = 0
    GROUP BY joint, item, programme, period
),
counted AS (
    SELECT sums.joint, sums.item, sums.programme, sums.period, sums.left_fen, sums.right_fen,
           sums.waiting_fen, sums.apart_fen,
           -- nothing that is recorded could show what was spent on another purpose
           sums.joint = 'used'
               AND sums.item NOT IN ('emergency', 'facility', 'funeral', 'goods', 'service') AS unchecked,
           COALESCE(lefts.positions, CAST([] AS BIGINT[])) AS left_positions,
           COALESCE(rights.positions, CAST([] AS BIGINT[])) AS right_positions,
           sums.positions
    FROM sums
    LEFT JOIN lefts
      ON lefts.joint = sums.joint AND lefts.item = sums.item AND lefts.programme = sums.programme
     AND lefts.period = sums.period
    LEFT JOIN rights
      ON rights.joint = sums.joint AND rights.item = sums.item AND rights.programme = sums.programme
     AND rights.period = sums.period
),
stated AS (
    SELECT fund, stated_on, MAX(position) AS position
    FROM bank_statements
    GROUP BY fund, stated_on
),
hands AS (
    SELECT COALESCE(case_places.township, '') AS township, COALESCE(case_state.programme, '') AS programme,
           arrears.month, arrears.due_fen, arrears.paid_fen, arrears.arrears_fen, arrears.positions
    FROM arrears
    LEFT JOIN case_state ON case_state."case" = arrears."case"
    LEFT JOIN case_places
      ON case_places."case" = arrears."case"
     AND (case_places.after_month IS NULL OR case_places.after_month < arrears.month)
     AND (case_places.last_month IS NULL OR case_places.last_month >= arrears.month)
),
towns AS (
    SELECT township, programme, month, SUM(due_fen) AS due_fen, SUM(paid_fen) AS paid_fen,
           SUM(GREATEST(arrears_fen, 0)) AS waiting_fen, SUM(GREATEST(-arrears_fen, 0)) AS apart_fen,
           FLATTEN(ARRAY_AGG(positions)) AS positions
    FROM hands
    GROUP BY township, programme, month
),
short AS (
    SELECT township, programme, month, FLATTEN(ARRAY_AGG(positions)) AS positions
    FROM hands
    WHERE arrears_fen <> 0
    GROUP BY township, programme, month
),
unstated AS (
    -- a year in which money moved in an account, and no bank said what was in it
    SELECT REPLACE(moves.account, 'assets:', '') AS fund, moves.year, moves.fen, moves.positions
    FROM (
        SELECT account, YEAR(effective_on) AS year, SUM(debit_fen - credit_fen) AS fen,
               ARRAY_AGG(position) AS positions
        FROM postings
        WHERE account LIKE 'assets:fund/%'
        GROUP BY account, YEAR(effective_on)
    ) AS moves
    LEFT JOIN (SELECT DISTINCT fund, YEAR(stated_on) AS year FROM stated) AS said
      ON said.fund = REPLACE(moves.account, 'assets:', '') AND said.year = moves.year
    WHERE said.fund IS NULL
),
every_joint AS (
    SELECT joint, item, programme, period, left_fen, right_fen,
           CASE WHEN unchecked THEN 0 ELSE waiting_fen END AS waiting_fen,
           CASE WHEN unchecked THEN 0 ELSE apart_fen END AS apart_fen, unchecked,
           left_positions, right_positions, positions
    FROM counted
    UNION ALL
    SELECT 'account', unstated.fund, COALESCE(funds.programme, ''), CAST(unstated.year AS VARCHAR),
           unstated.fen, NULL, 0, 0, TRUE, CAST([] AS BIGINT[]), CAST([] AS BIGINT[]), unstated.positions
    FROM unstated
    LEFT JOIN funds ON funds.fund = unstated.fund
    UNION ALL
    -- the books of an account and the bank, on the day of a statement
    SELECT 'account', bank_statements.fund, COALESCE(funds.programme, ''),
           CAST(bank_statements.stated_on AS VARCHAR), bank_statements.booked_fen, bank_statements.stated_fen,
           0, ABS(bank_statements.difference_fen), FALSE,
           CASE WHEN bank_statements.difference_fen = 0 THEN CAST([] AS BIGINT[]) ELSE bank_statements.positions END,
           CASE WHEN bank_statements.difference_fen = 0 THEN CAST([] AS BIGINT[]) ELSE [bank_statements.position] END,
           CASE WHEN bank_statements.difference_fen = 0 THEN [bank_statements.position] ELSE bank_statements.positions END
    FROM bank_statements
    JOIN stated ON stated.position = bank_statements.position
    LEFT JOIN funds ON funds.fund = bank_statements.fund
    UNION ALL
    -- what decisions made due to persons, and what they were paid and gave back
    SELECT 'hand', towns.township, towns.programme, towns.month, towns.due_fen, towns.paid_fen,
           towns.waiting_fen, towns.apart_fen, FALSE, CAST([] AS BIGINT[]),
           COALESCE(short.positions, CAST([] AS BIGINT[])), towns.positions
    FROM towns
    LEFT JOIN short
      ON short.township = towns.township AND short.programme = towns.programme AND short.month = towns.month
)
SELECT joint,
       item,
       programme,
       period,
       left_fen,
       right_fen,
       right_fen - left_fen AS difference_fen,
       waiting_fen,
       apart_fen,
       CASE
           WHEN unchecked THEN 'unchecked'
           WHEN apart_fen > 0 THEN 'apart'
           WHEN waiting_fen > 0 THEN 'waiting'
           ELSE 'closed'
       END AS state,
       LIST_SORT(LIST_DISTINCT(left_positions)) AS left_positions,
       LIST_SORT(LIST_DISTINCT(right_positions)) AS right_positions,
       LIST_SORT(LIST_DISTINCT(positions)) AS positions
FROM every_joint
