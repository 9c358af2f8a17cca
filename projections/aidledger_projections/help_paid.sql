-- title_zh: 救助给予与发放
-- title_en: help granted and paid
-- key: position
-- for: every grant of help with what of it was put on a roster and paid, the oldest first; over is what a case was paid beyond all its grants
-- facts: S4-045, S4-048
WITH granted AS (
    SELECT position, stream, effective_on, help, kind, way, office, amount_fen,
           CASE WHEN way = 'money' THEN amount_fen ELSE 0 END AS payable_fen
    FROM help_granted
),
sums AS (
    SELECT position, stream,
           SUM(payable_fen) OVER (PARTITION BY stream ORDER BY position) - payable_fen AS before_fen,
           SUM(payable_fen) OVER (PARTITION BY stream) AS all_fen
    FROM granted
),
rostered AS (
    SELECT stream, SUM(amount_fen) AS fen, ARRAY_AGG(position) AS positions
    FROM payment_rostered
    WHERE kind = 'one_off'
    GROUP BY stream
),
lines AS (
    -- a run may be named with its kind before it or without
    SELECT DISTINCT stream, CASE WHEN run LIKE 'run/%' THEN run ELSE 'run/' || run END AS run, month
    FROM payment_rostered
    WHERE kind = 'one_off'
),
movements AS (
    SELECT stream, position, amount_fen AS fen FROM payment_issued WHERE kind = 'one_off'
    UNION ALL
    -- a return and what is sent once more do not say of which kind the line was: its run and month do
    SELECT again.stream, again.position, again.amount_fen
    FROM payment_issued AS again
    JOIN lines
      ON lines.stream = again.stream AND lines.month = again.month
     AND lines.run = CASE WHEN again.run LIKE 'run/%' THEN again.run ELSE 'run/' || again.run END
    WHERE again.kind = 'reissue'
    UNION ALL
    SELECT back.stream, back.position, -back.amount_fen
    FROM payment_returned AS back
    JOIN lines
      ON lines.stream = back.stream AND lines.month = back.month
     AND lines.run = CASE WHEN back.run LIKE 'run/%' THEN back.run ELSE 'run/' || back.run END
),
paid AS (
    SELECT stream, SUM(fen) AS fen, ARRAY_AGG(position) AS positions FROM movements GROUP BY stream
)
SELECT granted.position,
       granted.stream AS "case",
       granted.effective_on AS granted_on,
       granted.help,
       granted.kind,
       granted.way,
       granted.office,
       granted.amount_fen,
       GREATEST(
           LEAST(COALESCE(rostered.fen, 0) - sums.before_fen, granted.payable_fen), 0
       ) AS rostered_fen,
       GREATEST(LEAST(COALESCE(paid.fen, 0) - sums.before_fen, granted.payable_fen), 0) AS paid_fen,
       granted.payable_fen - GREATEST(
           LEAST(COALESCE(paid.fen, 0) - sums.before_fen, granted.payable_fen), 0
       ) AS unpaid_fen,
       GREATEST(COALESCE(paid.fen, 0) - sums.all_fen, 0) AS over_fen,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT(
                   [granted.position],
                   LIST_CONCAT(
                       COALESCE(rostered.positions, CAST([] AS BIGINT[])),
                       COALESCE(paid.positions, CAST([] AS BIGINT[]))
                   )
               )
           )
       ) AS positions
FROM granted
JOIN sums ON sums.position = granted.position
LEFT JOIN rostered ON rostered.stream = granted.stream
LEFT JOIN paid ON paid.stream = granted.stream
