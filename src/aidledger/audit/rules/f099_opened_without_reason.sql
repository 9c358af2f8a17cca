-- id: F099
-- title_zh: 无理由查阅
-- title_en: personal data opened without reason
-- explain_zh: 查阅个人信息没有写明用途，或者所写的事项不存在、与被查阅的人无关。能看的人不等于该看的人。
-- explain_en: Personal data were opened without a purpose, or for a case that is not there or not about that
--   person. Who can look need not have a reason to.
-- not_zh: 写明用途，且被查阅的人是该件的申请人或家庭成员的；用途写得好不好，SQL 看不出。
-- not_en: a purpose is given and the person is the applicant or of the household of that case; whether the
--   purpose is a good one no SQL can tell
-- severity: high
-- basis_zh: 社会救助暂行办法（2014）第六十一条；个人信息保护法
-- basis: 2014 Measures art. 61; personal information law
-- remedy_zh: 要求查阅人说明；无正当理由的追责，并告知当事人。
-- remedy_en: ask who looked; without a good reason hold them to account, and tell the person
-- message_zh: {actor} 于 {opened_on} 查阅 {fields}，事项 {case}，写明用途：{purposed}，与该件有关：{related}。
-- message_en: {actor} opened {fields} on {opened_on} for {case}; a purpose: {purposed}; of that case: {related}
-- needs: personal_data_revealed; 没有查阅记录; no look at personal data is recorded
-- facts: F099
WITH people AS (
    SELECT stream, applicant AS person FROM application_submitted
    UNION
    SELECT stream, person FROM household_member_changed
),
opened AS (
    SELECT looked.position, looked.stream, looked.effective_on, looked.actor, looked."case", looked.fields,
           LENGTH(TRIM(looked.purpose)) > 0 AS purposed, people.person IS NOT NULL AS related
    FROM personal_data_revealed AS looked
    LEFT JOIN people
      ON people.stream = looked."case" AND 'person/' || people.person = looked.stream
)
SELECT stream AS subject,
       [position] AS positions,
       CAST(effective_on AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       actor,
       effective_on AS opened_on,
       fields,
       "case",
       purposed,
       related
FROM opened
WHERE NOT purposed OR NOT related
