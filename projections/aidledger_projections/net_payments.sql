-- title_zh: 实际发放
-- title_en: payments net of what came back
-- key: position
-- for: each line that was paid, less what the bank gave back of it, and at which entry its run was approved
-- facts: S1-069
WITH returned AS (
    SELECT stream, month, run, SUM(amount_fen) AS amount_fen
    FROM payment_returned
    GROUP BY stream, month, run
),
approved AS (
    SELECT stream AS run, MIN(position) AS position FROM pay_run_approved GROUP BY stream
)
SELECT issued.position,
       issued.stream AS "case",
       issued.month,
       issued.account,
       issued.amount_fen AS issued_fen,
       TRY_CAST(issued.amount_fen - COALESCE(returned.amount_fen, 0) AS BIGINT) AS amount_fen,
       COALESCE(approved.position, issued.position) AS approved,
       CASE WHEN approved.position IS NULL THEN [issued.position]
            ELSE LIST_SORT([approved.position, issued.position]) END AS positions
FROM payment_issued AS issued
LEFT JOIN returned
  ON returned.stream = issued.stream AND returned.month = issued.month AND returned.run = issued.run
LEFT JOIN approved ON approved.run = issued.run
WHERE issued.amount_fen > COALESCE(returned.amount_fen, 0)
