-- title_zh: 抽查比例台账
-- title_en: share of spot checks
-- key: month
-- for: for each month the cases handed up in it, how many of them the county checked at home, and the share that the pack asks for
-- facts: S1-037
WITH handed_up AS (
    SELECT stream, MIN(effective_on) AS submitted_on, MIN(position) AS position
    FROM case_submitted
    GROUP BY stream
),
checked AS (
    SELECT stream, MIN(position) AS position FROM spot_checked GROUP BY stream
),
asked AS (
    SELECT county_pack.day, county_pack.adoption,
           TRY_CAST(given.value AS BIGINT) AS permille
    FROM county_pack
    JOIN pack_parameters AS given ON given.adoption = county_pack.adoption
    WHERE given.name = 'spot_check_permille_min'
),
months AS (
    SELECT SUBSTRING(CAST(handed_up.submitted_on AS VARCHAR), 1, 7) AS month,
           COUNT(*) AS submitted, COUNT(checked.position) AS checked,
           MAX(asked.permille) AS asked_permille, MAX(asked.adoption) AS adoption,
           LIST_CONCAT(ARRAY_AGG(handed_up.position), ARRAY_AGG(COALESCE(checked.position, handed_up.position)))
               AS positions
    FROM handed_up
    LEFT JOIN checked ON checked.stream = handed_up.stream
    LEFT JOIN asked ON asked.day = handed_up.submitted_on
    GROUP BY SUBSTRING(CAST(handed_up.submitted_on AS VARCHAR), 1, 7)
)
SELECT month, submitted, checked, checked * 1000 // submitted AS permille, asked_permille,
       checked * 1000 >= asked_permille * submitted AS met,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT(
                   positions,
                   CASE WHEN adoption IS NULL THEN CAST([] AS BIGINT[]) ELSE [adoption] END
               )
           )
       ) AS positions
FROM months
