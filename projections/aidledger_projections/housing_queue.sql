-- title_zh: 住房救助轮候
-- title_en: queue for dwellings
-- key: case
-- for: who was found in housing hardship and waits for a dwelling, those who come first before the others, and who was passed over
-- facts: S1-060, S4-060
WITH assessed AS (
    SELECT stream AS "case", MAX_BY(hardship, position) AS hardship,
           MAX_BY(dilapidated, position) AS dilapidated, MIN(effective_on) AS assessed_on,
           MAX(position) AS position
    FROM housing_assessed
    GROUP BY stream
),
housed AS (
    SELECT stream AS "case", MIN(effective_on) AS housed_on,
           MIN_BY(position, (effective_on, position)) AS position
    FROM help_granted
    WHERE help = 'public_rental'
    GROUP BY stream
),
priority AS (
    SELECT application.stream AS "case", COUNT(*) AS programmes
    FROM application_submitted AS application
    CROSS JOIN parameters
    JOIN pack_in_force
      ON pack_in_force.day = parameters.as_of AND pack_in_force.programme = 'housing'
    JOIN pack_parameters AS rule
      ON rule.adoption = pack_in_force.adoption AND rule.name = 'housing_priority'
    JOIN case_people ON case_people.person = application.applicant AND case_people.supported
    WHERE CONTAINS(rule.value, '"' || case_people.programme || '"')
    GROUP BY application.stream
),
waiting AS (
    SELECT assessed."case", case_state.township, case_state.area, assessed.assessed_on,
           assessed.hardship, assessed.dilapidated, COALESCE(priority.programmes, 0) > 0 AS first_class,
           housed.housed_on, assessed.position, housed.position AS housed_at,
           CASE
               WHEN housed.housed_on IS NOT NULL THEN 'housed'
               WHEN NOT assessed.hardship
                 OR case_state.stage IN ('refused', 'terminated', 'withdrawn')
                 OR case_state.died_on IS NOT NULL THEN 'over'
               ELSE 'waiting'
           END AS state
    FROM assessed
    JOIN case_state ON case_state."case" = assessed."case" AND case_state.programme = 'housing'
    LEFT JOIN housed ON housed."case" = assessed."case"
    LEFT JOIN priority ON priority."case" = assessed."case"
),
passed AS (
    SELECT waiting."case", COUNT(*) AS passed_over, ARRAY_AGG(others.housed_at) AS positions
    FROM waiting
    JOIN waiting AS others
      ON NOT others.first_class
     AND others.housed_on >= waiting.assessed_on
     AND (waiting.housed_on IS NULL OR others.housed_on < waiting.housed_on)
    WHERE waiting.first_class AND waiting.state <> 'over'
    GROUP BY waiting."case"
),
places AS (
    SELECT "case",
           ROW_NUMBER() OVER (ORDER BY first_class DESC, assessed_on, position) AS place
    FROM waiting
    WHERE state = 'waiting'
)
SELECT waiting."case",
       waiting.township,
       waiting.area,
       waiting.assessed_on,
       waiting.dilapidated,
       waiting.first_class,
       waiting.housed_on,
       waiting.state,
       places.place,
       COALESCE(passed.passed_over, 0) AS passed_over,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT(
                   CASE
                       WHEN waiting.housed_at IS NULL THEN [waiting.position]
                       ELSE [waiting.position, waiting.housed_at]
                   END,
                   COALESCE(passed.positions, CAST([] AS BIGINT[]))
               )
           )
       ) AS positions
FROM waiting
LEFT JOIN places ON places."case" = waiting."case"
LEFT JOIN passed ON passed."case" = waiting."case"
