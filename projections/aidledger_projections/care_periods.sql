-- title_zh: 委托照料时段
-- title_en: periods of care
-- key: case, position
-- for: who cared for whom from which day to which: until it ended, the next one began, or the support was over
-- facts: S0-003, S0-016, S4-095
WITH begun AS (
    SELECT stream, position, from_on, monthly_fee_fen, relation, services,
           CASE WHEN carer LIKE 'carer/%' THEN carer ELSE 'carer/' || carer END AS carer,
           LEAD(from_on) OVER (PARTITION BY stream ORDER BY position) AS next_from_on
    FROM care_entrusted
),
ended AS (
    SELECT begun.position, MIN(care_ended.position) AS ended_at,
           MIN_BY(care_ended.to_on, care_ended.position) AS to_on
    FROM begun
    JOIN care_ended
      ON care_ended.stream = begun.stream
     AND care_ended.position > begun.position
     AND begun.carer
         = CASE
             WHEN care_ended.carer LIKE 'carer/%' THEN care_ended.carer
             ELSE 'carer/' || care_ended.carer
         END
    GROUP BY begun.position
),
lasting AS (
    SELECT begun.stream, begun.position, begun.carer, begun.relation, begun.monthly_fee_fen,
           begun.services, GREATEST(begun.from_on, DATE '1850-01-01') AS from_on, ended.ended_at,
           LEAST(
               COALESCE(ended.to_on, parameters.as_of),
               COALESCE(begun.next_from_on - 1, parameters.as_of),
               COALESCE(case_state.died_on, parameters.as_of),
               COALESCE(case_state.terminated_on, parameters.as_of),
               parameters.as_of
           ) AS to_on
    FROM begun
    CROSS JOIN parameters
    JOIN case_state ON case_state."case" = begun.stream
    LEFT JOIN ended ON ended.position = begun.position
)
SELECT lasting.stream AS "case",
       lasting.position,
       lasting.carer,
       lasting.relation,
       lasting.monthly_fee_fen,
       lasting.services,
       lasting.from_on,
       lasting.to_on,
       CASE
           WHEN lasting.ended_at IS NULL THEN [lasting.position]
           ELSE [lasting.position, lasting.ended_at]
       END AS positions
FROM lasting
WHERE lasting.from_on <= lasting.to_on
