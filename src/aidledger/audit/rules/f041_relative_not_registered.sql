-- id: F041
-- title_zh: 近亲属未备案
-- title_en: relative of an official not registered
-- explain_zh: 申请人是经办人员申报的近亲属，该人员办理了案件中的事项或者参加了入户调查，案件却没有近亲属备案。
--   优亲厚友正是这样发生的。
-- explain_en: The applicant is a declared relative of an officer who acted in the case or surveyed the household, and
--   the case has no registration of that relation. This is how officials favour their own.
-- not_zh: 案件中已就该人员备案的，无论先后；亲属关系人未经手本案的；没有申报的亲属关系（账本无从知道）；
--   备案后仍亲自调查、审批的（见 F043）。
-- not_en: registered with the case for that officer, be it early or late; an officer who had no hand in the case; kin
--   that nobody declared (the ledger can't know); one registered who then surveyed or decided (F043)
-- severity: critical
-- basis_zh: 最低生活保障审核确认办法（2021）第十一条；普格：干部为母亲和妻子申报，17,522 元
-- basis: D21 art. 11; Puge: a cadre declared mother and wife, 17,522 yuan
-- remedy_zh: 补备案，县级入户复核；不符合条件的停发追回，查明经办人责任。
-- remedy_en: register it, and let the county visit; where the conditions are not met, stop and recover, and ask the
--   officer
-- message_zh: 申请人是 {officer} 的近亲属（{degree}），该人员经手 {acts} 项，未备案；已发放 {amount_fen} 元。
-- message_en: the applicant is a relative of {officer} ({degree}), who acted {acts} times in the case, and it is not
--   registered; {amount_fen} yuan were paid
-- needs: kinship_declared; 没有亲属关系申报; no officer has declared relatives
-- facts: F041, C18
WITH kin AS (
    SELECT data_actor AS officer, person, MIN(position) AS position, MAX_BY(degree, position) AS degree
    FROM kinship_declared
    WHERE person IS NOT NULL
    GROUP BY data_actor, person
),
concerned AS (
    SELECT applied.stream, kin.officer, kin.degree,
           LIST_CONCAT(ARRAY_AGG(applied.position), [kin.position]) AS positions
    FROM application_submitted AS applied
    JOIN kin ON kin.person = applied.applicant
    GROUP BY applied.stream, kin.officer, kin.degree, kin.position
),
acts AS (
    SELECT concerned.stream, concerned.officer, entry.position
    FROM concerned
    JOIN entry ON entry.stream = concerned.stream AND entry.actor = concerned.officer
    UNION
    SELECT concerned.stream, concerned.officer, named.position
    FROM concerned
    JOIN (SELECT stream, position, UNNEST(investigators) AS officer FROM household_surveyed) AS named
      ON named.stream = concerned.stream AND named.officer = concerned.officer
),
handled AS (
    SELECT stream, officer, COUNT(DISTINCT position) AS acts, ARRAY_AGG(position) AS positions
    FROM acts
    GROUP BY stream, officer
),
registered AS (
    SELECT DISTINCT stream, officer FROM relative_declared
),
found AS (
    SELECT concerned.stream, concerned.officer, concerned.degree, handled.acts,
           LIST_CONCAT(concerned.positions, handled.positions) AS positions
    FROM concerned
    JOIN handled ON handled.stream = concerned.stream AND handled.officer = concerned.officer
    LEFT JOIN registered
      ON registered.stream = concerned.stream AND registered.officer = concerned.officer
    WHERE registered.stream IS NULL
)
SELECT paid.stream AS subject,
       LIST_SORT(LIST_DISTINCT(paid.positions)) AS positions,
       period,
       amount_fen,
       paid.officer,
       paid.degree,
       paid.acts
FROM (
    $with_paid
) AS paid
