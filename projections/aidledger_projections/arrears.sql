-- title_zh: 欠发与多发
-- title_en: arrears
-- key: case, month
-- for: what is due to a case for a month against what it was paid and gave back; above zero is owed, below was paid too much
-- facts: S1-062, S4-023, S4-108
WITH paid AS (
    SELECT stream, month, amount_fen AS fen, position FROM payment_issued
    UNION ALL
    SELECT stream, month, -amount_fen, position FROM payment_returned
    UNION ALL
    SELECT stream, month, -amount_fen, position FROM payment_recovered
),
months AS (
    SELECT stream, month, SUM(fen) AS paid_fen, ARRAY_AGG(position) AS positions
    FROM paid
    GROUP BY stream, month
),
once AS (
    -- help once is due in the month of its roster
    SELECT stream, month, SUM(amount_fen) AS fen, ARRAY_AGG(position) AS positions
    FROM payment_rostered
    WHERE kind = 'one_off'
    GROUP BY stream, month
),
known AS (
    SELECT "case", month FROM entitlements
    UNION
    SELECT stream, month FROM months
    UNION
    SELECT stream, month FROM once
),
due AS (
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
