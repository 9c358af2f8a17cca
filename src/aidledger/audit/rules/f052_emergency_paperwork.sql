-- id: F052
-- title_zh: 先行救助未补手续
-- title_en: emergency payment never regularised
-- explain_zh: 急难型先行救助（或突发公共事件中的直接采购）之后，没有在政策包规定的工作日内补办手续：人员、事由、金额、签字无据可查。
-- explain_en: Help was given first (or goods were bought at once), and the paperwork was not done within the working days
--   of the pack: person, cause, amount and signatures rest on nothing.
-- not_zh: 最后一个工作日补办的；期限未满的；支出型救助（先办手续后给予）；补办后认定不该给予的（手续已补）。
-- not_en: done on the last working day; the time is not over; help with expenditure (its paperwork comes first); found
--   unjustified by the paperwork, which then was done
-- severity: medium
-- basis_zh: 进一步加强和改进临时救助工作的意见（2018）；S4-044、S4-051（天数为地方参数）
-- basis: T18; S4-044, S4-051 (the days are a local parameter)
-- parameters: paperwork_working_days
-- remedy_zh: 补办手续并由未经手的人员签字；无法证明的追回。
-- remedy_en: do the paperwork, signed by others; recover what can't be shown to have been due
-- message_zh: {granted_on} 先行救助 {amount_fen} 元，应在 {asked} 个工作日内补办手续，补办日：{done_on}。
-- message_en: {amount_fen} yuan given on {granted_on}, paperwork within {asked} working days, done on {done_on}
-- facts: F052, S4-044, S4-051
WITH emergencies AS (
    SELECT position, stream, effective_on, amount_fen FROM help_granted WHERE kind = 'emergency'
    UNION ALL
    SELECT position, stream, effective_on, amount_fen FROM direct_purchase_made
),
programme AS (
    SELECT stream, MAX_BY(programme, position) AS programme FROM application_submitted GROUP BY stream
),
done AS (
    SELECT emergencies.position, MIN(completed.position) AS done_position,
           MIN_BY(completed.effective_on, completed.position) AS done_on
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
counted AS (
    -- an emergency of somebody supported otherwise follows the pack of temporary assistance
    SELECT emergencies.position, emergencies.stream, emergencies.effective_on, emergencies.amount_fen,
           done.done_position, done.done_on, COALESCE(own.days, other.days) AS asked,
           COALESCE(own.adoption, other.adoption) AS adoption,
           last_day.working_number - first_day.working_number AS taken,
           last_day.unknown_number > first_day.unknown_number - CASE WHEN first_day.unknown THEN 1 ELSE 0 END
               AS provisional
    FROM emergencies
    CROSS JOIN parameters
    LEFT JOIN programme ON programme.stream = emergencies.stream
    LEFT JOIN done ON done.position = emergencies.position
    LEFT JOIN rules AS own
      ON own.day = emergencies.effective_on AND own.programme = COALESCE(programme.programme, '')
    LEFT JOIN rules AS other ON other.day = emergencies.effective_on AND other.programme = 'temporary'
    LEFT JOIN calendar_days AS first_day ON first_day.day = emergencies.effective_on
    LEFT JOIN calendar_days AS last_day ON last_day.day = COALESCE(done.done_on, parameters.as_of)
)
SELECT stream AS subject,
       LIST_SORT(LIST_DISTINCT([position, adoption, COALESCE(done_position, position)])) AS positions,
       CAST(effective_on AS VARCHAR) || '/' || COALESCE(CAST(done_on AS VARCHAR), '') AS period,
       amount_fen,
       effective_on AS granted_on,
       asked,
       done_on,
       provisional
FROM counted
WHERE taken > asked
