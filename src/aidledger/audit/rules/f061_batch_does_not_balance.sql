-- id: F061
-- title_zh: 批次不平
-- title_en: batch does not balance
-- explain_zh: 同一批次的花名册、批准总额、银行文件、银行回盘、资金支出和逐笔发放必须一致；不一致、或者银行付了没有人批准的批次，说明有人在环节之间加减了钱。
-- explain_en: The roster, the approved sum, the bank file, the bank's result, the fund's outflow and the single lines
--   of one run must agree. Where they do not, or the bank paid a run that nobody approved, somebody added
--   or took money on the way.
-- not_zh: 退回后补发的；尚未批准、也未发放的；银行尚未逐笔回告的；一个批次分几个文件而合计相符的。
-- not_en: what was sent again after a return; a run that is neither approved nor paid yet; lines that the bank has not
--   yet answered for; several files that add up
-- severity: critical
-- basis_zh: 发放批次对账：各环节笔数、金额一致
-- basis: reconciliation of a payment run: every stage has the same lines and the same sum
-- remedy_zh: 逐环节对账；多付的追回，改动数据的移送。
-- remedy_en: reconcile stage by stage; recover what was paid beyond the roster, and hand over who changed the data
-- message_zh: 花名册 {rostered_fen} 元；不符的环节：批准 {approved_fen}，银行文件 {file_fen}，银行回盘 {result_fen}，
--   资金支出 {spent_fen}；花名册以外的发放 {lines} 笔 {beyond_fen} 元。
-- message_en: {rostered_fen} yuan on the roster; what differs: approved {approved_fen}, bank file {file_fen}, bank's
--   result {result_fen}, out of the fund {spent_fen}; {lines} lines of {beyond_fen} yuan paid that are not on it
-- needs: entry where type = 'PaymentRostered' or 'PaymentIssued'; 没有花名册和发放记录; neither a roster nor a payment is recorded
-- facts: F061
WITH lines AS (
    SELECT stream, CASE WHEN run LIKE 'run/%' THEN run ELSE 'run/' || run END AS run, month, kind, amount_fen,
           1 AS told, 0 AS paid
    FROM payment_rostered
    UNION ALL
    SELECT stream, CASE WHEN run LIKE 'run/%' THEN run ELSE 'run/' || run END, month, 'reissue', amount_fen, 1, 0
    FROM payment_reissued
    UNION ALL
    SELECT stream, CASE WHEN run LIKE 'run/%' THEN run ELSE 'run/' || run END, month, kind, amount_fen, 0, 1
    FROM payment_issued
),
totals AS (
    SELECT run,
           SUM(CASE WHEN told = 1 AND kind <> 'reissue' THEN amount_fen ELSE 0 END) AS rostered_fen,
           SUM(CASE WHEN told = 1 AND kind = 'reissue' THEN amount_fen ELSE 0 END) AS again_fen
    FROM lines
    GROUP BY run
),
untold AS (
    SELECT stream, run, month, kind, amount_fen, SUM(paid) - SUM(told) AS more
    FROM lines
    GROUP BY stream, run, month, kind, amount_fen
    HAVING SUM(paid) > SUM(told)
),
beyond AS (
    SELECT run, SUM(more) AS lines, SUM(more * amount_fen) AS fen FROM untold GROUP BY run
),
files AS (
    SELECT stream AS run, file, MAX(position) AS position, MAX_BY(total_fen, position) AS fen
    FROM bank_file_issued
    GROUP BY stream, file
),
results AS (
    SELECT stream AS run, file, MAX(position) AS position, MAX_BY(paid_fen + returned_fen, position) AS fen
    FROM bank_result_received
    GROUP BY stream, file
),
stages AS (
    SELECT approved.run, 'approval' AS stage, approved.fen AS said_fen, approved.positions,
           ABS(approved.fen - COALESCE(totals.rostered_fen, 0)) AS fen
    FROM (
        SELECT stream AS run, MAX_BY(total_fen, position) AS fen, [MAX(position)] AS positions
        FROM pay_run_approved
        GROUP BY stream
    ) AS approved
    LEFT JOIN totals ON totals.run = approved.run
    UNION ALL
    -- what nobody approved was approved with nothing
    SELECT paid.run, 'approval', 0, paid.positions, paid.fen
    FROM (
        SELECT CASE WHEN run LIKE 'run/%' THEN run ELSE 'run/' || run END AS run, SUM(amount_fen) AS fen,
               ARRAY_AGG(position) AS positions
        FROM payment_issued
        WHERE kind <> 'reissue'
        GROUP BY 1
    ) AS paid
    WHERE paid.run NOT IN (SELECT stream FROM pay_run_approved)
    UNION ALL
    SELECT sent.run, 'bank_file', sent.fen, sent.positions, ABS(sent.fen - COALESCE(totals.rostered_fen, 0))
    FROM (
        SELECT run, SUM(fen) AS fen, ARRAY_AGG(position) AS positions FROM files GROUP BY run
    ) AS sent
    LEFT JOIN totals ON totals.run = sent.run
    UNION ALL
    SELECT results.run, 'bank_result', results.fen, [results.position],
           ABS(results.fen - COALESCE(files.fen, totals.rostered_fen, 0))
    FROM results
    LEFT JOIN files ON files.run = results.run AND files.file = results.file
    LEFT JOIN totals ON totals.run = results.run
    UNION ALL
    -- what is sent again is taken out of the fund once more
    SELECT spent.run, 'fund', spent.fen, spent.positions,
           GREATEST(
               COALESCE(totals.rostered_fen, 0) - spent.fen,
               spent.fen - COALESCE(totals.rostered_fen + totals.again_fen, 0)
           )
    FROM (
        SELECT CASE WHEN run LIKE 'run/%' THEN run ELSE 'run/' || run END AS run, SUM(amount_fen) AS fen,
               ARRAY_AGG(position) AS positions
        FROM fund_disbursed
        WHERE run IS NOT NULL
        GROUP BY 1
    ) AS spent
    LEFT JOIN totals ON totals.run = spent.run
    UNION ALL
    SELECT untold.run, 'lines', MAX(beyond.fen), ARRAY_AGG(issued.position), MAX(beyond.fen)
    FROM untold
    JOIN beyond ON beyond.run = untold.run
    JOIN payment_issued AS issued
      ON issued.stream = untold.stream
     AND CASE WHEN issued.run LIKE 'run/%' THEN issued.run ELSE 'run/' || issued.run END = untold.run
     AND issued.month = untold.month
     AND issued.kind = untold.kind
     AND issued.amount_fen = untold.amount_fen
    GROUP BY untold.run
),
apart AS (
    SELECT run, FLATTEN(ARRAY_AGG(positions)) AS positions, MAX(fen) AS fen,
           MAX(CASE WHEN stage = 'approval' THEN said_fen END) AS approved_fen,
           MAX(CASE WHEN stage = 'bank_file' THEN said_fen END) AS file_fen,
           MAX(CASE WHEN stage = 'bank_result' THEN said_fen END) AS result_fen,
           MAX(CASE WHEN stage = 'fund' THEN said_fen END) AS spent_fen
    FROM stages
    WHERE fen > 0
    GROUP BY run
)
SELECT apart.run AS subject,
       LIST_SORT(LIST_DISTINCT(apart.positions)) AS positions,
       opened.month AS period,
       apart.fen AS amount_fen,
       COALESCE(totals.rostered_fen, 0) AS rostered_fen,
       apart.approved_fen,
       apart.file_fen,
       apart.result_fen,
       apart.spent_fen,
       COALESCE(beyond.lines, 0) AS lines,
       COALESCE(beyond.fen, 0) AS beyond_fen
FROM apart
LEFT JOIN totals ON totals.run = apart.run
LEFT JOIN beyond ON beyond.run = apart.run
LEFT JOIN (SELECT stream, MAX(month) AS month FROM pay_run_opened GROUP BY stream) AS opened
  ON opened.stream = apart.run
