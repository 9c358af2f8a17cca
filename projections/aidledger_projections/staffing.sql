-- title_zh: 人员配备台账
-- title_en: staffing
-- key: place
-- for: each township and village: how many coordinators or assistants its population asks for, and how many are there
-- facts: S3-010, S3-011, S3-012, S3-013, S3-014, S3-016
WITH places AS (
    SELECT place, MAX_BY(kind, position) AS kind, MAX_BY(population, position) AS population,
           MAX(position) AS position, MAX_BY(effective_on, position) AS population_on
    FROM place_registered
    WHERE kind IN ('township', 'village')
    GROUP BY place
),
counts AS (
    SELECT place, MAX_BY(population, (as_of, position)) AS population,
           MAX(as_of) AS population_on, MAX_BY(position, (as_of, position)) AS position
    FROM population_recorded
    GROUP BY place
),
given AS (
    SELECT county_pack.adoption, held.name, held.value
    FROM county_pack
    CROSS JOIN parameters
    JOIN pack_parameters AS held ON held.adoption = county_pack.adoption
    WHERE county_pack.day = parameters.as_of
),
texts AS (
    SELECT MAX(adoption) AS adoption,
           MAX(CASE WHEN name = 'coordinators_from' THEN value END) AS bounds,
           MAX(CASE WHEN name = 'coordinators_min' THEN value END) AS least,
           MAX(CASE WHEN name = 'assistants_per_village_min' THEN TRY_CAST(value AS BIGINT) END)
               AS assistants_min,
           MAX(CASE WHEN name = 'assistants_per_village_max' THEN TRY_CAST(value AS BIGINT) END)
               AS assistants_max
    FROM given
),
brackets AS (
    -- two lists of the pack side by side: from how many people on, how many coordinators
    SELECT TRY_CAST(from_text AS BIGINT) AS from_people, TRY_CAST(least_text AS BIGINT) AS least
    FROM (
        SELECT lists.bounds[series.n] AS from_text, lists.least[series.n] AS least_text
        FROM (
            SELECT STRING_SPLIT(REPLACE(REPLACE(bounds, '[', ''), ']', ''), ',') AS bounds,
                   STRING_SPLIT(REPLACE(REPLACE(least, '[', ''), ']', ''), ',') AS least
            FROM texts
        ) AS lists
        CROSS JOIN UNNEST(
            GENERATE_SERIES(1, GREATEST(LEN(lists.bounds), LEN(lists.least)))
        ) AS series(n)
    ) AS pairs
),
moves AS (
    SELECT staff, position, place, post, full_time, paid, TRUE AS there FROM staff_assigned
    UNION ALL
    SELECT staff, position, NULL, NULL, FALSE, FALSE, FALSE FROM staff_left
),
last_move AS (
    SELECT staff, MAX(position) AS position FROM moves GROUP BY staff
),
working AS (
    SELECT moves.place, moves.post, COUNT(*) AS there,
           SUM(CASE WHEN moves.full_time THEN 1 ELSE 0 END) AS full_time,
           SUM(CASE WHEN moves.paid THEN 1 ELSE 0 END) AS paid,
           ARRAY_AGG(moves.position) AS positions
    FROM moves
    JOIN last_move ON last_move.position = moves.position
    WHERE moves.there AND moves.post IN ('coordinator', 'assistant')
    GROUP BY moves.place, moves.post
),
measured AS (
    SELECT places.place, places.kind, COALESCE(counts.population, places.population) AS population,
           COALESCE(counts.population_on, places.population_on) AS population_on,
           COALESCE(counts.position, places.position) AS position
    FROM places
    LEFT JOIN counts ON counts.place = places.place
),
asked AS (
    SELECT measured.place, MAX_BY(brackets.least, (brackets.from_people, brackets.least)) AS least
    FROM measured
    JOIN brackets ON brackets.from_people <= measured.population
    WHERE measured.kind = 'township'
    GROUP BY measured.place
),
joined AS (
    SELECT measured.place, measured.kind, measured.population, measured.population_on,
           CASE measured.kind WHEN 'township' THEN asked.least ELSE texts.assistants_min END AS asked,
           CASE measured.kind WHEN 'village' THEN texts.assistants_max END AS most,
           COALESCE(working.there, 0) AS there,
           CAST(COALESCE(working.full_time, 0) AS BIGINT) AS full_time,
           CAST(COALESCE(working.paid, 0) AS BIGINT) AS paid,
           LIST_CONCAT([measured.position], COALESCE(working.positions, CAST([] AS BIGINT[])))
               AS counted,
           texts.adoption
    FROM measured
    CROSS JOIN texts
    LEFT JOIN asked ON asked.place = measured.place
    LEFT JOIN working
      ON working.place = measured.place
     AND working.post = CASE measured.kind WHEN 'township' THEN 'coordinator' ELSE 'assistant' END
)
SELECT place, kind, population, population_on, asked, most, there, full_time, paid,
       there >= asked AND (most IS NULL OR there <= most) AS met,
       LIST_SORT(
           LIST_CONCAT(
               counted,
               CASE WHEN adoption IS NULL OR asked IS NULL THEN CAST([] AS BIGINT[])
                    ELSE [adoption] END
           )
       ) AS positions
FROM joined
