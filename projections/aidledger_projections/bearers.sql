-- title_zh: 责任人（包保）台账
-- title_en: responsibility bearers
-- key: case
-- for: every case with a supported person or with somebody who answers for it: nobody, one, or several
-- facts: S4-076, S4-077, S4-078, S4-079
WITH touched AS (
    -- in the order of the log, as the fold has it: an assignment puts one in and takes the replaced out
    SELECT stream, position, bearer AS who, level, from_on, TRUE AS bears FROM bearer_assigned
    UNION ALL
    SELECT stream, position, replaces, NULL, NULL, FALSE
    FROM bearer_assigned
    WHERE replaces IS NOT NULL AND replaces <> bearer
    UNION ALL
    SELECT stream, position, bearer, NULL, NULL, FALSE FROM bearer_released
),
last_touch AS (
    SELECT stream, who, MAX(position) AS position, MAX_BY(bears, position) AS bears
    FROM touched
    GROUP BY stream, who
),
bearing AS (
    SELECT touched.stream, COUNT(*) AS bearers, MIN(touched.who) AS who,
           MIN(touched.level) AS level, MIN(touched.from_on) AS since,
           ARRAY_AGG(touched.position) AS positions
    FROM last_touch
    JOIN touched
      ON touched.stream = last_touch.stream
     AND touched.who = last_touch.who
     AND touched.position = last_touch.position
    WHERE last_touch.bears
    GROUP BY touched.stream
),
supported AS (
    SELECT case_state."case", approvals.position, case_state.township, case_state.village
    FROM case_state
    JOIN (SELECT stream, MIN(position) AS position FROM application_approved GROUP BY stream)
        AS approvals
      ON approvals.stream = case_state."case"
    WHERE case_state.terminated_on IS NULL AND case_state.died_on IS NULL
)
SELECT case_state."case",
       case_state.township,
       case_state.village,
       supported."case" IS NOT NULL AS "key",
       CASE WHEN bearing.bearers = 1 THEN bearing.who END AS bearer,
       CASE WHEN bearing.bearers = 1 THEN bearing.level END AS level,
       CASE WHEN bearing.bearers = 1 THEN bearing.since END AS since,
       COALESCE(bearing.bearers, 0) AS bearers,
       CASE
           WHEN bearing.bearers IS NULL THEN 'none'
           WHEN bearing.bearers = 1 THEN 'one'
           ELSE 'several'
       END AS state,
       LIST_SORT(
           LIST_CONCAT(
               CASE WHEN supported.position IS NULL THEN CAST([] AS BIGINT[])
                    ELSE [supported.position] END,
               COALESCE(bearing.positions, CAST([] AS BIGINT[]))
           )
       ) AS positions
FROM case_state
LEFT JOIN supported ON supported."case" = case_state."case"
LEFT JOIN bearing ON bearing.stream = case_state."case"
WHERE supported."case" IS NOT NULL OR bearing.bearers IS NOT NULL
