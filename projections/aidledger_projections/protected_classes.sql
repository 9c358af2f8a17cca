-- title_zh: 特殊困难群体
-- title_en: protected classes
-- key: class
-- for: how many persons of each class that the pack protects are supported, recognised or known: counts only
-- facts: S4-003, S4-006, S4-007, S4-008
WITH listed AS (
    SELECT given.adoption,
           UNNEST(STRING_SPLIT(REPLACE(REPLACE(REPLACE(given.value, '[', ''), ']', ''), '"', ''), ','))
               AS class
    FROM county_pack
    JOIN parameters ON parameters.as_of = county_pack.day
    JOIN pack_parameters AS given
      ON given.adoption = county_pack.adoption AND given.name = 'protected_classes'
),
members AS (
    SELECT households."case", COUNT(*) AS persons
    FROM households
    CROSS JOIN parameters
    WHERE households.covered AND households.from_on <= parameters.as_of
      AND (households.to_on IS NULL OR parameters.as_of < households.to_on)
    GROUP BY households."case"
),
supported AS (
    SELECT case_state.programme AS class, SUM(COALESCE(members.persons, 1)) AS persons,
           ARRAY_AGG(case_state.last_position) AS positions
    FROM case_state
    LEFT JOIN members ON members."case" = case_state."case"
    WHERE case_state.stage IN ('approved', 'terminating') AND case_state.died_on IS NULL
    GROUP BY case_state.programme
),
granted AS (
    SELECT stream, recognised, MAX(position) AS position,
           MAX_BY(COALESCE(CAST(valid_to AS VARCHAR), '9999-12-31'), position) AS valid_to
    FROM recognition_granted
    GROUP BY stream, recognised
),
ended AS (
    SELECT stream, recognised, MAX(position) AS position, MAX_BY(ended_on, position) AS ended_on
    FROM recognition_ended
    GROUP BY stream, recognised
),
recognised AS (
    SELECT granted.recognised AS class, COUNT(*) AS persons, ARRAY_AGG(granted.position) AS positions
    FROM granted
    CROSS JOIN parameters
    LEFT JOIN ended
      ON ended.stream = granted.stream AND ended.recognised = granted.recognised
     AND ended.position > granted.position AND ended.ended_on <= parameters.as_of
    WHERE ended.position IS NULL AND granted.valid_to >= CAST(parameters.as_of AS VARCHAR)
    GROUP BY granted.recognised
),
known AS (
    SELECT kind AS class, SUM(children) AS persons, FLATTEN(ARRAY_AGG(positions)) AS positions
    FROM children
    GROUP BY kind
)
SELECT listed.class,
       CAST(COALESCE(supported.persons, 0) AS BIGINT) AS supported,
       COALESCE(recognised.persons, 0) AS recognised,
       CAST(COALESCE(known.persons, 0) AS BIGINT) AS known,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT(
                   LIST_CONCAT([listed.adoption], COALESCE(supported.positions, CAST([] AS BIGINT[]))),
                   LIST_CONCAT(
                       COALESCE(recognised.positions, CAST([] AS BIGINT[])),
                       COALESCE(known.positions, CAST([] AS BIGINT[]))
                   )
               )
           )
       ) AS positions
FROM listed
LEFT JOIN supported ON supported.class = listed.class
LEFT JOIN recognised ON recognised.class = listed.class
LEFT JOIN known ON known.class = listed.class
