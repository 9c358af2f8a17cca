-- title_zh: 实际发放
-- title_en: payments net of what came back
-- key: position
-- for: each line that was paid, less what the bank gave back of it, and at which entry its run, or sending it again, was approved
-- facts: S1-069
WITH issued AS (
    -- a run may be named with its kind before it or without
    SELECT position, stream, month, account, amount_fen, kind,
           CASE WHEN run LIKE 'run/%' THEN run ELSE 'run/' || run END AS run
    FROM payment_issued
),
back AS (
    SELECT stream, month, amount_fen,
           CASE WHEN run LIKE 'run/%' THEN run ELSE 'run/' || run END AS run
    FROM payment_returned
),
reissued AS (
    SELECT stream, month, position,
           CASE WHEN run LIKE 'run/%' THEN run ELSE 'run/' || run END AS run
    FROM payment_reissued
),
returned AS (
    SELECT stream, month, run, SUM(amount_fen) AS amount_fen FROM back GROUP BY stream, month, run
),
alike AS (
    SELECT DISTINCT stream, month, run, amount_fen FROM back
),
approved AS (
    SELECT stream AS run, MIN(position) AS position FROM pay_run_approved GROUP BY stream
),
again AS (
    -- whoever sends a line again decides anew
    SELECT issued.position, MAX(sent.position) AS sent
    FROM issued
    JOIN reissued AS sent
      ON sent.stream = issued.stream AND sent.month = issued.month AND sent.run = issued.run
     AND sent.position < issued.position
    WHERE issued.kind = 'reissue'
    GROUP BY issued.position
),
lines AS (
    -- what came back is taken off once, from a line of the same sum first, then from the oldest: a
    -- line that was sent again stands in the run of the one that came back
    SELECT issued.position, issued.stream, issued.month, issued.run, issued.account, issued.amount_fen,
           COALESCE(returned.amount_fen, 0) AS back_fen,
           SUM(issued.amount_fen) OVER (
               PARTITION BY issued.stream, issued.month, issued.run
               ORDER BY CASE WHEN alike.stream IS NULL THEN 1 ELSE 0 END, issued.position
           ) AS so_far_fen
    FROM issued
    LEFT JOIN returned
      ON returned.stream = issued.stream AND returned.month = issued.month AND returned.run = issued.run
    LEFT JOIN alike
      ON alike.stream = issued.stream AND alike.month = issued.month AND alike.run = issued.run
     AND alike.amount_fen = issued.amount_fen
)
SELECT lines.position,
       lines.stream AS "case",
       lines.month,
       lines.account,
       lines.amount_fen AS issued_fen,
       TRY_CAST(LEAST(lines.amount_fen, lines.so_far_fen - lines.back_fen) AS BIGINT) AS amount_fen,
       COALESCE(again.sent, approved.position, lines.position) AS approved,
       LIST_SORT(
           LIST_DISTINCT([lines.position, COALESCE(again.sent, approved.position, lines.position)])
       ) AS positions
FROM lines
LEFT JOIN approved ON approved.run = lines.run
LEFT JOIN again ON again.position = lines.position
WHERE lines.so_far_fen > lines.back_fen AND lines.amount_fen > 0
