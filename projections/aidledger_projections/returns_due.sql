-- title_zh: 月报应报台账
-- title_en: monthly returns due
-- key: unit, month
-- for: for each unit and month the last day of its return, as known, and whether it came
-- facts: S4-101, S4-102, S4-103
WITH given AS (
    SELECT county_pack.day, county_pack.adoption, held.name, held.value
    FROM county_pack
    JOIN pack_parameters AS held ON held.adoption = county_pack.adoption
),
rules AS (
    SELECT day, adoption,
           MAX(CASE WHEN name = 'monthly_return_day' THEN TRY_CAST(value AS INTEGER) END) AS last_day,
           MAX(CASE WHEN name = 'monthly_return_inclusive' THEN value END) = 'true' AS inclusive,
           MAX(CASE WHEN name = 'monthly_return_roll' THEN value END) AS roll,
           MAX(CASE WHEN name = 'monthly_return_units' THEN value END) AS kinds
    FROM given
    GROUP BY day, adoption
),
months AS (
    -- "before the 28th" ends on the 27th, "by the 28th" on the 28th, and no later than the month
    SELECT CAST(DATE_TRUNC('month', rules.day) AS DATE) AS first_on, rules.adoption, rules.roll,
           rules.kinds,
           LEAST(
               LAST_DAY(rules.day),
               CAST(DATE_TRUNC('month', rules.day) AS DATE)
                   + (rules.last_day - CASE WHEN rules.inclusive THEN 1 ELSE 2 END)
           ) AS base_on
    FROM rules
    CROSS JOIN parameters
    WHERE rules.day = LEAST(LAST_DAY(rules.day), parameters.as_of)
      AND rules.last_day BETWEEN 2 AND 31
),
later AS (
    SELECT months.first_on, MIN(calendar_days.day) AS day
    FROM months
    JOIN calendar_days
      ON calendar_days.working AND calendar_days.day BETWEEN months.base_on AND months.base_on + 30
    GROUP BY months.first_on
),
earlier AS (
    SELECT months.first_on, MAX(calendar_days.day) AS day
    FROM months
    JOIN calendar_days
      ON calendar_days.working AND calendar_days.day BETWEEN months.base_on - 30 AND months.base_on
    GROUP BY months.first_on
),
rolled AS (
    SELECT months.first_on, months.adoption, months.kinds, months.base_on,
           CASE months.roll
               WHEN 'none' THEN months.base_on
               WHEN 'next_working_day' THEN later.day
               WHEN 'previous_working_day' THEN earlier.day
           END AS due_on,
           months.roll <> 'none' AS by_calendar
    FROM months
    LEFT JOIN later ON later.first_on = months.first_on
    LEFT JOIN earlier ON earlier.first_on = months.first_on
),
dated AS (
    SELECT rolled.first_on, rolled.adoption, rolled.kinds, rolled.base_on, rolled.due_on,
           rolled.by_calendar AND (begun.unknown OR ended.unknown) AS provisional,
           CASE WHEN rolled.by_calendar THEN LIST_CONCAT(begun.positions, ended.positions)
                ELSE CAST([] AS BIGINT[]) END AS calendar_positions
    FROM rolled
    LEFT JOIN calendar_days AS begun ON begun.day = rolled.base_on
    LEFT JOIN calendar_days AS ended ON ended.day = rolled.due_on
),
begun AS (
    -- what was due before the ledger knew any rule is not asked for
    SELECT MIN(effective_on) AS first_on FROM pack_adopted
),
units AS (
    SELECT data_office AS unit, MIN(position) AS position, MIN(effective_on) AS since,
           MAX_BY(kind, position) AS kind
    FROM office_registered
    GROUP BY data_office
),
due AS (
    SELECT units.unit, units.kind, units.position, dated.first_on, dated.due_on, dated.provisional,
           dated.adoption, dated.calendar_positions,
           SUBSTRING(CAST(dated.first_on AS VARCHAR), 1, 7) AS month
    FROM units
    JOIN dated
      ON dated.due_on IS NOT NULL
     AND units.since <= dated.base_on
     AND CONTAINS(dated.kinds, '"' || units.kind || '"')
    JOIN begun ON begun.first_on <= dated.base_on
),
submitted AS (
    SELECT stream, month, MIN(effective_on) AS submitted_on, COUNT(*) AS returns,
           ARRAY_AGG(position) AS positions
    FROM return_submitted
    GROUP BY stream, month
)
SELECT due.unit,
       due.month,
       due.kind,
       due.first_on AS from_on,
       due.due_on,
       COALESCE(due.provisional, FALSE) AS provisional,
       submitted.submitted_on,
       COALESCE(submitted.returns, 0) AS returns,
       CASE
           WHEN submitted.submitted_on <= due.due_on THEN 'met'
           WHEN submitted.submitted_on IS NOT NULL THEN 'late'
           WHEN parameters.as_of <= due.due_on THEN 'open'
           ELSE 'missed'
       END AS state,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT(
                   LIST_CONCAT([due.position, due.adoption], due.calendar_positions),
                   COALESCE(submitted.positions, CAST([] AS BIGINT[]))
               )
           )
       ) AS positions
FROM due
CROSS JOIN parameters
LEFT JOIN submitted ON submitted.stream = 'unit/' || due.unit AND submitted.month = due.month
