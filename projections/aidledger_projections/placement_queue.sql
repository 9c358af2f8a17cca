-- title_zh: 机构入住轮候
-- title_en: queue for placement
-- key: facility, position
-- for: who waits for a bed where, since when, and whether somebody with less need was placed before them
-- facts: S1-068, S4-039, S4-040, S4-041
WITH requests AS (
    SELECT stream, position, effective_on AS asked_on,
           CASE WHEN facility LIKE 'facility/%' THEN SUBSTRING(facility, 10) ELSE facility END AS facility
    FROM admission_requested
),
placements AS (
    SELECT stream, position, effective_on AS placed_on,
           CASE
               WHEN institution LIKE 'facility/%' THEN SUBSTRING(institution, 10) ELSE institution
           END AS facility
    FROM placement_made
),
ends AS (
    SELECT stream, position, effective_on AS ended_on,
           CASE WHEN facility LIKE 'facility/%' THEN SUBSTRING(facility, 10) ELSE facility END AS facility
    FROM admission_ended
),
placed AS (
    SELECT requests.position AS request, MIN(placements.placed_on) AS placed_on,
           MIN_BY(placements.position, (placements.placed_on, placements.position)) AS position
    FROM requests
    JOIN placements
      ON placements.stream = requests.stream
     AND placements.facility = requests.facility
     AND placements.position > requests.position
    GROUP BY requests.position
),
over AS (
    SELECT requests.position AS request, MIN(ends.ended_on) AS ended_on,
           MIN_BY(ends.position, (ends.ended_on, ends.position)) AS position
    FROM requests
    JOIN ends
      ON ends.stream = requests.stream
     AND ends.facility = requests.facility
     AND ends.position > requests.position
    GROUP BY requests.position
),
asked AS (
    SELECT stream, COUNT(*) AS persuasions, MAX_BY(agreed, position) AS agreed
    FROM persuasion_recorded
    GROUP BY stream
),
waiting AS (
    SELECT requests.stream, requests.position, requests.facility, requests.asked_on,
           placed.placed_on, placed.position AS placed_at, over.ended_on, over.position AS ended_at,
           LEAST(
               parameters.as_of, COALESCE(placed.placed_on, parameters.as_of),
               COALESCE(over.ended_on, parameters.as_of),
               COALESCE(case_state.died_on, parameters.as_of),
               COALESCE(case_state.terminated_on, parameters.as_of)
           ) AS until_on,
           case_state.township
    FROM requests
    CROSS JOIN parameters
    JOIN case_state ON case_state."case" = requests.stream
    LEFT JOIN placed ON placed.request = requests.position
    LEFT JOIN over ON over.request = requests.position
),
levels AS (
    -- how far each could look after themselves when the bed was given
    SELECT waiting.position AS request, placements.position AS placement, placements.placed_on,
           MAX_BY(
               ability_assessed.level,
               CASE WHEN ability_assessed.stream = waiting.stream THEN ability_assessed.position END
           ) AS ability,
           MAX_BY(
               ability_assessed.level,
               CASE WHEN ability_assessed.stream = placements.stream THEN ability_assessed.position END
           ) AS others
    FROM waiting
    JOIN placements
      ON placements.facility = waiting.facility
     AND placements.stream <> waiting.stream
     AND placements.placed_on >= waiting.asked_on
     AND placements.placed_on < waiting.until_on
    JOIN ability_assessed
      ON ability_assessed.stream IN (waiting.stream, placements.stream)
     AND ability_assessed.effective_on <= placements.placed_on
    GROUP BY waiting.position, placements.position, placements.placed_on
),
passed AS (
    SELECT levels.request, COUNT(*) AS passed_over, ARRAY_AGG(levels.placement) AS positions
    FROM levels
    JOIN county_pack ON county_pack.day = levels.placed_on
    JOIN pack_parameters AS rule
      ON rule.adoption = county_pack.adoption AND rule.name = 'placement_priority'
    WHERE CONTAINS(rule.value, '"' || levels.ability || '"')
      AND NOT CONTAINS(rule.value, '"' || levels.others || '"')
    GROUP BY levels.request
)
SELECT waiting.facility,
       waiting.position,
       waiting.stream AS "case",
       waiting.township,
       case_state.ability,
       waiting.asked_on,
       waiting.placed_on,
       waiting.ended_on,
       DATE_DIFF('day', waiting.asked_on, waiting.until_on) AS days,
       COALESCE(asked.persuasions, 0) AS persuasions,
       asked.agreed,
       COALESCE(passed.passed_over, 0) AS passed_over,
       CASE
           WHEN waiting.placed_on IS NOT NULL THEN 'placed'
           WHEN waiting.ended_on IS NOT NULL OR waiting.until_on < parameters.as_of THEN 'over'
           ELSE 'waiting'
       END AS state,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT(
                   LIST_CONCAT(
                       CASE
                           WHEN waiting.placed_at IS NULL THEN [waiting.position]
                           ELSE [waiting.position, waiting.placed_at]
                       END,
                       CASE
                           WHEN waiting.ended_at IS NULL THEN CAST([] AS BIGINT[])
                           ELSE [waiting.ended_at]
                       END
                   ),
                   COALESCE(passed.positions, CAST([] AS BIGINT[]))
               )
           )
       ) AS positions
FROM waiting
CROSS JOIN parameters
JOIN case_state ON case_state."case" = waiting.stream
LEFT JOIN asked ON asked.stream = waiting.stream
LEFT JOIN passed ON passed.request = waiting.position
