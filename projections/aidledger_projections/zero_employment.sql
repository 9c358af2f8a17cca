-- title_zh: 零就业家庭
-- title_en: families of whom nobody works
-- key: case
-- for: each household with somebody registered as looking for work: who of working age is not, whether nobody works, when it got a post and who got one before it
-- facts: S4-064, S4-065
WITH newest AS (
    SELECT stream, person, MAX(position) AS position FROM employment_registered GROUP BY stream, person
),
looking AS (
    SELECT newest.stream AS "case", newest.person, said.register, said.registered_on, newest.position
    FROM newest
    JOIN employment_registered AS said ON said.position = newest.position
    CROSS JOIN parameters
    WHERE said.able
      AND said.willing
      AND said.registered_on <= parameters.as_of
      AND (said.to_on IS NULL OR parameters.as_of < said.to_on)
),
registered AS (
    SELECT "case", COUNT(*) AS looking, BOOL_OR(register = 'employment_hardship') AS hardship,
           MIN(registered_on) AS since_on,
           ARRAY_AGG(position) AS positions
    FROM looking
    GROUP BY "case"
),
ages AS (
    SELECT TRY_CAST(youngest.value AS INTEGER) AS from_age, TRY_CAST(oldest.value AS INTEGER) AS to_age,
           youngest.adoption
    FROM parameters
    JOIN pack_in_force
      ON pack_in_force.day = parameters.as_of AND pack_in_force.programme = 'employment'
    JOIN pack_parameters AS youngest
      ON youngest.adoption = pack_in_force.adoption AND youngest.name = 'working_age_from'
    JOIN pack_parameters AS oldest
      ON oldest.adoption = pack_in_force.adoption AND oldest.name = 'working_age_to'
),
members AS (
    SELECT households."case", households.person, households.joined,
           YEAR(parameters.as_of) - YEAR(said.birth_on)
               - CASE
                     WHEN MONTH(parameters.as_of) * 100 + DAY(parameters.as_of)
                         < MONTH(said.birth_on) * 100 + DAY(said.birth_on) THEN 1
                     ELSE 0
                 END AS age
    FROM households
    CROSS JOIN parameters
    JOIN household_member_changed AS said ON said.position = households.joined
    WHERE households.covered
      AND households.from_on <= parameters.as_of
      AND (households.to_on IS NULL OR parameters.as_of < households.to_on)
),
others AS (
    SELECT members."case", COUNT(*) AS of_working_age, ARRAY_AGG(members.joined) AS positions
    FROM members
    CROSS JOIN ages
    LEFT JOIN looking ON looking."case" = members."case" AND looking.person = members.person
    WHERE looking.person IS NULL AND members.age >= ages.from_age AND members.age < ages.to_age
    GROUP BY members."case"
),
posts AS (
    SELECT stream AS "case", MIN(effective_on) AS post_on,
           MIN_BY(position, (effective_on, position)) AS position
    FROM help_granted
    WHERE help = 'public_post'
    GROUP BY stream
),
families AS (
    SELECT registered."case", case_state.township, case_state.area, registered.looking,
           registered.hardship, registered.since_on, registered.positions,
           COALESCE(others.of_working_age, 0) AS others_of_working_age,
           others.positions AS others_at, posts.post_on, posts.position AS post,
           CASE
               WHEN ages.adoption IS NOT NULL
                   THEN case_state.area = 'urban' AND COALESCE(others.of_working_age, 0) = 0
           END AS nobody_works
    FROM registered
    JOIN case_state ON case_state."case" = registered."case"
    LEFT JOIN ages ON TRUE
    LEFT JOIN others ON others."case" = registered."case"
    LEFT JOIN posts ON posts."case" = registered."case"
),
passed AS (
    SELECT families."case", COUNT(*) AS passed_over, ARRAY_AGG(given.position) AS positions
    FROM families
    JOIN families AS others ON NOT others.nobody_works
    JOIN help_granted AS given
      ON given.stream = others."case"
     AND given.help = 'public_post'
     AND given.effective_on >= families.since_on
     AND (families.post_on IS NULL OR given.effective_on < families.post_on)
    WHERE families.nobody_works
    GROUP BY families."case"
)
SELECT families."case",
       families.township,
       families.area,
       families.looking,
       families.hardship,
       families.others_of_working_age,
       families.nobody_works,
       families.post_on,
       COALESCE(passed.passed_over, 0) AS passed_over,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT(
                   LIST_CONCAT(
                       families.positions, COALESCE(families.others_at, CAST([] AS BIGINT[]))
                   ),
                   LIST_CONCAT(
                       CASE WHEN families.post IS NULL THEN CAST([] AS BIGINT[]) ELSE [families.post] END,
                       COALESCE(passed.positions, CAST([] AS BIGINT[]))
                   )
               )
           )
       ) AS positions
FROM families
LEFT JOIN passed ON passed."case" = families."case"
