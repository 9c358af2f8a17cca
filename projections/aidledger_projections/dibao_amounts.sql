-- title_zh: 低保差额核对
-- title_en: allowances by month, worked out again
-- key: case, month
-- for: what the difference to the standard gives for each month, beside what was set: apart, something was not followed
-- facts: S4-020, S4-023
WITH supported AS (
    SELECT entitlements."case", entitlements.month, entitlements.entitled_fen, entitlements.positions,
           case_state.area, CAST(entitlements.month || '-01' AS DATE) AS first_on
    FROM entitlements
    JOIN case_state ON case_state."case" = entitlements."case" AND case_state.programme = 'dibao'
    -- after the end, and while it is suspended, nothing is due and nothing set anew
    WHERE entitlements.payable_fen = entitlements.entitled_fen
),
parts AS (
    SELECT supported."case", supported.month, SUM(CASE WHEN line.code = 'allowance' THEN line.fen ELSE 0 END)
               AS allowance_fen,
           SUM(CASE WHEN line.code = 'gradual-exit' THEN 1 ELSE 0 END) > 0 AS in_exit
    FROM (SELECT stream, position, UNNEST(parts) AS line FROM entitlement_set) AS lines
    JOIN supported
      ON supported."case" = lines.stream AND LIST_CONTAINS(supported.positions, lines.position)
    GROUP BY supported."case", supported.month
),
given AS (
    -- of a day both are given: the published one counts
    SELECT code, CAST(from_on AS VARCHAR) AS from_on, monthly_fen, position, NULL AS adoption
    FROM standard_published
    UNION ALL
    SELECT SPLIT_PART(name, '.', 2), SPLIT_PART(name, '.', 3),
           TRY_CAST(value AS BIGINT), -1, adoption
    FROM pack_parameters
    WHERE name LIKE 'standard.%' AND LENGTH(SPLIT_PART(name, '.', 3)) = 10
),
months AS (
    SELECT DISTINCT area, month, LEAST(LAST_DAY(first_on), parameters.as_of) AS day,
           CAST(first_on AS VARCHAR) AS first_on
    FROM supported
    CROSS JOIN parameters
),
standards AS (
    -- of an area and a month, not of each of its cases: the days of a pack are many
    SELECT months.area, months.month, given.monthly_fen, given.position, given.adoption,
           ROW_NUMBER() OVER (
               PARTITION BY months.area, months.month
               ORDER BY given.from_on DESC, given.position DESC
           ) AS place
    FROM months
    JOIN pack_in_force
      ON pack_in_force.programme = 'dibao' AND pack_in_force.day = months.day
    JOIN given
      ON given.code = 'dibao_' || months.area
     AND given.from_on <= months.first_on
     AND (given.adoption IS NULL OR given.adoption = pack_in_force.adoption)
),
standard AS (
    SELECT area, month, monthly_fen, CASE WHEN position < 0 THEN adoption ELSE position END AS position
    FROM standards
    WHERE place = 1
),
members AS (
    -- a change counts from the month after it
    SELECT supported."case", supported.month, COUNT(*) AS persons, ARRAY_AGG(households.joined) AS positions
    FROM supported
    JOIN households
      ON households."case" = supported."case"
     AND households.covered
     AND households.from_on < supported.first_on
     AND (households.to_on IS NULL OR supported.first_on <= households.to_on)
    GROUP BY supported."case", supported.month
),
incomes AS (
    SELECT supported."case", supported.month,
           MAX_BY(income.assessment, (income.assessed_on, income.assessment)) AS position,
           MAX_BY(income.monthly_fen, (income.assessed_on, income.assessment)) AS monthly_fen
    FROM supported
    JOIN income
      ON income."case" = supported."case" AND income.assessed_on < supported.first_on
    GROUP BY supported."case", supported.month
),
worked AS (
    SELECT supported."case", supported.month, supported.entitled_fen,
           standard.monthly_fen AS standard_fen, members.persons, incomes.monthly_fen AS income_fen,
           COALESCE(parts.in_exit, FALSE) AS in_exit,
           COALESCE(parts.allowance_fen, 0) AS allowance_fen,
           CASE
               WHEN NOT COALESCE(parts.in_exit, FALSE) THEN GREATEST(
                   standard.monthly_fen * members.persons - incomes.monthly_fen, 0
               )
           END AS due_fen,
           LIST_CONCAT(
               supported.positions,
               LIST_CONCAT(
                   COALESCE(members.positions, CAST([] AS BIGINT[])),
                   LIST_CONCAT(
                       CASE
                           WHEN standard.position IS NULL THEN CAST([] AS BIGINT[])
                           ELSE [standard.position]
                       END,
                       CASE
                           WHEN incomes.position IS NULL THEN CAST([] AS BIGINT[])
                           ELSE [incomes.position]
                       END
                   )
               )
           ) AS positions
    FROM supported
    LEFT JOIN parts ON parts."case" = supported."case" AND parts.month = supported.month
    LEFT JOIN standard ON standard.area = supported.area AND standard.month = supported.month
    LEFT JOIN members ON members."case" = supported."case" AND members.month = supported.month
    LEFT JOIN incomes ON incomes."case" = supported."case" AND incomes.month = supported.month
)
SELECT "case",
       month,
       standard_fen,
       persons,
       income_fen,
       in_exit,
       CASE
           WHEN standard_fen IS NOT NULL AND persons IS NOT NULL AND income_fen IS NOT NULL THEN due_fen
       END AS due_fen,
       allowance_fen,
       entitled_fen,
       CASE
           WHEN standard_fen IS NOT NULL AND persons IS NOT NULL AND income_fen IS NOT NULL
               THEN allowance_fen - due_fen
       END AS difference_fen,
       LIST_SORT(LIST_DISTINCT(positions)) AS positions
FROM worked
