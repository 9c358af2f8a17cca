-- title_zh: 探访应访台账
-- title_en: visits due
-- key: case, period
-- for: each period in which a supported person had to be visited, and whether it was done
-- facts: S4-081, S4-082, S4-083, S4-088, S4-089
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
    SELECT supported."case", supported.programme, supported.position, CAST(series.day AS DATE) AS first_on
    FROM supported
    CROSS JOIN UNNEST(
        GENERATE_SERIES(
            CAST(DATE_TRUNC('month', GREATEST(supported.approved_on, DATE '1850-01-01')) AS DATE),
            supported.ended_on,
            INTERVAL '1' MONTH
        )
    ) AS series(day)
),
rules AS (
    -- a pack names the period, or the number of months in it
    SELECT pack_in_force.day, pack_in_force.programme, pack_in_force.adoption,
           COALESCE(
               MAX(CASE WHEN lines.parameter.key = 'visit_period' THEN lines.parameter.value END),
               MAX(
                   CASE
                       WHEN lines.parameter.key <> 'visit_months_key' THEN NULL
                       WHEN lines.parameter.value = '1' THEN 'month'
                       WHEN lines.parameter.value = '3' THEN 'quarter'
                   END
               )
           ) AS visit_period
    FROM pack_in_force
    JOIN (SELECT position, UNNEST(parameters) AS parameter FROM pack_adopted) AS lines
      ON lines.position = pack_in_force.adoption
    WHERE lines.parameter.key IN ('visit_period', 'visit_months_key')
    GROUP BY pack_in_force.day, pack_in_force.programme, pack_in_force.adoption
),
periods AS (
    SELECT months."case", months.position, rules.adoption,
           CASE rules.visit_period
               WHEN 'quarter' THEN CAST(DATE_TRUNC('quarter', months.first_on) AS DATE)
               ELSE months.first_on
           END AS from_on,
           CASE rules.visit_period
               WHEN 'quarter'
                   THEN LAST_DAY(
                       CAST(DATE_TRUNC('quarter', months.first_on) + INTERVAL '2' MONTH AS DATE)
                   )
               ELSE LAST_DAY(months.first_on)
           END AS to_on,
           CASE rules.visit_period
               WHEN 'quarter'
                   THEN CAST(YEAR(months.first_on) AS VARCHAR) || '-Q'
                       || CAST(QUARTER(months.first_on) AS VARCHAR)
               ELSE SUBSTRING(CAST(months.first_on AS VARCHAR), 1, 7)
           END AS period
    FROM months
    CROSS JOIN parameters
    JOIN rules
      ON rules.day = LEAST(LAST_DAY(months.first_on), parameters.as_of)
     AND rules.programme = COALESCE(months.programme, '')
     AND rules.visit_period IN ('month', 'quarter')
),
due AS (
    SELECT "case", period, MIN(from_on) AS from_on, MAX(to_on) AS to_on, MIN(position) AS approval,
           MAX(adoption) AS adoption
    FROM periods
    GROUP BY "case", period
),
labelled AS (
    -- a visit counts for its month and for its quarter: which of the two is asked, the rule says
    SELECT stream, position, effective_on, SUBSTRING(CAST(effective_on AS VARCHAR), 1, 7) AS period
    FROM visit_made
    UNION ALL
    SELECT stream, position, effective_on,
           CAST(YEAR(effective_on) AS VARCHAR) || '-Q' || CAST(QUARTER(effective_on) AS VARCHAR)
    FROM visit_made
),
made AS (
    SELECT stream, period, COUNT(*) AS visits, MIN(effective_on) AS first_visit_on,
           ARRAY_AGG(position) AS positions
    FROM labelled
    GROUP BY stream, period
)
SELECT due."case",
       due.period,
       due.from_on,
       due.to_on,
       COALESCE(made.visits, 0) AS visits,
       made.first_visit_on,
       made.visits IS NOT NULL AS done,
       CASE
           WHEN made.visits IS NOT NULL THEN 'met'
           WHEN due.to_on >= parameters.as_of THEN 'open'
           ELSE 'missed'
       END AS state,
       LIST_SORT(
           LIST_CONCAT([due.approval, due.adoption], COALESCE(made.positions, CAST([] AS BIGINT[])))
       ) AS positions
FROM due
CROSS JOIN parameters
LEFT JOIN made ON made.stream = due."case" AND made.period = due.period
