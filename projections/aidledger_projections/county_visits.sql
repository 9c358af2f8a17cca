-- title_zh: 县级入户核查台账
-- title_en: visits by the county
-- key: origin
-- for: each household that the county has to visit itself, as a relative's or for a complaint, and whether it did since
-- facts: S1-037
WITH grounds AS (
    SELECT position AS origin, stream AS "case", 'relative' AS ground, effective_on AS from_on
    FROM relative_declared
    UNION ALL
    SELECT position, subject_case, 'complaint', effective_on
    FROM complaint_received
    WHERE subject_case IS NOT NULL AND kind <> 'consultation'
),
programmes AS (
    SELECT stream, MAX_BY(programme, position) AS programme FROM application_submitted GROUP BY stream
),
asked AS (
    SELECT grounds.origin, grounds."case", grounds.ground, grounds.from_on, rule.adoption
    FROM grounds
    JOIN programmes ON programmes.stream = grounds."case"
    JOIN pack_in_force
      ON pack_in_force.day = grounds.from_on AND pack_in_force.programme = programmes.programme
    JOIN pack_parameters AS rule
      ON rule.adoption = pack_in_force.adoption AND rule.name = 'county_visit_for'
     AND CONTAINS(rule.value, '"' || grounds.ground || '"')
),
visit_order AS (
    SELECT asked.origin, spot_checked.position, spot_checked.effective_on,
           ROW_NUMBER() OVER (
               PARTITION BY asked.origin ORDER BY spot_checked.effective_on, spot_checked.position
           ) AS place
    FROM asked
    JOIN spot_checked
      ON spot_checked.stream = asked."case"
     AND (spot_checked.effective_on > asked.from_on
         OR (spot_checked.effective_on = asked.from_on AND spot_checked.position > asked.origin))
),
visited AS (
    SELECT origin, position, effective_on FROM visit_order WHERE place = 1
)
SELECT asked.origin,
       asked."case",
       asked.ground,
       asked.from_on,
       visited.effective_on AS visited_on,
       CASE WHEN visited.position IS NULL THEN 'owed' ELSE 'done' END AS state,
       LIST_SORT(
           CASE
               WHEN visited.position IS NULL THEN [asked.origin, asked.adoption]
               ELSE [asked.origin, asked.adoption, visited.position]
           END
       ) AS positions
FROM asked
LEFT JOIN visited ON visited.origin = asked.origin
