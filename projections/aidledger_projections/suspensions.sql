-- title_zh: 停发台账
-- title_en: suspensions
-- key: case, suspension
-- for: from which month each support was suspended, and from which it was taken up again: what lies between is never due
-- facts: S1-048
WITH steps AS (
    SELECT stream, position, from_month, 'suspended' AS kind FROM support_suspended
    UNION ALL
    SELECT stream, position, from_month, 'resumed' AS kind FROM support_resumed
),
followed AS (
    SELECT stream, position, from_month, kind,
           LEAD(kind) OVER (PARTITION BY stream ORDER BY position) AS next_kind,
           LEAD(from_month) OVER (PARTITION BY stream ORDER BY position) AS next_month,
           LEAD(position) OVER (PARTITION BY stream ORDER BY position) AS next_position
    FROM steps
)
SELECT stream AS "case",
       position AS suspension,
       from_month,
       next_month AS to_month,
       CASE WHEN next_position IS NULL THEN [position] ELSE [position, next_position] END AS positions
FROM followed
-- suspended again without a resumption in between: the later one counts alone
WHERE kind = 'suspended' AND (next_kind IS NULL OR next_kind = 'resumed')
