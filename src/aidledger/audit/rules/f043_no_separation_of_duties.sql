-- id: F043
-- title_zh: 不相容岗位
-- title_en: no separation of duties
-- explain_zh: 同一个人既调查或提出初审意见，又批准同一案件；或者编制并批准同一发放批次；
--   或者明知是近亲属仍亲自办理。没有第二双眼睛看过。
-- explain_en: One person surveyed a household or gave the opinion and approved the case; or opened a pay run and
--   approved it; or handled the case of a relative though the relation was on record. No second pair of eyes
--   looked.
-- not_zh: 调查人与初审人为同一机构的不同人员；急难型先行救助；
--   在享其他项目时给予的临时救助（那份意见说的是另一件事）；亲属关系在办理之后才申报的（见 F041）。
-- not_en: different persons of one office; an emergency that is helped first; help to somebody supported
--   otherwise (that opinion was of another matter); kinship declared only after the act (F041)
-- severity: critical
-- basis_zh: 特困人员认定办法（2021）第十四条、第十六条；最低生活保障审核确认办法（2021）第十一条；S1-036
-- basis: K21 art. 14 and 16; D21 art. 11; S1-036
-- remedy_zh: 由未经手的人员重新审核批准；查明为何绕过回避。
-- remedy_en: let somebody who had no hand in it decide anew; ask why the duty was passed over
-- message_zh: {person} 既办理又批准，或办理亲属案件：{acts}；涉及 {amount_fen} 元。
-- message_en: {person} acted on both sides, or for kin: {acts}; {amount_fen} yuan are concerned
-- facts: F043, S1-036
WITH identity AS (
    -- one person may act under several names
    SELECT data_actor AS actor, MAX_BY(person, position) AS person
    FROM actor_identified
    -- all zeros: the number was not given
    WHERE person <> 'p00000000000000000000000000000000'
    GROUP BY data_actor
),
stage AS (
    SELECT stream, position, officer AS actor, 'HouseholdSurveyed' AS act
    FROM (SELECT stream, position, UNNEST(investigators) AS officer FROM household_surveyed) AS named
    UNION ALL
    SELECT stream, position, actor, 'ReviewOpinionGiven' FROM review_opinion_given
    UNION ALL
    SELECT stream, position, actor, 'PayRunOpened' FROM pay_run_opened
),
decisions AS (
    SELECT stream, position, actor, 'ApplicationApproved' AS act FROM application_approved
    UNION ALL
    -- an opinion on another support of the person is none on this help
    SELECT granted.stream, granted.position, granted.actor, 'HelpGranted'
    FROM help_granted AS granted
    JOIN (SELECT DISTINCT stream FROM application_submitted WHERE programme = 'temporary') AS asked
      ON asked.stream = granted.stream
    WHERE granted.kind <> 'emergency'
    UNION ALL
    SELECT stream, position, actor, 'PayRunApproved' FROM pay_run_approved
),
before AS (
    SELECT stage.stream, stage.position, stage.actor, stage.act, COALESCE(identity.person, stage.actor) AS person
    FROM stage
    LEFT JOIN identity ON identity.actor = stage.actor
),
decided AS (
    SELECT decisions.stream, decisions.position, decisions.actor, decisions.act,
           COALESCE(identity.person, decisions.actor) AS person
    FROM decisions
    LEFT JOIN identity ON identity.actor = decisions.actor
),
kin AS (
    SELECT kinship_declared.person AS applicant, COALESCE(identity.person, kinship_declared.data_actor) AS person,
           MIN(kinship_declared.position) AS position
    FROM kinship_declared
    LEFT JOIN identity ON identity.actor = kinship_declared.data_actor
    WHERE kinship_declared.person IS NOT NULL
    GROUP BY kinship_declared.person, COALESCE(identity.person, kinship_declared.data_actor)
),
related AS (
    SELECT applied.stream, kin.person, MIN(kin.position) AS position
    FROM application_submitted AS applied
    JOIN kin ON kin.applicant = applied.applicant
    GROUP BY applied.stream, kin.person
    UNION ALL
    SELECT declared.stream, COALESCE(identity.person, declared.officer), MIN(declared.position)
    FROM relative_declared AS declared
    LEFT JOIN identity ON identity.actor = declared.officer
    GROUP BY declared.stream, COALESCE(identity.person, declared.officer)
),
wrong AS (
    SELECT decided.stream, decided.actor, [before.position, decided.position] AS positions,
           [before.act, decided.act] AS acts
    FROM decided
    JOIN before
      ON before.stream = decided.stream
     AND before.person = decided.person
     AND before.position < decided.position
    UNION ALL
    SELECT handled.stream, handled.actor, [related.position, handled.position], [handled.act]
    FROM (
        SELECT stream, position, actor, act, person FROM before
        UNION ALL
        SELECT stream, position, actor, act, person FROM decided
    ) AS handled
    JOIN related
      ON related.stream = handled.stream
     AND related.person = handled.person
     AND related.position < handled.position
),
summed AS (
    SELECT stream, actor, LIST_SORT(LIST_DISTINCT(FLATTEN(ARRAY_AGG(positions)))) AS positions,
           LIST_SORT(LIST_DISTINCT(FLATTEN(ARRAY_AGG(acts)))) AS acts
    FROM wrong
    GROUP BY stream, actor
),
paid AS (
    SELECT those.stream, SUM(issued.amount_fen) AS amount_fen, MIN(issued.month) AS first_month,
           MAX(issued.month) AS last_month
    FROM (SELECT DISTINCT stream FROM summed) AS those
    JOIN payment_issued AS issued ON issued.stream = those.stream AND issued.kind <> 'reissue'
    GROUP BY those.stream
    UNION ALL
    SELECT stream, SUM(total_fen), CAST(NULL AS VARCHAR), CAST(NULL AS VARCHAR)
    FROM pay_run_approved
    GROUP BY stream
)
SELECT summed.stream AS subject,
       summed.positions,
       paid.first_month || '/' || paid.last_month AS period,
       COALESCE(paid.amount_fen, 0) AS amount_fen,
       summed.actor AS person,
       summed.acts
FROM summed
LEFT JOIN paid ON paid.stream = summed.stream
