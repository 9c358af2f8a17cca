-- title_zh: 重复享受核查
-- title_en: programmes by person
-- key: person, month, programme, other
-- for: each month for which something is due to one person under two programmes, and whether the pack excludes the pair
-- facts: S4-006, S4-007
WITH about AS (
    SELECT applicant AS person, "case", programme, CAST(NULL AS DATE) AS from_on,
           CAST(NULL AS DATE) AS to_on
    FROM case_state
    WHERE applicant IS NOT NULL
    UNION
    SELECT households.person, households."case", case_state.programme, households.from_on,
           households.to_on
    FROM households
    JOIN case_state ON case_state."case" = households."case"
    WHERE households.covered AND households.person <> case_state.applicant
),
several AS (
    SELECT person FROM about GROUP BY person HAVING MIN(programme) <> MAX(programme)
),
due AS (
    SELECT about.person, entitlements.month, about.programme,
           LAST_DAY(CAST(entitlements.month || '-01' AS DATE)) AS ends_on,
           SUM(entitlements.payable_fen) AS fen, FLATTEN(ARRAY_AGG(entitlements.positions)) AS positions
    FROM several
    JOIN about ON about.person = several.person
    JOIN entitlements ON entitlements."case" = about."case" AND entitlements.payable_fen > 0
    WHERE (about.from_on IS NULL OR SUBSTRING(CAST(about.from_on AS VARCHAR), 1, 7) <= entitlements.month)
      AND (about.to_on IS NULL OR entitlements.month < SUBSTRING(CAST(about.to_on AS VARCHAR), 1, 7))
    GROUP BY about.person, entitlements.month, about.programme
),
pairs AS (
    SELECT one.person, one.month, one.ends_on, one.programme, two.programme AS other,
           one.fen + two.fen AS fen, LIST_CONCAT(one.positions, two.positions) AS positions
    FROM due AS one
    JOIN due AS two
      ON two.person = one.person AND two.month = one.month AND two.programme > one.programme
),
rules AS (
    SELECT pairs.person, pairs.month, pairs.programme, pairs.other,
           MAX(pack_in_force.adoption) AS adoption
    FROM pairs
    CROSS JOIN parameters
    JOIN pack_in_force
      ON pack_in_force.day = LEAST(pairs.ends_on, parameters.as_of)
     AND pack_in_force.programme IN (pairs.programme, pairs.other)
    JOIN pack_parameters AS matrix
      ON matrix.adoption = pack_in_force.adoption AND matrix.name = 'exclusions'
    LEFT JOIN pack_parameters AS since
      ON since.adoption = pack_in_force.adoption AND since.name = 'exclusive_from'
    WHERE CONTAINS(
              SPLIT_PART(
                  SPLIT_PART(matrix.value, '"' || pack_in_force.programme || '":[', 2), ']', 1
              ),
              '"' || CASE
                         WHEN pack_in_force.programme = pairs.programme THEN pairs.other
                         ELSE pairs.programme
                     END || '"'
          )
      AND (since.value IS NULL OR since.value <= CAST(pairs.ends_on AS VARCHAR))
    GROUP BY pairs.person, pairs.month, pairs.programme, pairs.other
),
choices AS (
    SELECT about.person, programme_chosen.position, programme_chosen.effective_on,
           programme_chosen.chosen, programme_chosen.given_up
    FROM several
    JOIN about ON about.person = several.person
    JOIN programme_chosen ON programme_chosen.stream = about."case"
    WHERE programme_chosen.consent
),
chosen AS (
    -- of this pair the last choice by the end of the month
    SELECT pairs.person, pairs.month, pairs.programme, pairs.other,
           MAX_BY(choices.given_up, choices.position) AS given_up, MAX(choices.position) AS position
    FROM pairs
    JOIN choices
      ON choices.person = pairs.person AND choices.effective_on <= pairs.ends_on
     AND choices.chosen IN (pairs.programme, pairs.other)
     AND choices.given_up IN (pairs.programme, pairs.other)
    GROUP BY pairs.person, pairs.month, pairs.programme, pairs.other
)
SELECT pairs.person,
       pairs.month,
       pairs.programme,
       pairs.other,
       CAST(pairs.fen AS BIGINT) AS due_fen,
       rules.adoption IS NOT NULL AS excluded,
       chosen.given_up,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT(
                   pairs.positions,
                   LIST_CONCAT(
                       CASE WHEN rules.adoption IS NULL THEN CAST([] AS BIGINT[])
                            ELSE [rules.adoption] END,
                       CASE WHEN chosen.position IS NULL THEN CAST([] AS BIGINT[])
                            ELSE [chosen.position] END
                   )
               )
           )
       ) AS positions
FROM pairs
LEFT JOIN rules
  ON rules.person = pairs.person AND rules.month = pairs.month
 AND rules.programme = pairs.programme AND rules.other = pairs.other
LEFT JOIN chosen
  ON chosen.person = pairs.person AND chosen.month = pairs.month
 AND chosen.programme = pairs.programme AND chosen.other = pairs.other
