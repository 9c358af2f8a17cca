-- title_zh: 指标完成情况
-- title_en: targets
-- key: target
-- for: each ratio that the pack of the day asks for: numerator, denominator, as of when, and whether it is met (null where there is nothing to count)
-- facts: S2-004, S2-005, S2-006, S2-007, S2-008, S2-014, S2-020, S4-037, S4-038
WITH asked AS (
    SELECT county_pack.adoption, TRY_CAST(given.value AS BIGINT) AS asked_permille,
           CASE given.name
               WHEN 'target_home_care_urban_permille' THEN 'home_care_urban'
               WHEN 'target_home_care_rural_permille' THEN 'home_care_rural'
               WHEN 'target_social_run_permille' THEN 'social_run'
               WHEN 'target_medical_contract_permille' THEN 'medical_contract'
               WHEN 'target_barrier_free_permille' THEN 'barrier_free'
               WHEN 'concentrated_target_permille' THEN 'concentrated'
               WHEN 'target_street_home_permille' THEN 'street_home'
               WHEN 'target_community_day_care_permille' THEN 'community_day_care'
               WHEN 'target_estate_station_permille' THEN 'estate_station'
           END AS target
    FROM county_pack
    CROSS JOIN parameters
    JOIN pack_parameters AS given ON given.adoption = county_pack.adoption
    WHERE county_pack.day = parameters.as_of
),
running AS (
    SELECT facility, kind, area, place, operator, medical_contract, barrier_free, positions
    FROM facilities
    WHERE state <> 'closed'
),
served AS (
    SELECT place, FLATTEN(ARRAY_AGG(positions)) AS positions
    FROM running
    WHERE kind IN ('day_care', 'service_station', 'happiness_home')
    GROUP BY place
),
places AS (
    SELECT place, MAX_BY(kind, position) AS kind, MAX_BY(area, position) AS area,
           MAX(position) AS position
    FROM place_registered
    GROUP BY place
),
communities AS (
    SELECT place, area, position FROM places WHERE kind = 'village'
),
network AS (
    -- a street is a township in town, a community a village in town; what each is to have
    SELECT place, position,
           CASE kind
               WHEN 'township' THEN 'street_home'
               WHEN 'village' THEN 'community_day_care'
               WHEN 'estate' THEN 'estate_station'
           END AS target,
           CASE kind
               WHEN 'township' THEN 'street_home'
               WHEN 'village' THEN 'day_care'
               WHEN 'estate' THEN 'service_station'
           END AS facility_kind
    FROM places
    WHERE area = 'urban' AND kind IN ('township', 'village', 'estate')
),
built AS (
    SELECT place, kind, FLATTEN(ARRAY_AGG(positions)) AS positions
    FROM running
    GROUP BY place, kind
),
counted AS (
    -- one row for each thing that counts, and whether it counts for the numerator too
    SELECT 'home_care_' || communities.area AS target, served.place IS NOT NULL AS counts,
           LIST_CONCAT(
               [communities.position], COALESCE(served.positions, CAST([] AS BIGINT[]))
           ) AS positions
    FROM communities
    LEFT JOIN served ON served.place = communities.place
    UNION ALL
    SELECT network.target, built.place IS NOT NULL,
           LIST_CONCAT([network.position], COALESCE(built.positions, CAST([] AS BIGINT[])))
    FROM network
    LEFT JOIN built ON built.place = network.place AND built.kind = network.facility_kind
    UNION ALL
    SELECT 'social_run', operator = 'social', positions FROM running
    UNION ALL
    SELECT 'medical_contract', medical_contract, positions
    FROM running
    WHERE kind IN ('street_home', 'day_care', 'service_station', 'happiness_home')
    UNION ALL
    SELECT 'barrier_free', barrier_free, positions FROM running
    UNION ALL
    SELECT 'concentrated', form = 'concentrated', positions
    FROM case_state
    WHERE from_month IS NOT NULL AND terminated_on IS NULL AND died_on IS NULL
),
summed AS (
    SELECT target, SUM(CASE WHEN counts THEN 1 ELSE 0 END) AS numerator, COUNT(*) AS denominator
    FROM counted
    GROUP BY target
),
named AS (
    -- the entries of every case stand in one row here: told apart as rows, not in the list
    SELECT target, ARRAY_AGG(position) AS positions
    FROM (
        SELECT DISTINCT target, position
        FROM (
            SELECT target, UNNEST(positions) AS position FROM counted
            UNION ALL
            SELECT target, adoption FROM asked
        ) AS given
    ) AS told_apart
    GROUP BY target
)
SELECT asked.target,
       CAST(COALESCE(summed.numerator, 0) AS BIGINT) AS numerator,
       COALESCE(summed.denominator, 0) AS denominator,
       CAST(summed.numerator * 1000 // summed.denominator AS BIGINT) AS permille,
       asked.asked_permille,
       parameters.as_of,
       -- compared by products: a share just below the target is not rounded up to it
       summed.numerator * 1000 >= asked.asked_permille * summed.denominator AS met,
       LIST_SORT(named.positions) AS positions
FROM asked
CROSS JOIN parameters
JOIN named ON named.target = asked.target
LEFT JOIN summed ON summed.target = asked.target
WHERE asked.target IS NOT NULL AND asked.asked_permille BETWEEN 0 AND 1000
