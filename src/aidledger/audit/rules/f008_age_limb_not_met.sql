-- id: F008
-- title_zh: 年龄条件不符
-- title_en: age limb not met
-- explain_zh: 以老年人情形批准，但批准之日未满政策包规定的年龄。
-- explain_en: Approved on the age limb, but below the age of the pack on the day of the decision.
-- not_zh: 生日当天即满；以残疾、未成年等其他情形批准的。
-- not_en: the birthday itself counts as reached; an approval on another limb
-- severity: high
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
approved AS (
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
programme AS (
    SELECT stream, MAX_BY(programme, position) AS programme FROM application_submitted GROUP BY stream
),
adopted AS (
    SELECT data_pack_hash AS pack_hash, MAX(position) AS adoption FROM pack_adopted GROUP BY data_pack_hash
),
under AS (
    SELECT approved.stream, approved.position, approved.effective_on, approved.application, approved.age,
           COALESCE(adopted.adoption, pack_in_force.adoption) AS adoption
    FROM approved
    LEFT JOIN programme ON programme.stream = approved.stream
    LEFT JOIN adopted ON adopted.pack_hash = approved.pack_hash
    LEFT JOIN pack_in_force
      ON pack_in_force.day = approved.effective_on
     AND pack_in_force.programme = COALESCE(programme.programme, '')
),
below AS (
    SELECT under.stream, under.position, under.effective_on, under.application, under.age,
           under.adoption, asked.days AS age_asked
    FROM under
    JOIN pack_parameters AS asked ON asked.adoption = under.adoption AND asked.name = 'elderly_age'
    WHERE under.age < asked.days
),
paid AS (
    SELECT those.stream, SUM(issued.amount_fen) AS amount_fen, MIN(issued.month) AS first_month,
           MAX(issued.month) AS last_month
    FROM (SELECT DISTINCT stream FROM below) AS those
    JOIN payment_issued AS issued ON issued.stream = those.stream AND issued.kind <> 'reissue'
    GROUP BY those.stream
)
SELECT below.stream AS subject,
       LIST_SORT([below.application, below.position, below.adoption]) AS positions,
       paid.first_month || '/' || paid.last_month AS period,
       COALESCE(paid.amount_fen, 0) AS amount_fen,
       below.effective_on AS approved_on,
       below.age,
       below.age_asked
FROM below
LEFT JOIN paid ON paid.stream = below.stream
