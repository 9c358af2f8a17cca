-- title_zh: 县级日志
-- title_en: counties' logs
-- key: log
-- for: each county's log as an office above gathers it: its newest checkpoint, how many days ago that was gathered (or its keys recorded, where there is none), how many there are, and whether it contradicted itself
-- facts: S4-117
WITH trusted AS (
    SELECT stream, MAX(position) AS position, MAX_BY(county, position) AS county,
           MAX_BY(origin, position) AS origin, MIN(effective_on) AS trusted_on
    FROM county_log_trusted
    GROUP BY stream
),
gathered AS (
    SELECT stream, MAX(position) AS position, COUNT(*) AS checkpoints,
           MAX_BY(size, position) AS size, MAX_BY(root, position) AS root,
           MAX_BY(effective_on, position) AS gathered_on, MIN(effective_on) AS since
    FROM checkpoint_gathered
    GROUP BY stream
),
contradicted AS (
    SELECT stream, COUNT(*) AS contradictions, ARRAY_AGG(position) AS positions
    FROM checkpoint_contradicted
    GROUP BY stream
)
SELECT trusted.stream AS log,
       trusted.county,
       trusted.origin,
       gathered.size,
       gathered.root,
       gathered.gathered_on,
       gathered.since,
       DATE_DIFF(
           'day', COALESCE(gathered.gathered_on, trusted.trusted_on), parameters.as_of
       ) AS days_since,
       CAST(COALESCE(gathered.checkpoints, 0) AS BIGINT) AS checkpoints,
       CAST(COALESCE(contradicted.contradictions, 0) AS BIGINT) AS contradictions,
       LIST_SORT(LIST_CONCAT(
           LIST_CONCAT(
               [trusted.position],
               CASE WHEN gathered.position IS NULL THEN CAST([] AS BIGINT[])
                    ELSE [gathered.position] END
           ),
           COALESCE(contradicted.positions, CAST([] AS BIGINT[]))
       )) AS positions
FROM trusted
CROSS JOIN parameters
LEFT JOIN gathered ON gathered.stream = trusted.stream
LEFT JOIN contradicted ON contradicted.stream = trusted.stream
