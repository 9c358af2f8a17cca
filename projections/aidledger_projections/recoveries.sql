-- title_zh: 追回台账
-- title_en: recoveries
-- key: case
-- for: what each case was ordered to give back, gave back and was let off, what is still open, and by when the oldest of it; settled, too_much: more came back than was ordered, not_ordered: it came back by itself
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
           SUM(waived_fen) AS waived_fen, MAX(due_on) AS last_due_on,
           SUM(ordered_fen - recovered_fen - waived_fen) AS open_fen,
           LIST_SORT(ARRAY_AGG(position)) AS positions
    FROM moves
    GROUP BY stream
),
orders AS (
    SELECT stream, due_on, effective_on,
           SUM(amount_fen) OVER (
               PARTITION BY stream ORDER BY due_on, position
           ) AS ordered_so_far_fen
    FROM recovery_ordered
),
oldest AS (
    -- what comes back is for what was to come back first
    SELECT orders.stream, MIN(orders.due_on) AS due_on, MIN(orders.effective_on) AS from_on
    FROM orders
    JOIN sums ON sums.stream = orders.stream
    WHERE orders.ordered_so_far_fen > sums.recovered_fen + sums.waived_fen
    GROUP BY orders.stream
)
SELECT sums.stream AS "case",
       sums.ordered_fen,
       sums.recovered_fen,
       sums.waived_fen,
       sums.open_fen,
       COALESCE(oldest.due_on, sums.last_due_on) AS due_on,
       oldest.from_on,
       CASE
           WHEN sums.ordered_fen = 0 THEN 'not_ordered'
           WHEN sums.open_fen < 0 THEN 'too_much'
           WHEN sums.open_fen = 0 THEN 'settled'
           WHEN parameters.as_of <= oldest.due_on THEN 'open'
           ELSE 'overdue'
       END AS state,
       sums.positions
FROM sums
CROSS JOIN parameters
LEFT JOIN oldest ON oldest.stream = sums.stream
