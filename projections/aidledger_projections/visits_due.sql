-- title_zh: 探访应访台账
-- title_en: visits due
-- key: case, period
-- for: each period in which a supported person had to be visited, by class, and whether it was done
-- facts: S4-080, S4-081, S4-082, S4-083, S4-088, S4-089
WITH supported AS (
    SELECT case_state."case", case_state.programme, first_approval.position, first_approval.approved_on,
           LEAST(
               parameters.as_of, COALESCE(case_state.died_on, parameters.as_of),
               COALESCE(case_state.terminated_on, parameters.as_of)
           ) AS ended_on
    FROM case_state
    CROSS JOIN parameters
    JOIN (
        SELECT stream, MIN(position) AS position, MIN_BY(effective_on, position) AS approved_on
        FROM application_approved
        GROUP BY stream
    ) AS first_approval
      ON first_approval.stream = case_state."case"
),
months AS (
    -- no record is about days before 1850: the bound keeps a hostile one from filling the disk
    SELECT supported."case", supported.programme, supported.position,
           CAST(series.day AS DATE) AS first_on,
           GREATEST(CAST(series.day AS DATE), supported.approved_on) AS begun_on
    FROM supported
    CROSS JOIN UNNEST(
        GENERATE_SERIES(
            CAST(DATE_TRUNC('month', GREATEST(supported.approved_on, DATE '1850-01-01')) AS DATE),
            supported.ended_on,
            INTERVAL '1' MONTH
        )
    ) AS series(day)
),
classed AS (
    -- a class counts from the first month that begins in it: a change in mid-month from the next one
    SELECT months."case", months.first_on,
           MAX_BY(care_class_set.care_class, care_class_set.position) AS care_class,
           MAX(care_class_set.position) AS position
    FROM months
    JOIN care_class_set
      ON care_class_set.stream = months."case" AND care_class_set.effective_on <= months.begun_on
    GROUP BY months."case", months.first_on
),
rules AS (
    SELECT months."case", months.position, months.first_on, classed.position AS classed_at,
           pack_in_force.adoption,
           CASE
               WHEN by_class.value IS NOT NULL THEN classed.care_class
               WHEN named.value IS NULL OR CONTAINS(named.value, '"' || months.programme || '"') THEN 'key'
               ELSE 'other'
           END AS visit_class,
           CASE
               WHEN by_class.value IS NOT NULL THEN by_class.value
               WHEN named.value IS NULL OR CONTAINS(named.value, '"' || months.programme || '"')
                   THEN by_key.value
               ELSE by_other.value
           END AS asked_text
    FROM months
    CROSS JOIN parameters
    JOIN pack_in_force
      ON pack_in_force.day = LEAST(LAST_DAY(months.first_on), parameters.as_of)
     AND pack_in_force.programme = COALESCE(months.programme, '')
    LEFT JOIN classed ON classed."case" = months."case" AND classed.first_on = months.first_on
    LEFT JOIN pack_parameters AS by_class
      ON by_class.adoption = pack_in_force.adoption
     AND by_class.name = 'visit_months_' || classed.care_class
    LEFT JOIN pack_parameters AS by_key
      ON by_key.adoption = pack_in_force.adoption AND by_key.name = 'visit_months_key'
    LEFT JOIN pack_parameters AS by_other
      ON by_other.adoption = pack_in_force.adoption AND by_other.name = 'visit_months_other'
    LEFT JOIN pack_parameters AS named
      ON named.adoption = pack_in_force.adoption AND named.name = 'visit_key_programmes'
),
asked AS (
    -- months are numbered from the year 0, so that a period of n months begins where n divides
    SELECT rules."case", rules.position, rules.first_on, rules.classed_at, rules.adoption,
           rules.visit_class, TRY_CAST(rules.asked_text AS INTEGER) AS asked_months,
           (YEAR(rules.first_on) * 12 + MONTH(rules.first_on) - 1)
               % TRY_CAST(rules.asked_text AS INTEGER) AS into_it
    FROM rules
    WHERE TRY_CAST(rules.asked_text AS INTEGER) BETWEEN 1 AND 12
),
periods AS (
    SELECT asked."case", asked.position, asked.first_on, asked.classed_at, asked.adoption,
           asked.visit_class, asked.asked_months,
           CAST(asked.first_on - TO_MONTHS(CAST(asked.into_it AS INTEGER)) AS DATE) AS from_on
    FROM asked
),
due AS (
    SELECT "case", from_on, asked_months,
           LAST_DAY(CAST(from_on + TO_MONTHS(asked_months - 1) AS DATE)) AS to_on,
           MAX_BY(visit_class, first_on) AS visit_class, MIN(position) AS approval,
           MAX(classed_at) AS classed_at, MAX(adoption) AS adoption
    FROM periods
    GROUP BY "case", from_on, asked_months
),
made AS (
    SELECT due."case", due.from_on, due.asked_months, COUNT(*) AS visits,
           MIN(visit_made.effective_on) AS first_visit_on, ARRAY_AGG(visit_made.position) AS positions
    FROM due
    JOIN visit_made
      ON visit_made.stream = due."case"
     AND visit_made.effective_on >= due.from_on
     AND visit_made.effective_on <= due.to_on
    GROUP BY due."case", due.from_on, due.asked_months
)
SELECT due."case",
       CASE due.asked_months
           WHEN 1 THEN SUBSTRING(CAST(due.from_on AS VARCHAR), 1, 7)
           WHEN 3
               THEN CAST(YEAR(due.from_on) AS VARCHAR) || '-Q' || CAST(QUARTER(due.from_on) AS VARCHAR)
           ELSE SUBSTRING(CAST(due.from_on AS VARCHAR), 1, 7) || '/'
               || CAST(due.asked_months AS VARCHAR)
       END AS period,
       due.from_on,
       due.to_on,
       due.visit_class AS class,
       due.asked_months,
       COALESCE(made.visits, 0) AS visits,
       made.first_visit_on,
       made.visits IS NOT NULL AS done,
       CASE
           WHEN made.visits IS NOT NULL THEN 'met'
           WHEN due.to_on >= parameters.as_of THEN 'open'
           ELSE 'missed'
       END AS state,
       LIST_SORT(
           LIST_CONCAT(
               CASE
                   WHEN due.classed_at IS NULL THEN [due.approval, due.adoption]
                   ELSE [due.approval, due.adoption, due.classed_at]
               END,
               COALESCE(made.positions, CAST([] AS BIGINT[]))
           )
       ) AS positions
FROM due
CROSS JOIN parameters
LEFT JOIN made
  ON made."case" = due."case" AND made.from_on = due.from_on AND made.asked_months = due.asked_months
