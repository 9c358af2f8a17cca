-- id: F024
-- title_zh: 跨县重复享受
-- title_en: supported in two counties
-- explain_zh: 与外县救助登记核对（登记代号 other_county）发现同一人在两地同月享受，属实或者无人答复，
--   仍继续发放。各县账本各用自己的代号，两本账不对照就看不出来。疑点代号以登记代号开头，
--   如 other_county-1。
-- explain_en: A comparison with the support registers of other counties (register other_county) showed one person
--   supported in both; it was confirmed or nobody answered, and payment went on. Ledgers know persons
--   by tokens of their own: without such a comparison nothing can be seen here. A hit is named by its
--   register and a number: other_county-1.
-- not_zh: 已说明理由排除的疑点；在享期间发现、当月和下月的发放（须有时间处理）；其间已停发或报告终止的。
-- not_en: a hit that was cleared with its reason; what is paid for the month of a comparison in support and the
--   next (there must be time to act); a case that was suspended or reported for termination in it
-- severity: high
-- basis: N22: support in two places after relocation
-- thresholds: months = 2
-- remedy_zh: 与对方县核实，保留一处，追回重复部分。
-- remedy_en: settle it with the other county, keep one, and recover the other
-- message_zh: {found_on} 发现（{hits}）；已答复：{answered}；
--   其后发放 {amount_fen} 元。
-- message_en: found on {found_on} ({hits}); answered: {answered}; {amount_fen} yuan were paid since
-- needs: data_compared where registers = 'other_county'; 没有与外县的救助登记核对过，本账本自己看不出跨县重复; nothing was compared with
--   the support registers of other counties, and this ledger alone can't show support in two
-- facts: S3-023
WITH open_runs AS (
    -- known before the approval: every month counts; found in support: there is some time to act
    SELECT "case" AS stream, position, found_on, LIST_SORT(ARRAY_AGG(hit)) AS hits,
           MAX(answered) AS answered, MAX(approval) AS approval,
           SUBSTRING(CAST(found_on + TO_MONTHS($months) AS VARCHAR), 1, 7) AS settled
    FROM open_hits
    WHERE register = 'other_county'
    GROUP BY "case", position, found_on
),
acts AS (
    SELECT stream, position, SUBSTRING(CAST(effective_on AS VARCHAR), 1, 7) AS month FROM support_suspended
    UNION ALL
    SELECT stream, position, SUBSTRING(CAST(effective_on AS VARCHAR), 1, 7) AS month FROM termination_reported
),
acted AS (
    SELECT DISTINCT open_runs.position
    FROM open_runs
    JOIN acts
      ON acts.stream = open_runs.stream
     AND acts.position > open_runs.position
     AND acts.month < open_runs.settled
),
paid AS (
    SELECT open_runs.position, SUM(issued.amount_fen) AS amount_fen, MIN(issued.month) AS first_month,
           MAX(issued.month) AS last_month, ARRAY_AGG(issued.position) AS positions
    FROM open_runs
    JOIN payment_issued AS issued
      ON issued.stream = open_runs.stream
     AND issued.position > open_runs.position
     AND issued.kind <> 'reissue'
     AND (open_runs.approval IS NOT NULL OR issued.month >= open_runs.settled)
    GROUP BY open_runs.position
)
SELECT open_runs.stream AS subject,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT(
                   [open_runs.position, COALESCE(open_runs.answered, open_runs.position),
                    COALESCE(open_runs.approval, open_runs.position)],
                   COALESCE(paid.positions, CAST([] AS BIGINT[]))
               )
           )
       ) AS positions,
       paid.first_month || '/' || paid.last_month AS period,
       COALESCE(paid.amount_fen, 0) AS amount_fen,
       open_runs.found_on,
       open_runs.hits,
       open_runs.answered IS NOT NULL AS answered
FROM open_runs
LEFT JOIN acted ON acted.position = open_runs.position
LEFT JOIN paid ON paid.position = open_runs.position
WHERE acted.position IS NULL AND (paid.position IS NOT NULL OR open_runs.approval IS NOT NULL)
