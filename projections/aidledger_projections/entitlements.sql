-- title_zh: 逐月待遇
-- title_en: entitlements by month
-- key: case, month
-- for: what is due to each case for each month, to compare with what was rostered and paid
-- facts: S1-062, S4-034
WITH question AS (
    SELECT as_of, SUBSTRING(CAST(as_of AS VARCHAR), 1, 7) AS last_month FROM parameters
),
parts AS (
    SELECT position, SUM(part.fen) AS parts_fen
    FROM (SELECT position, UNNEST(parts) AS part FROM entitlement_set) AS lines
    GROUP BY position
),
spans AS (
    -- no record is about months before 1850: the bound keeps a hostile one from filling the disk
    SELECT e.stream, GREATEST(MIN(e.from_month), '1850-01') AS first_month
    FROM entitlement_set AS e
    CROSS JOIN question
    WHERE e.from_month <= question.last_month AND e.stream LIKE 'case/%'
    GROUP BY e.stream
),
months AS (
    SELECT spans.stream, SUBSTRING(CAST(series.day AS VARCHAR), 1, 7) AS month
    FROM spans
    CROSS JOIN question
    CROSS JOIN UNNEST(
        GENERATE_SERIES(
            CAST(spans.first_month || '-01' AS DATE),
            CAST(question.last_month || '-01' AS DATE),
            INTERVAL '1' MONTH
        )
    ) AS series(day)
),
holding AS (
    -- an entitlement holds from its month until one with a later month, or one recorded later for
    -- the same month
    SELECT position, stream, from_month, monthly_fen,
           LEAD(from_month) OVER (PARTITION BY stream ORDER BY from_month, position) AS next_month
    FROM entitlement_set
),
due AS (
    SELECT months.stream, months.month, holding.position, holding.monthly_fen
    FROM months
    JOIN holding
      ON holding.stream = months.stream
     AND holding.from_month <= months.month
     AND (holding.next_month IS NULL OR months.month < holding.next_month)
),
death AS (
    SELECT stream, MAX(position) AS position, MAX_BY(died_on, position) AS died_on
    FROM death_recorded
    GROUP BY stream
),
approved AS (
    -- a newer approval, on another limb say, takes no month away
    SELECT stream, MIN_BY(position, (from_month, position)) AS position, MIN(from_month) AS from_month
    FROM application_approved
    GROUP BY stream
),
ending AS (
    SELECT stream, MAX(position) AS position, MAX_BY(last_month, position) AS last_month
    FROM termination_approved
    GROUP BY stream
),
suspended AS (
    SELECT due.stream, due.month
    FROM due
    JOIN suspensions
      ON suspensions."case" = due.stream
     AND suspensions.from_month <= due.month
     AND (suspensions.to_month IS NULL OR due.month < suspensions.to_month)
    GROUP BY due.stream, due.month
),
bounds AS (
    SELECT stream, ARRAY_AGG(position) AS positions
    FROM (
        SELECT stream, position FROM approved
        UNION ALL
        SELECT stream, position FROM death
        UNION ALL
        SELECT stream, position FROM ending
        UNION ALL
        SELECT "case", UNNEST(positions) FROM suspensions
    ) AS givers
    GROUP BY stream
)
SELECT due.stream AS "case",
       due.month,
       due.monthly_fen AS entitled_fen,
       CASE
           -- an annulled approval leaves its entitlements behind
           WHEN approved.from_month IS NULL OR due.month < approved.from_month THEN 0
           WHEN due.month > LEAST(
                   COALESCE(ending.last_month, '9999-99'),
                   COALESCE(SUBSTRING(CAST(death.died_on AS VARCHAR), 1, 7), '9999-99')
               ) THEN 0
           WHEN suspended.month IS NOT NULL THEN 0
           ELSE due.monthly_fen
       END AS payable_fen,
       COALESCE(parts.parts_fen, 0) AS parts_fen,
       LIST_SORT(LIST_CONCAT([due.position], COALESCE(bounds.positions, CAST([] AS BIGINT[]))))
           AS positions
FROM due
LEFT JOIN parts ON parts.position = due.position
LEFT JOIN death ON death.stream = due.stream
LEFT JOIN approved ON approved.stream = due.stream
LEFT JOIN ending ON ending.stream = due.stream
LEFT JOIN suspended ON suspended.stream = due.stream AND suspended.month = due.month
LEFT JOIN bounds ON bounds.stream = due.stream
