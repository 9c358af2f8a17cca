-- title_zh: 个案属地
-- title_en: where each case was
-- key: case, from_on
-- for: in which township and village each case was, since which day; a month is counted where it was on the first day of the month, one before all of them where it was first
-- facts: S4-108, S4-118
WITH filed AS (
    SELECT stream, position, effective_on AS applied_on, effective_on, township, village
    FROM application_submitted
    UNION ALL
    SELECT stream, position, NULL, effective_on, township, village FROM case_moved
),
dated AS (
    -- a move that was recorded after the application, of a day before it, holds from the application on
    SELECT stream, position, effective_on, township, village,
           MAX(applied_on) OVER (PARTITION BY stream ORDER BY position) AS applied_on
    FROM filed
),
said AS (
    SELECT stream, position, GREATEST(effective_on, COALESCE(applied_on, effective_on)) AS effective_on,
           township, village
    FROM dated
    UNION ALL
    -- where nobody has applied yet, where the need was found
    SELECT found.stream, found.position, found.effective_on, found.township, found.village
    FROM need_discovered AS found
    LEFT JOIN (SELECT DISTINCT stream FROM filed) AS known ON known.stream = found.stream
    WHERE known.stream IS NULL
),
followed AS (
    SELECT stream, position, effective_on, township, village,
           LEAD(effective_on) OVER (PARTITION BY stream ORDER BY effective_on, position) AS next_on
    FROM said
    WHERE stream LIKE 'case/%'
),
lasting AS (
    -- of what was said of one day the last holds
    SELECT stream, position, effective_on, township, village, next_on,
           ROW_NUMBER() OVER (PARTITION BY stream ORDER BY effective_on, position) AS place
    FROM followed
    WHERE next_on IS NULL OR next_on > effective_on
)
SELECT stream AS "case",
       effective_on AS from_on,
       next_on - 1 AS to_on,
       township,
       village,
       CASE WHEN place > 1 THEN SUBSTRING(CAST(effective_on - 1 AS VARCHAR), 1, 7) END AS after_month,
       SUBSTRING(CAST(next_on - 1 AS VARCHAR), 1, 7) AS last_month,
       [position] AS positions
FROM lasting
