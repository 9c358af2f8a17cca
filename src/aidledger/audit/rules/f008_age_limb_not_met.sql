-- id: F008
-- title_zh: 年龄条件不符
-- title_en: age limb not met
-- explain_zh: 以老年人情形批准，但批准之日未满政策包规定的年龄。
-- explain_en: Approved on the age limb, but below the age of the pack on the day of the decision.
-- not_zh: 生日当天即满；以残疾、未成年等其他情形批准的。
-- not_en: the birthday itself counts as reached; an approval on another limb
-- severity: high
-- basis_zh: 特困人员认定办法（2021）第五条；S1-002
-- basis: K21 art. 5; S1-002
-- parameters: elderly_age
-- remedy_zh: 核对出生日期；不符合其他情形的，停发并追回。
-- remedy_en: check the day of birth; where no other limb holds, stop and recover
-- message_zh: {approved_on} 批准时 {age} 周岁，规定 {age_asked} 周岁；
--   已发放 {amount_fen} 元。
-- message_en: {age} years old on {approved_on}, where {age_asked} are asked; {amount_fen} yuan were paid
-- needs: application_approved; 没有批准记录; no approval is recorded
-- facts: F008, S1-002
WITH born AS (
    SELECT stream, MAX_BY(birth_on, position) AS birth_on, MAX(position) AS position
    FROM application_submitted
    GROUP BY stream
),
decided AS (
    SELECT granted.stream, granted.position, granted.effective_on, granted.pack_hash,
           born.position AS application,
           YEAR(granted.effective_on) - YEAR(born.birth_on)
               - CASE
                     WHEN MONTH(granted.effective_on) * 100 + DAY(granted.effective_on)
                         < MONTH(born.birth_on) * 100 + DAY(born.birth_on) THEN 1
                     ELSE 0
                 END AS age
    FROM application_approved AS granted
    JOIN born ON born.stream = granted.stream
    WHERE granted.limb = 'age'
),
under AS (
    $decided_under
),
found AS (
    SELECT under.stream, under.position, under.effective_on, under.application, under.age,
           under.adoption, asked.days AS age_asked
    FROM under
    JOIN pack_parameters AS asked ON asked.adoption = under.adoption AND asked.name = 'elderly_age'
    WHERE under.age < asked.days
)
SELECT paid.stream AS subject,
       LIST_SORT([paid.application, paid.position, paid.adoption]) AS positions,
       period,
       amount_fen,
       paid.effective_on AS approved_on,
       paid.age,
       paid.age_asked
FROM (
    $with_paid
) AS paid
