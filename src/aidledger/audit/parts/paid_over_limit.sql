-- title_zh: 核对疑点之后的发放，或者核定财产超过限额之后的发放
-- title_en: what was paid after a comparison whose hits stand, or after property was assessed beyond the limit
-- reads: hits (rows of open_hits), property (rows of assessed_property), the threshold months
-- gives: what paid_after_hits gives where no assessment of property answers, with counted and allowed, and a
--   row for each approval of property beyond the limit
WITH answers AS (
    SELECT stream, position, effective_on FROM property_assessed
),
found AS (
    $paid_after_hits
),
beyond AS (
    SELECT *, CAST(allowed_each AS HUGEINT) * heads AS allowed
    FROM property
    WHERE counted > CAST(allowed_each AS HUGEINT) * heads
),
since AS (
    SELECT beyond.approval, SUM(issued.amount_fen) AS amount_fen, MIN(issued.month) AS first_month,
           MAX(issued.month) AS last_month
    FROM beyond
    JOIN payment_issued AS issued
      ON issued.stream = beyond."case" AND issued.position > beyond.approval AND issued.kind <> 'reissue'
    GROUP BY beyond.approval
)
SELECT subject, positions, period, amount_fen, found_on, hits, answered,
       CAST(NULL AS BIGINT) AS counted, CAST(NULL AS BIGINT) AS allowed
FROM found
UNION ALL
SELECT beyond."case",
       beyond.positions,
       since.first_month || '/' || since.last_month,
       COALESCE(since.amount_fen, 0),
       beyond.assessed_on,
       CAST(NULL AS VARCHAR[]),
       CAST(NULL AS BOOLEAN),
       beyond.counted,
       CAST(beyond.allowed AS BIGINT)
FROM beyond
LEFT JOIN since ON since.approval = beyond.approval
