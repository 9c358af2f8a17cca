-- title_zh: 受保护儿童
-- title_en: children of protected classes
-- key: township, kind
-- for: how many children of each protected class a township knows of: counts only, no child by name or token
-- facts: S4-006, S4-007, S4-008
WITH known AS (
    -- said again of a child, only the last counts
    SELECT person, MAX(position) AS position, MAX_BY(kind, position) AS kind,
           MAX_BY(township, position) AS township, MAX_BY(birth_on, position) AS birth_on
    FROM child_recorded
    GROUP BY person
),
rule AS (
    SELECT MAX(TRY_CAST(given.value AS BIGINT)) AS adult_age, MAX(county_pack.adoption) AS adoption
    FROM county_pack
    JOIN parameters ON parameters.as_of = county_pack.day
    JOIN pack_parameters AS given
      ON given.adoption = county_pack.adoption AND given.name = 'minor_keep_age'
),
aged AS (
    SELECT known.position, known.kind, known.township, rule.adult_age, rule.adoption,
           YEAR(parameters.as_of) - YEAR(known.birth_on)
               - CASE
                     WHEN MONTH(parameters.as_of) * 100 + DAY(parameters.as_of)
                         < MONTH(known.birth_on) * 100 + DAY(known.birth_on) THEN 1
                     ELSE 0
                 END AS age
    FROM known
    CROSS JOIN parameters
    CROSS JOIN rule
)
SELECT township,
       kind,
       COUNT(*) AS children,
       LIST_SORT(
           LIST_DISTINCT(
               FLATTEN(
                   ARRAY_AGG(CASE WHEN adoption IS NULL THEN [position] ELSE [position, adoption] END)
               )
           )
       ) AS positions
FROM aged
-- where no rule says who is grown up, everybody who was recorded as a child counts
WHERE adult_age IS NULL OR age < adult_age
GROUP BY township, kind
