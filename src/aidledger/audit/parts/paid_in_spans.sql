-- title_zh: 登记期间的发放
-- title_en: what was paid in the months that a register names
-- reads: standing (as standing_rows gives it, with from_on and to_on, which may be NULL)
-- gives: of each case one row: subject, positions, period, amount_fen, lines, and the row of standing by
--   which it is proven
WITH spans AS (
    -- without a day of its beginning a register speaks of its own month alone
    SELECT "case", position, line, SUBSTRING(CAST(from_on AS VARCHAR), 1, 7) AS from_month,
           SUBSTRING(CAST(to_on AS VARCHAR), 1, 7) AS to_month,
           SUBSTRING(CAST(dated_on AS VARCHAR), 1, 7) AS last_month
    FROM standing
),
paid AS (
    -- each payment counts once, however many rows name the person
    SELECT spans."case", paid.position AS payment, paid.month, paid.amount_fen, MIN(spans.position) AS position,
           MIN_BY(spans.line, (spans.position, spans.line)) AS line
    FROM spans
    JOIN net_payments AS paid
      ON paid."case" = spans."case"
     AND (paid.month > spans.from_month OR (spans.from_month IS NULL AND paid.month = spans.last_month))
     AND (spans.to_month IS NULL OR paid.month < spans.to_month)
     AND paid.month <= spans.last_month
    GROUP BY spans."case", paid.position, paid.month, paid.amount_fen
),
summed AS (
    SELECT "case", MIN(position) AS position, MIN_BY(line, (position, line)) AS line,
           MIN(month) AS first_month, MAX(month) AS last_month, SUM(amount_fen) AS amount_fen,
           COUNT(*) AS lines, ARRAY_AGG(payment) AS payments
    FROM paid
    GROUP BY "case"
)
SELECT summed."case" AS subject,
       LIST_SORT(LIST_DISTINCT(LIST_CONCAT([summed.position], summed.payments))) AS positions,
       summed.first_month || '/' || summed.last_month AS period,
       summed.amount_fen,
       summed.lines,
       standing.*
FROM summed
JOIN standing
  ON standing."case" = summed."case" AND standing.position = summed.position AND standing.line = summed.line
