-- title_zh: 儿童监护
-- title_en: guardians of supported children
-- key: case
-- for: who answers for each child whose pack asks for it, as what and with which duties, and whose account is paid
-- facts: S4-075
WITH asked AS (
    SELECT case_state."case", case_state.programme, case_state.last_position,
           duties.adoption, duties.value AS duties, holders.value AS holders
    FROM case_state
    CROSS JOIN parameters
    JOIN pack_in_force
      ON pack_in_force.day = parameters.as_of AND pack_in_force.programme = case_state.programme
    JOIN pack_parameters AS duties
      ON duties.adoption = pack_in_force.adoption AND duties.name = 'guardian_duties'
    LEFT JOIN pack_parameters AS holders
      ON holders.adoption = pack_in_force.adoption AND holders.name = 'child_account_holders'
    WHERE case_state.terminated_on IS NULL AND case_state.died_on IS NULL
      AND case_state.stage NOT IN ('refused', 'withdrawn')
),
said AS (
    -- said again of somebody, only the last counts
    SELECT stream, guardian, MAX(position) AS position, MAX_BY(kind, position) AS kind,
           MAX_BY(from_on, position) AS from_on,
           MAX_BY(COALESCE(CAST(to_on AS VARCHAR), ''), position) AS to_on
    FROM guardian_recorded
    GROUP BY stream, guardian
),
holding AS (
    SELECT said.stream, said.position, said.kind, said.from_on,
           ROW_NUMBER() OVER (
               PARTITION BY said.stream ORDER BY said.from_on DESC, said.position DESC
           ) AS place
    FROM said
    CROSS JOIN parameters
    WHERE said.from_on <= parameters.as_of
      AND (said.to_on = '' OR said.to_on >= CAST(parameters.as_of AS VARCHAR))
),
bound AS (
    SELECT stream, MAX(position) AS position, MAX_BY(holder, position) AS holder
    FROM account_bound
    GROUP BY stream
)
SELECT asked."case",
       asked.programme,
       holding.kind AS guardian_kind,
       holding.from_on AS since_on,
       REPLACE(
           SPLIT_PART(SPLIT_PART(asked.duties, '"' || holding.kind || '":[', 2), ']', 1), '"', ''
       ) AS duties,
       bound.holder AS account_holder,
       CASE
           WHEN holding.stream IS NULL THEN 'no_guardian'
           WHEN bound.holder IS NOT NULL AND NOT CONTAINS(asked.holders, '"' || bound.holder || '"')
               THEN 'account_of_another'
           ELSE 'in_order'
       END AS state,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT(
                   [asked.last_position, asked.adoption],
                   LIST_CONCAT(
                       CASE WHEN holding.position IS NULL THEN CAST([] AS BIGINT[])
                            ELSE [holding.position] END,
                       CASE WHEN bound.position IS NULL THEN CAST([] AS BIGINT[])
                            ELSE [bound.position] END
                   )
               )
           )
       ) AS positions
FROM asked
LEFT JOIN holding ON holding.stream = asked."case" AND holding.place = 1
LEFT JOIN bound ON bound.stream = asked."case"
