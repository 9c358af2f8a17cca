-- title_zh: 基础档案台账
-- title_en: base files
-- key: case
-- for: when a supported person's health, living and care were last brought up to date, and an ability not yet reported
-- facts: S0-010, S0-011, S4-074, S4-097
WITH updates AS (
    SELECT stream, position, effective_on, kind FROM base_record_updated
    UNION ALL
    SELECT stream, position, effective_on, 'health' FROM medical_visit_made
    UNION ALL
    SELECT stream, position, effective_on, 'health' FROM ability_assessed
    UNION ALL
    SELECT stream, position, effective_on, 'living' FROM visit_made
    UNION ALL
    SELECT stream, position, effective_on, 'living' FROM household_surveyed
    UNION ALL
    SELECT stream, position, effective_on, 'care' FROM care_entrusted
    UNION ALL
    SELECT stream, position, effective_on, 'care' FROM care_ended
),
newest AS (
    SELECT stream, MAX(CASE WHEN kind = 'health' THEN effective_on END) AS health_on,
           MAX(CASE WHEN kind = 'living' THEN effective_on END) AS living_on,
           MAX(CASE WHEN kind = 'care' THEN effective_on END) AS care_on,
           ARRAY_AGG(position) AS positions
    FROM updates
    GROUP BY stream
),
medical AS (
    SELECT stream, COUNT(*) AS medical_visits FROM medical_visit_made GROUP BY stream
),
assessed AS (
    SELECT stream, MAX(position) AS position, MAX_BY(effective_on, position) AS assessed_on
    FROM ability_assessed
    GROUP BY stream
),
reported AS (
    SELECT stream, MAX(position) AS position, MAX_BY(effective_on, position) AS reported_on,
           MAX_BY(to_office, position) AS to_office
    FROM ability_reported
    GROUP BY stream
)
SELECT case_state."case",
       case_state.township,
       newest.health_on,
       newest.living_on,
       newest.care_on,
       COALESCE(medical.medical_visits, 0) AS medical_visits,
       assessed.assessed_on,
       CASE WHEN reported.position > assessed.position THEN reported.reported_on END AS reported_on,
       CASE WHEN reported.position > assessed.position THEN reported.to_office END AS reported_to,
       LIST_SORT(
           LIST_CONCAT(
               newest.positions,
               CASE WHEN reported.position IS NULL THEN CAST([] AS BIGINT[]) ELSE [reported.position] END
           )
       ) AS positions
FROM case_state
JOIN newest ON newest.stream = case_state."case"
LEFT JOIN medical ON medical.stream = case_state."case"
LEFT JOIN assessed ON assessed.stream = case_state."case"
LEFT JOIN reported ON reported.stream = case_state."case"
WHERE case_state.from_month IS NOT NULL AND case_state.died_on IS NULL AND case_state.terminated_on IS NULL
