-- title_zh: 抽查比例台账
-- title_en: share of spot checks
-- key: month, programme
-- for: for each month and programme the cases handed up in it, how many of them the county checked at home, and the share that the pack asks for
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
    SELECT pack_in_force.day, pack_in_force.programme, pack_in_force.adoption,
           TRY_CAST(given.value AS BIGINT) AS permille
    FROM pack_in_force
    JOIN pack_parameters AS given ON given.adoption = pack_in_force.adoption
    WHERE given.name = 'spot_check_permille_min'
),
cases AS (
    SELECT SUBSTRING(CAST(handed_up.submitted_on AS VARCHAR), 1, 7) AS month,
           COALESCE(case_state.programme, '') AS programme,
           handed_up.submitted_on, handed_up.position, checked.position AS check_position
    FROM handed_up
    LEFT JOIN case_state ON case_state."case" = handed_up.stream
    LEFT JOIN checked ON checked.stream = handed_up.stream
),
months AS (
    SELECT cases.month, cases.programme,
           COUNT(*) AS submitted, COUNT(cases.check_position) AS checked,
           MAX(asked.permille) AS asked_permille, MAX(asked.adoption) AS adoption,
           LIST_CONCAT(ARRAY_AGG(cases.position), ARRAY_AGG(COALESCE(cases.check_position, cases.position)))
               AS positions
    FROM cases
    LEFT JOIN asked ON asked.day = cases.submitted_on AND asked.programme = cases.programme
    GROUP BY cases.month, cases.programme
)
SELECT month, programme, submitted, checked, checked * 1000 // submitted AS permille, asked_permille,
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
