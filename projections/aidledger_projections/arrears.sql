-- title_zh: 欠发与多发
-- title_en: arrears
-- key: case, month
-- for: what is due to a case for a month against what it was paid and gave back; above zero is owed, below was paid too much
-- facts: S1-062, S4-023, S4-108
WITH paid AS (
    SELECT stream, month, amount_fen AS fen, 0 AS recovered_fen, position FROM payment_issued
    UNION ALL
    SELECT stream, month, -amount_fen, 0, position FROM payment_returned
    UNION ALL
    SELECT stream, month, -amount_fen, amount_fen, position FROM payment_recovered
),
months AS (
    SELECT stream, month, SUM(fen) AS paid_fen, SUM(recovered_fen) AS recovered_fen,
           ARRAY_AGG(position) AS positions
    FROM paid
    GROUP BY stream, month
),
ordered_back AS (
    SELECT months.stream, months.month, ARRAY_AGG(recovery_ordered.position) AS positions
    FROM months
    JOIN recovery_ordered
      ON recovery_ordered.stream = months.stream
     AND recovery_ordered.from_month <= months.month
     AND recovery_ordered.to_month >= months.month
    WHERE months.recovered_fen > 0
    GROUP BY months.stream, months.month
),
granted AS (
    SELECT stream, SUM(amount_fen) AS fen FROM help_granted WHERE way = 'money' GROUP BY stream
),
lines AS (
    SELECT stream, month, SUM(amount_fen) AS fen, ARRAY_AGG(position) AS positions
    FROM payment_rostered
    WHERE kind = 'one_off'
    GROUP BY stream, month
),
once AS (
    -- help once is due in the month of its roster, as far as it was granted: the oldest month first
    SELECT lines.stream, lines.month,
           GREATEST(
               LEAST(
                   lines.fen,
                   COALESCE(granted.fen, 0)
                       - (SUM(lines.fen) OVER (PARTITION BY lines.stream ORDER BY lines.month) - lines.fen)
               ),
               0
           ) AS fen,
           lines.positions
    FROM lines
    LEFT JOIN granted ON granted.stream = lines.stream
),
known AS (
    SELECT "case", month FROM entitlements
    UNION
    SELECT stream, month FROM months
    UNION
    SELECT stream, month FROM once
),
decided AS (
    SELECT known."case", known.month,
           COALESCE(entitlements.payable_fen, 0) + COALESCE(once.fen, 0) AS fen,
           LIST_CONCAT(
               COALESCE(entitlements.positions, CAST([] AS BIGINT[])),
               COALESCE(once.positions, CAST([] AS BIGINT[]))
           ) AS positions
    FROM known
    LEFT JOIN entitlements
      ON entitlements."case" = known."case" AND entitlements.month = known.month
    LEFT JOIN once ON once.stream = known."case" AND once.month = known.month
),
due AS (
    -- what came back by an order is not due once more, though the decision stands that it was paid by
    SELECT decided."case", decided.month,
           CASE
               WHEN ordered_back.stream IS NULL THEN decided.fen
               ELSE GREATEST(
                   decided.fen - GREATEST(
                       months.recovered_fen
                           - GREATEST(months.paid_fen + months.recovered_fen - decided.fen, 0),
                       0
                   ),
                   0
               )
           END AS fen,
           LIST_CONCAT(
               decided.positions, COALESCE(ordered_back.positions, CAST([] AS BIGINT[]))
           ) AS positions
    FROM decided
    LEFT JOIN months ON months.stream = decided."case" AND months.month = decided.month
    LEFT JOIN ordered_back
      ON ordered_back.stream = decided."case" AND ordered_back.month = decided.month
)
SELECT due."case",
       due.month,
       due.fen AS due_fen,
       COALESCE(months.paid_fen, 0) AS paid_fen,
       due.fen - COALESCE(months.paid_fen, 0) AS arrears_fen,
       LIST_SORT(
           LIST_CONCAT(due.positions, COALESCE(months.positions, CAST([] AS BIGINT[])))
       ) AS positions
FROM due
LEFT JOIN months ON months.stream = due."case" AND months.month = due.month
