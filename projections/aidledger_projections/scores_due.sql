-- title_zh: 护理人应考核台账
-- title_en: scores due
-- key: carer, period
-- for: each month in which a carer cared for somebody and had to be scored: the score, and whether it was told
-- facts: S4-090, S4-091, S4-092
WITH months AS (
    -- nobody is scored once the qualification is lost
    SELECT care_periods.carer, care_periods."case", care_periods.position, CAST(series.day AS DATE) AS first_on
    FROM care_periods
    LEFT JOIN carers ON carers.carer = care_periods.carer AND NOT carers.qualified
    CROSS JOIN UNNEST(
        GENERATE_SERIES(
            CAST(DATE_TRUNC('month', care_periods.from_on) AS DATE),
            LEAST(care_periods.to_on, COALESCE(carers.disqualified_on, care_periods.to_on)),
            INTERVAL '1' MONTH
        )
    ) AS series(day)
),
asked AS (
    SELECT months.carer, months."case", months.position, months.first_on, county_pack.adoption,
           TRY_CAST(rule.value AS INTEGER) AS asked_months
    FROM months
    CROSS JOIN parameters
    JOIN county_pack ON county_pack.day = LEAST(LAST_DAY(months.first_on), parameters.as_of)
    JOIN pack_parameters AS rule
      ON rule.adoption = county_pack.adoption AND rule.name = 'carer_score_months'
    WHERE TRY_CAST(rule.value AS INTEGER) BETWEEN 1 AND 12
),
periods AS (
    SELECT carer, "case", position, adoption, asked_months,
           CAST(
               first_on - TO_MONTHS(
                   CAST((YEAR(first_on) * 12 + MONTH(first_on) - 1) % asked_months AS INTEGER)
               ) AS DATE
           ) AS from_on
    FROM asked
),
due AS (
    SELECT carer, from_on, asked_months,
           LAST_DAY(CAST(from_on + TO_MONTHS(asked_months - 1) AS DATE)) AS to_on,
           COUNT(DISTINCT "case") AS cases,
           LIST_CONCAT(ARRAY_AGG(position), ARRAY_AGG(adoption)) AS positions
    FROM periods
    GROUP BY carer, from_on, asked_months
),
scored AS (
    SELECT due.carer, due.from_on, due.asked_months, MAX(carer_scored.position) AS position,
           MAX_BY(carer_scored.month, carer_scored.position) AS month,
           MAX_BY(carer_scored.score, carer_scored.position) AS score,
           MAX_BY(carer_scored.effective_on, carer_scored.position) AS scored_on
    FROM due
    JOIN carer_scored
      ON carer_scored.stream = due.carer
     AND carer_scored.month >= SUBSTRING(CAST(due.from_on AS VARCHAR), 1, 7)
     AND carer_scored.month <= SUBSTRING(CAST(due.to_on AS VARCHAR), 1, 7)
    GROUP BY due.carer, due.from_on, due.asked_months
),
told AS (
    SELECT stream, month, MIN_BY(told_on, position) AS told_on, MIN(position) AS position
    FROM carer_score_told
    GROUP BY stream, month
)
SELECT due.carer,
       SUBSTRING(CAST(due.from_on AS VARCHAR), 1, 7)
           || CASE WHEN due.asked_months = 1 THEN '' ELSE '/' || CAST(due.asked_months AS VARCHAR) END
           AS period,
       due.from_on,
       due.to_on,
       due.cases,
       scored.scored_on,
       scored.score,
       told.told_on,
       CASE
           WHEN told.told_on IS NOT NULL THEN 'met'
           WHEN due.to_on >= parameters.as_of THEN 'open'
           WHEN scored.position IS NOT NULL THEN 'untold'
           ELSE 'missed'
       END AS state,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT(
                   due.positions,
                   CASE
                       WHEN told.position IS NOT NULL THEN [scored.position, told.position]
                       WHEN scored.position IS NOT NULL THEN [scored.position]
                       ELSE CAST([] AS BIGINT[])
                   END
               )
           )
       ) AS positions
FROM due
CROSS JOIN parameters
LEFT JOIN scored
  ON scored.carer = due.carer AND scored.from_on = due.from_on AND scored.asked_months = due.asked_months
LEFT JOIN told ON told.stream = due.carer AND told.month = scored.month
