-- title_zh: 公开名单在示台账
-- title_en: lists that are up
-- key: position
-- for: each list that was put up: until when it may be seen, when it came down, and who on a list without a last day is supported no more
-- facts: S4-108, S4-109
WITH down AS (
    SELECT shown.position, MIN(gone.position) AS withdrawal,
           MIN_BY(gone.withdrawn_on, gone.position) AS withdrawn_on
    FROM list_published AS shown
    JOIN list_withdrawn AS gone ON gone.file = shown.file AND gone.position > shown.position
    GROUP BY shown.position
),
placed AS (
    SELECT "case", village AS place, decided_on, terminated_on FROM case_state WHERE stage = 'terminated'
    UNION ALL
    SELECT "case", township, decided_on, terminated_on FROM case_state WHERE stage = 'terminated'
),
terminated AS (
    SELECT stream, MIN(position) AS position FROM termination_approved GROUP BY stream
),
ended AS (
    -- who was supported on the day of the list, and is so no more
    SELECT shown.position, COUNT(*) AS cases, MIN(placed.terminated_on) AS since_on,
           ARRAY_AGG(terminated.position) AS positions
    FROM list_published AS shown
    JOIN placed
      ON placed.place = shown.place
     AND placed.decided_on <= shown.as_of
     AND placed.terminated_on > shown.as_of
    JOIN terminated ON terminated.stream = placed."case"
    WHERE shown.to_on IS NULL
    GROUP BY shown.position
)
SELECT shown.position,
       shown.stream,
       shown.kind,
       shown.place,
       shown.effective_on AS shown_on,
       shown.as_of AS of_day,
       shown.to_on,
       down.withdrawn_on,
       COALESCE(ended.cases, 0) AS ended_cases,
       ended.since_on AS outdated_since,
       CASE
           WHEN down.position IS NOT NULL THEN 'withdrawn'
           WHEN shown.to_on < parameters.as_of THEN 'overdue'
           WHEN ended.position IS NOT NULL THEN 'outdated'
           ELSE 'up'
       END AS state,
       LIST_SORT(
           LIST_CONCAT(
               LIST_CONCAT([shown.position], COALESCE(ended.positions, CAST([] AS BIGINT[]))),
               CASE WHEN down.withdrawal IS NULL THEN CAST([] AS BIGINT[]) ELSE [down.withdrawal] END
           )
       ) AS positions
FROM list_published AS shown
CROSS JOIN parameters
LEFT JOIN down ON down.position = shown.position
LEFT JOIN ended ON ended.position = shown.position
