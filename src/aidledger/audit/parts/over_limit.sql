-- title_zh: 登记财产超过限额
-- title_en: property by a register beyond the limit of the pack
-- reads: standing (as standing_rows gives it, with kind as property_limits has it, amount, and to_on)
-- gives: of each supported case beyond it one row: subject, positions, period, amount_fen (paid from the
--   register's month on), from_unit, dated_on, line, counted, allowed
WITH approvals AS (
    SELECT stream AS "case", MAX(position) AS approval FROM application_approved GROUP BY stream
),
counted AS (
    SELECT "case", kind, CAST(SUM(CAST(amount AS HUGEINT)) AS HUGEINT) AS counted,
           MIN_BY(line, (position, line)) AS line, MIN(from_unit) AS from_unit, MAX(dated_on) AS dated_on,
           ARRAY_AGG(position) AS positions
    FROM standing
    WHERE supported AND (to_on IS NULL OR to_on > dated_on)
    GROUP BY "case", kind
),
beyond AS (
    SELECT counted.*, CAST(limits.allowed_each AS HUGEINT) * limits.heads AS allowed, limits.positions AS by_pack
    FROM counted
    JOIN approvals ON approvals."case" = counted."case"
    JOIN property_limits AS limits ON limits.approval = approvals.approval AND limits.kind = counted.kind
    WHERE counted.counted > CAST(limits.allowed_each AS HUGEINT) * limits.heads
),
since AS (
    SELECT beyond."case", SUM(paid.amount_fen) AS amount_fen, MIN(paid.month) AS first_month,
           MAX(paid.month) AS last_month
    FROM beyond
    JOIN net_payments AS paid
      ON paid."case" = beyond."case" AND paid.month >= SUBSTRING(CAST(beyond.dated_on AS VARCHAR), 1, 7)
    GROUP BY beyond."case"
)
SELECT beyond."case" AS subject,
       LIST_SORT(LIST_DISTINCT(LIST_CONCAT(beyond.positions, beyond.by_pack))) AS positions,
       since.first_month || '/' || since.last_month AS period,
       COALESCE(since.amount_fen, 0) AS amount_fen,
       beyond.from_unit,
       beyond.dated_on,
       beyond.line,
       CAST(beyond.counted AS BIGINT) AS counted,
       CAST(beyond.allowed AS BIGINT) AS allowed
FROM beyond
LEFT JOIN since ON since."case" = beyond."case"
