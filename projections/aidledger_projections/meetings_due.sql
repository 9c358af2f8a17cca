-- title_zh: 联席会议台账
-- title_en: joint meetings due
-- key: from_on
-- for: each period in which the county's joint meeting had to be held, when it was, and how many cases it settled
-- facts: S3-003, S3-004, S4-104, S4-105
WITH rules AS (
    -- a period of whole months that the year can be divided into
    SELECT county_pack.day, county_pack.adoption,
           TRY_CAST(given.value AS INTEGER) AS n
    FROM county_pack
    JOIN pack_parameters AS given ON given.adoption = county_pack.adoption
    WHERE given.name = 'joint_meeting_months'
      AND given.value IN ('1', '2', '3', '4', '6', '12')
),
begun AS (
    -- what was due before the ledger knew any rule is not asked for
    SELECT MIN(effective_on) AS first_on FROM pack_adopted
),
months AS (
    SELECT CAST(DATE_TRUNC('month', rules.day) AS DATE) AS first_on, rules.adoption, rules.n
    FROM rules
    CROSS JOIN begun
    CROSS JOIN parameters
    WHERE rules.day = LEAST(LAST_DAY(rules.day), parameters.as_of) AND rules.day >= begun.first_on
),
periods AS (
    SELECT CAST(
               first_on - ((MONTH(first_on) - 1) % n) * INTERVAL '1' MONTH AS DATE
           ) AS from_on,
           n, adoption
    FROM months
),
due AS (
    SELECT from_on, LAST_DAY(CAST(from_on + (MAX(n) - 1) * INTERVAL '1' MONTH AS DATE)) AS to_on,
           MAX(adoption) AS adoption
    FROM periods
    GROUP BY from_on
),
discussed AS (
    SELECT meeting, COUNT(DISTINCT stream) AS cases, ARRAY_AGG(position) AS positions
    FROM case_discussed
    GROUP BY meeting
),
held AS (
    SELECT due.from_on, MIN(meeting_held.held_on) AS held_on, COUNT(*) AS meetings,
           MIN(LEN(meeting_held.attended)) AS attended_least,
           SUM(COALESCE(discussed.cases, 0)) AS cases,
           FLATTEN(ARRAY_AGG(
               LIST_CONCAT(
                   [meeting_held.position], COALESCE(discussed.positions, CAST([] AS BIGINT[]))
               )
           )) AS positions
    FROM due
    JOIN meeting_held
      ON meeting_held.held_on BETWEEN due.from_on AND due.to_on
     AND meeting_held.kind = 'joint'
     AND meeting_held.level = 'county'
    LEFT JOIN discussed ON discussed.meeting = meeting_held.stream
    GROUP BY due.from_on
)
SELECT due.from_on,
       due.to_on,
       held.held_on,
       COALESCE(held.meetings, 0) AS meetings,
       held.attended_least,
       CAST(COALESCE(held.cases, 0) AS BIGINT) AS cases,
       CASE
           WHEN held.held_on IS NOT NULL THEN 'met'
           WHEN due.to_on >= parameters.as_of THEN 'open'
           ELSE 'missed'
       END AS state,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT([due.adoption], COALESCE(held.positions, CAST([] AS BIGINT[])))
           )
       ) AS positions
FROM due
CROSS JOIN parameters
LEFT JOIN held ON held.from_on = due.from_on
