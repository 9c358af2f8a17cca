-- title_zh: 照料服务台账
-- title_en: services of care
-- key: case, month
-- for: what was done for a person in each month of care, in hours by kind, and whether a fee ran with nothing done
-- facts: S0-005, S0-008, S0-013, S1-053, S3-017, S3-018
WITH cared AS (
    SELECT care_periods."case", CAST(series.day AS DATE) AS first_on, care_periods.monthly_fee_fen,
           care_periods.positions
    FROM care_periods
    CROSS JOIN UNNEST(
        GENERATE_SERIES(
            CAST(DATE_TRUNC('month', care_periods.from_on) AS DATE), care_periods.to_on,
            INTERVAL '1' MONTH
        )
    ) AS series(day)
),
visited AS (
    SELECT stream AS "case", SUBSTRING(CAST(effective_on AS VARCHAR), 1, 7) AS month,
           SUM(1) AS visits, ARRAY_AGG(position) AS positions
    FROM visit_made
    GROUP BY 1, 2
),
facts AS (
    SELECT "case", SUBSTRING(CAST(first_on AS VARCHAR), 1, 7) AS month, 1 AS agreements,
           monthly_fee_fen AS fee_fen, 0 AS services, 0 AS hours, '' AS kind,
           FALSE AS confirmed, FALSE AS bought, positions
    FROM cared
    UNION ALL
    SELECT stream, SUBSTRING(CAST(effective_on AS VARCHAR), 1, 7), 0, 0, 1, hours, kind,
           confirmed_by <> 'nobody', contract IS NOT NULL, [position]
    FROM service_rendered
),
summed AS (
    SELECT "case", month, SUM(agreements) > 0 AS entrusted, SUM(fee_fen) AS fee_fen,
           SUM(services) AS services,
           SUM(CASE WHEN kind = 'watch_over' THEN hours ELSE 0 END) AS watch_over_hours,
           SUM(CASE WHEN kind = 'life_care' THEN hours ELSE 0 END) AS life_care_hours,
           SUM(CASE WHEN kind = 'hospital_attendance' THEN hours ELSE 0 END) AS hospital_hours,
           SUM(CASE WHEN kind IN ('rehabilitation', 'counselling') THEN hours ELSE 0 END)
               AS other_hours,
           SUM(CASE WHEN confirmed THEN hours ELSE 0 END) AS confirmed_hours,
           SUM(CASE WHEN bought THEN hours ELSE 0 END) AS bought_hours,
           FLATTEN(ARRAY_AGG(positions)) AS positions
    FROM facts
    GROUP BY "case", month
)
SELECT summed."case",
       summed.month,
       summed.entrusted,
       summed.fee_fen,
       summed.services,
       COALESCE(visited.visits, 0) AS visits,
       summed.watch_over_hours,
       summed.life_care_hours,
       summed.hospital_hours,
       summed.other_hours,
       summed.confirmed_hours,
       summed.bought_hours,
       CASE
           WHEN summed.services > 0 AND NOT summed.entrusted AND summed.bought_hours = 0
               THEN 'without_agreement'
           WHEN summed.services > 0 THEN 'served'
           WHEN visited.visits > 0 THEN 'visited'
           WHEN summed.month >= SUBSTRING(CAST(parameters.as_of AS VARCHAR), 1, 7) THEN 'open'
           WHEN summed.fee_fen > 0 THEN 'fee_without_service'
           ELSE 'nothing'
       END AS state,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT(summed.positions, COALESCE(visited.positions, CAST([] AS BIGINT[])))
           )
       ) AS positions
FROM summed
CROSS JOIN parameters
LEFT JOIN visited ON visited."case" = summed."case" AND visited.month = summed.month
WHERE summed.services > 0 OR summed.entrusted
