-- title_zh: 养老服务设施台账
-- title_en: facilities
-- key: facility
-- for: each facility: its kind, place and operator, whether it is in use, its contracts of the day, and whether it is free of barriers
-- facts: S2-007, S2-012, S2-014, S2-017, S2-020
WITH registered AS (
    SELECT stream, MAX(position) AS position, MAX_BY(kind, position) AS kind,
           MAX_BY(area, position) AS area, MAX_BY(place, position) AS place,
           MAX_BY(operator, position) AS operator, MAX_BY(beds, position) AS beds,
           MAX_BY(former_use, position) AS former_use
    FROM facility_registered
    GROUP BY stream
),
states AS (
    SELECT stream, MAX(position) AS position, MAX_BY(state, position) AS state
    FROM facility_state_recorded
    GROUP BY stream
),
contracts AS (
    SELECT facility_contract_signed.stream,
           SUM(CASE WHEN facility_contract_signed.kind = 'medical' THEN 1 ELSE 0 END) AS medical,
           COUNT(*) AS contracts, ARRAY_AGG(facility_contract_signed.position) AS positions
    FROM facility_contract_signed
    CROSS JOIN parameters
    WHERE parameters.as_of BETWEEN facility_contract_signed.from_on AND facility_contract_signed.to_on
    GROUP BY facility_contract_signed.stream
),
checks AS (
    SELECT stream, MAX(position) AS position, MAX_BY(barrier_free, position) AS barrier_free
    FROM facility_checked
    GROUP BY stream
)
SELECT registered.stream AS facility,
       registered.kind,
       registered.area,
       registered.place,
       registered.operator,
       registered.beds,
       NULLIF(registered.former_use, '') AS former_use,
       COALESCE(states.state, 'operating') AS state,
       COALESCE(contracts.contracts, 0) AS contracts,
       COALESCE(contracts.medical, 0) > 0 AS medical_contract,
       COALESCE(checks.barrier_free, FALSE) AS barrier_free,
       LIST_SORT(
           LIST_CONCAT(
               LIST_CONCAT(
                   [registered.position], COALESCE(contracts.positions, CAST([] AS BIGINT[]))
               ),
               LIST_CONCAT(
                   CASE WHEN states.position IS NULL THEN CAST([] AS BIGINT[])
                        ELSE [states.position] END,
                   CASE WHEN checks.position IS NULL THEN CAST([] AS BIGINT[])
                        ELSE [checks.position] END
               )
           )
       ) AS positions
FROM registered
LEFT JOIN states ON states.stream = registered.stream
LEFT JOIN contracts ON contracts.stream = registered.stream
LEFT JOIN checks ON checks.stream = registered.stream
