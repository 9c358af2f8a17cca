-- id: M13
-- title_zh: 一人死亡、全家停保
-- title_en: a household stopped by the death of one
-- explain_zh: 以家庭为单位的低保，按本人死亡记录了户主的死亡，此后不再应发，而家中还有在保成员。
--   应作为家庭成员变化记录，按其余成员重新核定。
-- explain_en: The death of the head of a household was recorded as that of the person of the case: nothing is due since,
--   though covered members live on. It has to be recorded as a change of the household, which sets anew what is due to
--   the others.
-- not_zh: 单人户；其余成员都已离开或死亡的；已批准终止的；其余成员已在另一案件批准的；门槛天数之内的。
-- not_en: a household of one; others who left or died too; support that was ended by a decision; others approved in another
--   case since; within the days of the threshold
-- severity: high
-- basis_zh: 应保尽保、动态管理（S4-022）；家庭成员死亡后须复核（F002）
-- basis: all eligible are covered (S4-022); a household is reviewed after a death (F002)
-- thresholds: days = 30
-- remedy_zh: 作废该死亡记录，改记家庭成员变化，重新核定并补发其余成员应得的月份。
-- remedy_en: annul the record of the death, record the change of the household, and pay the others the months that they
--   missed
-- message_zh: 户主 {died_on} 死亡，其余 {persons} 名在保成员自 {since} 起没有应发。
-- message_en: the head died on {died_on}; nothing is due to the {persons} covered members who live on since {since}
-- needs: death_recorded; 没有死亡记录; no death is recorded
-- facts: S4-022, F002
WITH granted AS (
    SELECT stream, MAX_BY(form, position) AS form, MAX_BY(limb, position) AS limb
    FROM application_approved
    GROUP BY stream
),
died AS (
    SELECT death.stream, MAX(death.position) AS position, MAX_BY(death.died_on, death.position) AS died_on,
           MAX_BY(death.recorded_at, death.position) AS recorded_at
    FROM death_recorded AS death
    JOIN granted ON granted.stream = death.stream AND granted.form = 'household' AND granted.limb <> 'single_person'
    WHERE death.stream NOT IN (SELECT stream FROM termination_approved)
    GROUP BY death.stream
),
applied AS (
    SELECT stream, MAX_BY(applicant, position) AS person FROM application_submitted GROUP BY stream
),
elsewhere AS (
    SELECT applied.person, applied.stream FROM applied JOIN granted ON granted.stream = applied.stream
    UNION
    SELECT members.person, members."case"
    FROM households AS members
    JOIN granted ON granted.stream = members."case"
    WHERE members.covered
),
living AS (
    SELECT died.stream, members.person, members.joined
    FROM died
    JOIN applied ON applied.stream = died.stream
    JOIN households AS members
      ON members."case" = died.stream AND members.covered AND members.to_on IS NULL AND members.person <> applied.person
    WHERE NOT EXISTS (
        SELECT 1 FROM elsewhere WHERE elsewhere.person = members.person AND elsewhere.stream <> died.stream
    )
)
SELECT died.stream AS subject,
       LIST_SORT(LIST_CONCAT([died.position], ARRAY_AGG(living.joined))) AS positions,
       SUBSTRING(CAST(LAST_DAY(died.died_on) + 1 AS VARCHAR), 1, 7) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       died.died_on,
       COUNT(DISTINCT living.person) AS persons,
       SUBSTRING(CAST(LAST_DAY(died.died_on) + 1 AS VARCHAR), 1, 7) AS since
FROM died
CROSS JOIN parameters
JOIN living ON living.stream = died.stream
WHERE DATE_DIFF('day', CAST(died.recorded_at + INTERVAL '8' HOUR AS DATE), parameters.as_of) > $days
GROUP BY died.stream, died.position, died.died_on
