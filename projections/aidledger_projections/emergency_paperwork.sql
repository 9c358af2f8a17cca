-- title_zh: 先行救助补办手续
-- title_en: paperwork of emergencies
-- key: position
-- for: every emergency that was helped or bought for first, the working day by which its paperwork is due, and the day it was done
-- facts: S4-044, S4-051
WITH emergencies AS (
    SELECT position, stream, effective_on, amount_fen, 'HelpGranted' AS type
    FROM help_granted
    WHERE kind = 'emergency'
    UNION ALL
    SELECT position, stream, effective_on, amount_fen, 'DirectPurchaseMade' FROM direct_purchase_made
),
done AS (
    -- the first paperwork after the help covers it
    SELECT emergencies.position, MIN(completed.position) AS done_position,
           MIN_BY(completed.effective_on, completed.position) AS done_on,
           MIN_BY(completed.justified, completed.position) AS justified
    FROM emergencies
    JOIN emergency_help_completed AS completed
      ON completed.stream = emergencies.stream AND completed.position > emergencies.position
    GROUP BY emergencies.position
),
rules AS (
    SELECT pack_in_force.day, pack_in_force.programme, pack_in_force.adoption, given.days
    FROM pack_in_force
    JOIN pack_parameters AS given
      ON given.adoption = pack_in_force.adoption AND given.name = 'paperwork_working_days'
),
dues AS (
    SELECT emergencies.position, rules.adoption, found.day AS due_on,
           found.unknown_number > begun.unknown_number
               - CASE WHEN begun.unknown THEN 1 ELSE 0 END AS provisional,
           LIST_CONCAT(begun.positions, found.positions) AS positions
    FROM emergencies
    LEFT JOIN case_state ON case_state."case" = emergencies.stream
    JOIN rules
      ON rules.day = emergencies.effective_on
     AND rules.programme = COALESCE(case_state.programme, '')
    JOIN calendar_days AS begun ON begun.day = emergencies.effective_on
    JOIN calendar_days AS found
      ON found.working AND found.working_number = begun.working_number + rules.days
)
SELECT emergencies.position,
       emergencies.stream AS "case",
       emergencies.type,
       emergencies.amount_fen,
       emergencies.effective_on AS from_on,
       dues.due_on,
       COALESCE(dues.provisional, FALSE) AS provisional,
       done.done_on,
       done.justified,
       CASE
           WHEN dues.due_on IS NULL THEN 'unknown'
           WHEN done.done_on <= dues.due_on THEN 'met'
           WHEN done.done_on IS NOT NULL THEN 'late'
           WHEN parameters.as_of <= dues.due_on THEN 'open'
           ELSE 'missed'
       END AS state,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT(
                   [emergencies.position],
                   LIST_CONCAT(
                       CASE WHEN dues.adoption IS NULL THEN CAST([] AS BIGINT[])
                           ELSE LIST_CONCAT([dues.adoption], dues.positions) END,
                       CASE WHEN done.done_position IS NULL THEN CAST([] AS BIGINT[])
                           ELSE [done.done_position] END
                   )
               )
           )
       ) AS positions
FROM emergencies
CROSS JOIN parameters
LEFT JOIN dues ON dues.position = emergencies.position
LEFT JOIN done ON done.position = emergencies.position
