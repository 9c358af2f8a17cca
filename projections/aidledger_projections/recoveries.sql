-- title_zh: 追回台账
-- title_en: recoveries
-- key: case
-- for: what each case was ordered to give back, gave back and was let off, and what is still open
-- facts: S4-115, S4-118
WITH moves AS (
    SELECT stream, position, amount_fen AS ordered_fen, 0 AS recovered_fen, 0 AS waived_fen, due_on
    FROM recovery_ordered
    UNION ALL
    SELECT stream, position, 0, amount_fen, 0, NULL FROM payment_recovered
    UNION ALL
    SELECT stream, position, 0, 0, amount_fen, NULL FROM recovery_waived
),
sums AS (
    SELECT stream, SUM(ordered_fen) AS ordered_fen, SUM(recovered_fen) AS recovered_fen,
           SUM(waived_fen) AS waived_fen, MAX(due_on) AS due_on,
           SUM(ordered_fen - recovered_fen - waived_fen) AS open_fen,
           LIST_SORT(ARRAY_AGG(position)) AS positions
    FROM moves
    GROUP BY stream
)
SELECT sums.stream AS "case",
       sums.ordered_fen,
       sums.recovered_fen,
       sums.waived_fen,
       sums.open_fen,
       sums.due_on,
       CASE
           WHEN sums.open_fen < 0 THEN 'not_ordered'
           WHEN sums.open_fen = 0 THEN 'settled'
           WHEN parameters.as_of <= sums.due_on THEN 'open'
           ELSE 'overdue'
       END AS state,
       sums.positions
FROM sums
CROSS JOIN parameters
