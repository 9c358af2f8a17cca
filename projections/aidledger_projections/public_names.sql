-- title_zh: 公开名称
-- title_en: what a list may call each person
-- key: case
-- for: who may be named on a public list, and how; minors never are, nor anybody where the rule is not known
-- facts: S4-108, S4-109
WITH application AS (
    SELECT stream, MAX(position) AS position, MAX_BY(programme, position) AS programme,
           MAX_BY(persons, position) AS persons
    FROM application_submitted
    GROUP BY stream
),
members AS (
    -- of a household that was declared its members count, as they are on the day asked for
    SELECT households."case", COUNT(*) AS persons, ARRAY_AGG(households.joined) AS positions
    FROM households
    CROSS JOIN parameters
    WHERE households.covered
      AND households.from_on <= parameters.as_of
      AND (households.to_on IS NULL OR parameters.as_of < households.to_on)
    GROUP BY households."case"
),
ages AS (
    SELECT pack_in_force.programme, pack_in_force.adoption,
           MAX(TRY_CAST(lines.parameter.value AS BIGINT)) AS adult_age
    FROM pack_in_force
    JOIN parameters ON parameters.as_of = pack_in_force.day
    JOIN (SELECT position, UNNEST(parameters) AS parameter FROM pack_adopted) AS lines
      ON lines.position = pack_in_force.adoption
    WHERE lines.parameter.key IN ('minor_entry_age', 'minor_keep_age')
      AND CAST(TRY_CAST(lines.parameter.value AS BIGINT) AS VARCHAR) = lines.parameter.value
    GROUP BY pack_in_force.programme, pack_in_force.adoption
),
unpublished AS (
    -- programmes of which only counts are shown, whatever the age
    SELECT pack_in_force.programme, MAX(pack_in_force.adoption) AS adoption
    FROM pack_in_force
    JOIN parameters ON parameters.as_of = pack_in_force.day
    JOIN pack_parameters AS given
      ON given.adoption = pack_in_force.adoption AND given.name = 'unpublished_programmes'
     AND CONTAINS(given.value, '"' || pack_in_force.programme || '"')
    WHERE pack_in_force.programme <> ''
    GROUP BY pack_in_force.programme
),
places AS (
    SELECT place, MAX_BY(name, position) AS name FROM place_registered GROUP BY place
),
aged AS (
    SELECT case_state."case", case_state.village, case_state.display_name, case_state.limb,
           YEAR(parameters.as_of) - YEAR(case_state.birth_on)
               - CASE
                     WHEN MONTH(parameters.as_of) * 100 + DAY(parameters.as_of)
                         < MONTH(case_state.birth_on) * 100 + DAY(case_state.birth_on) THEN 1
                     ELSE 0
                 END AS age,
           ages.adult_age, COALESCE(ages.adoption, unpublished.adoption) AS adoption,
           unpublished.adoption IS NOT NULL AS is_unpublished
    FROM case_state
    CROSS JOIN parameters
    LEFT JOIN ages ON ages.programme = COALESCE(case_state.programme, '')
    LEFT JOIN unpublished ON unpublished.programme = case_state.programme
),
named AS (
    SELECT aged."case", aged.village, aged.display_name, aged.adoption,
           CASE
               WHEN aged.is_unpublished OR aged.age < aged.adult_age THEN 'minors'
               -- only a masked name is a public name; without a rule on minors nobody has one
               WHEN aged.age IS NULL OR aged.adult_age IS NULL OR aged.display_name IS NULL
                   OR NOT CONTAINS(aged.display_name, '*') OR LENGTH(aged.display_name) > 40
                   OR aged.display_name <> REGEXP_REPLACE(aged.display_name, '[0-9]', '', 'g')
                   THEN 'unnamed'
               ELSE 'person'
           END AS kind
    FROM aged
)
SELECT named."case",
       named.kind,
       CASE named.kind
           WHEN 'person' THEN named.display_name
           WHEN 'minors' THEN '未成年人 / minor'
           ELSE '不具名 / not named'
       END AS display_name,
       COALESCE(named.village, '') AS village,
       COALESCE(places.name, '') AS village_name,
       application.programme AS category,
       COALESCE(members.persons, application.persons) AS persons,
       LIST_SORT(
           LIST_CONCAT(
               COALESCE(members.positions, CAST([] AS BIGINT[])),
               CASE
                   WHEN named.adoption IS NULL THEN [application.position]
                   ELSE [application.position, named.adoption]
               END
           )
       ) AS positions
FROM named
JOIN application ON application.stream = named."case"
LEFT JOIN members ON members."case" = named."case"
LEFT JOIN places ON places.place = named.village
