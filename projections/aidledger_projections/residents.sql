-- title_zh: 机构在住人员
-- title_en: residents of institutions
-- key: facility
-- for: how many persons the ledger supports in each institution, by ability, against what the institution counted
-- facts: S1-070, S1-075, S1-078
WITH supported AS (
    SELECT CASE
               WHEN institution LIKE 'facility/%' THEN SUBSTRING(institution, 10) ELSE institution
           END AS facility,
           COUNT(*) AS residents,
           SUM(CASE WHEN ability = 'able' THEN 1 ELSE 0 END) AS able,
           SUM(CASE WHEN ability = 'partly' THEN 1 ELSE 0 END) AS partly,
           SUM(CASE WHEN ability = 'unable' THEN 1 ELSE 0 END) AS unable,
           SUM(CASE WHEN monthly_fen > 0 THEN 1 ELSE 0 END) AS payable,
           ARRAY_AGG(last_position) AS positions
    FROM case_state
    WHERE institution IS NOT NULL AND form = 'concentrated' AND died_on IS NULL AND terminated_on IS NULL
    GROUP BY 1
),
census AS (
    SELECT SUBSTRING(stream, 10) AS facility, MAX(position) AS position,
           MAX_BY(effective_on, position) AS counted_on,
           MAX_BY(able + partly + unable, position) AS counted,
           MAX_BY(able, position) AS counted_able, MAX_BY(partly, position) AS counted_partly,
           MAX_BY(unable, position) AS counted_unable
    FROM institution_census_taken
    GROUP BY stream
)
SELECT COALESCE(supported.facility, census.facility) AS facility,
       COALESCE(supported.residents, 0) AS residents,
       COALESCE(supported.able, 0) AS able,
       COALESCE(supported.partly, 0) AS partly,
       COALESCE(supported.unable, 0) AS unable,
       COALESCE(supported.payable, 0) AS payable,
       census.counted_on,
       census.counted,
       census.counted_able,
       census.counted_partly,
       census.counted_unable,
       COALESCE(supported.payable, 0) - census.counted AS difference,
       LIST_SORT(
           LIST_CONCAT(
               COALESCE(supported.positions, CAST([] AS BIGINT[])),
               CASE WHEN census.position IS NULL THEN CAST([] AS BIGINT[]) ELSE [census.position] END
           )
       ) AS positions
FROM supported
FULL JOIN census ON census.facility = supported.facility
