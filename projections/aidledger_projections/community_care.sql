-- title_zh: 社区居家服务优先台账
-- title_en: who comes first in community care
-- key: case
-- for: for each person supported at home: when community care first came, and how many others of the township got it before
-- facts: S0-008
WITH served AS (
    -- bought or community care: stays, services and visits of a clinic, not a relative's own care
    SELECT stream, effective_on, position FROM respite_stayed
    UNION ALL
    SELECT stream, effective_on, position FROM service_rendered WHERE contract IS NOT NULL
    UNION ALL
    SELECT stream, effective_on, position FROM medical_visit_made
),
firsts AS (
    SELECT stream, MIN(effective_on) AS first_on, MIN_BY(position, (effective_on, position)) AS position
    FROM served
    GROUP BY stream
),
people AS (
    SELECT case_state."case", case_state.township, case_state.form, case_state.last_position,
           approved.approved_on, approved.position AS approved_at,
           COALESCE(case_state.programme, 'tekun') = 'tekun' AND case_state.form = 'decentralised'
               AS at_home,
           firsts.first_on, firsts.position AS first_at,
           LEAST(
               parameters.as_of, COALESCE(case_state.died_on, parameters.as_of),
               COALESCE(case_state.terminated_on, parameters.as_of)
           ) AS until_on
    FROM case_state
    CROSS JOIN parameters
    LEFT JOIN (
        SELECT stream, MIN(effective_on) AS approved_on, MIN(position) AS position
        FROM application_approved
        GROUP BY stream
    ) AS approved ON approved.stream = case_state."case"
    LEFT JOIN firsts ON firsts.stream = case_state."case"
),
waiting AS (
    SELECT "case", township, approved_on, approved_at, first_on, first_at,
           LEAST(COALESCE(first_on, until_on), until_on) AS waited_to
    FROM people
    WHERE at_home AND approved_on IS NOT NULL
),
before AS (
    SELECT waiting."case", COUNT(*) AS others_first, ARRAY_AGG(people.first_at) AS positions
    FROM waiting
    JOIN people
      ON people.township = waiting.township
     AND NOT COALESCE(people.at_home, FALSE)
     AND people.first_on >= waiting.approved_on
     AND people.first_on < waiting.waited_to
    GROUP BY waiting."case"
)
SELECT waiting."case",
       waiting.township,
       waiting.approved_on,
       waiting.first_on,
       DATE_DIFF('day', waiting.approved_on, waiting.waited_to) AS days,
       COALESCE(before.others_first, 0) AS others_first,
       CASE
           WHEN before.others_first > 0 THEN 'passed_over'
           WHEN waiting.first_on IS NULL THEN 'waiting'
           ELSE 'served'
       END AS state,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT(
                   [waiting.approved_at, COALESCE(waiting.first_at, waiting.approved_at)],
                   COALESCE(before.positions, CAST([] AS BIGINT[]))
               )
           )
       ) AS positions
FROM waiting
LEFT JOIN before ON before."case" = waiting."case"
