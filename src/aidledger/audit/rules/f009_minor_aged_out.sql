-- id: F009
-- title_zh: 未成年人超龄
-- title_en: minor aged out, or ended too early
-- explain_zh: 超过政策包规定的年龄、没有在读、也没有其他情形的，仍在发放；反过来，未到年龄或者仍在读的，
--   以超龄为由终止。
-- explain_en: A minor past the age of the pack, not at school and on no other limb is still paid; or, the other
--   way round, support was ended as past the age before it was, or while at school.
-- not_zh: 生日所在月份的发放（孤儿、事实无人抚养儿童当月一日即满龄的除外）；在政策包列出的学段在读的；已改按其他情形供养的。
-- not_en: the month of the birthday (of orphans and unattended children not one that begins with it); at school in a
--   stage that the pack names; supported on another limb since
-- severity: high
-- basis_zh: 特困人员认定办法（2021）第五条；C1；S1-050
-- basis: K21 art. 5; C1; S1-050
-- parameters: minor_keep_age
-- remedy_zh: 超龄的停发并追回；提前终止的恢复供养并补发。
-- remedy_en: past the age: stop and recover; ended too early: take support up again and pay the arrears
-- message_zh: {age} 周岁（规定 {age_asked} 周岁），在读：{at_school}；提前终止：
--   {ended_early}；多发 {amount_fen} 元。
-- message_en: {age} years old (the pack says {age_asked}), at school: {at_school}; ended too early:
--   {ended_early}; {amount_fen} yuan paid too much
-- needs: application_approved where limb = 'minor' or 'orphan' or 'unattended'; 没有按未成年人批准的; nobody was approved
--   as a minor
-- facts: F009, C1, S1-050
WITH minors AS (
    -- the newest approval says on what limb the case runs
    SELECT granted.stream, granted.limb, born.birth_on, born.programme, born.position AS application
    FROM (
        SELECT stream, MAX_BY(limb, position) AS limb FROM application_approved GROUP BY stream
    ) AS granted
    JOIN (
        SELECT stream, MAX_BY(birth_on, position) AS birth_on, MAX_BY(programme, position) AS programme,
               MAX(position) AS position
        FROM application_submitted
        GROUP BY stream
    ) AS born
      ON born.stream = granted.stream
    WHERE granted.limb IN ('minor', 'orphan', 'unattended')
),
asked AS (
    SELECT pack_in_force.day, pack_in_force.programme, pack_in_force.adoption, age.days AS keep_age,
           COALESCE(stages.value, '') AS stages
    FROM pack_in_force
    JOIN pack_parameters AS age
      ON age.adoption = pack_in_force.adoption AND age.name = 'minor_keep_age'
    LEFT JOIN pack_parameters AS stages
      ON stages.adoption = pack_in_force.adoption AND stages.name = 'school_extension_stages'
),
moments AS (
    -- the month of the birthday is still paid, be it on the first; a child allowance is not for a month that begins with it
    SELECT minors.stream, issued.position, issued.month, issued.amount_fen, issued.kind,
           minors.birth_on, minors.application, minors.programme, issued.effective_on AS day,
           TRY_CAST(issued.month || '-01' AS DATE) AS at,
           TRY_CAST(issued.month || '-01' AS DATE) - CASE WHEN minors.limb = 'minor' THEN 1 ELSE 0 END AS aged_on,
           FALSE AS early
    FROM minors
    JOIN payment_issued AS issued ON issued.stream = minors.stream
    UNION ALL
    SELECT minors.stream, ended.position, SUBSTRING(CAST(ended.effective_on AS VARCHAR), 1, 7), 0, '',
           minors.birth_on, minors.application, minors.programme, ended.effective_on,
           ended.effective_on, ended.effective_on, TRUE
    FROM minors
    JOIN termination_approved AS ended ON ended.stream = minors.stream
    WHERE ended.ground = 'aged_out'
),
aged AS (
    SELECT moments.stream, moments.position, moments.month, moments.amount_fen, moments.kind,
           moments.application, moments.at, moments.early, asked.keep_age, asked.stages,
           asked.adoption,
           YEAR(moments.aged_on) - YEAR(moments.birth_on)
               - CASE
                     WHEN MONTH(moments.aged_on) * 100 + DAY(moments.aged_on)
                         < MONTH(moments.birth_on) * 100 + DAY(moments.birth_on) THEN 1
                     ELSE 0
                 END AS age
    FROM moments
    JOIN asked
      ON asked.day = moments.day AND asked.programme = COALESCE(moments.programme, '')
),
school AS (
    -- a school lasts until the next one begins; what is said again of one that began that day takes its place
    SELECT stream, stage, from_on, to_on,
           LEAD(from_on) OVER (PARTITION BY stream ORDER BY from_on, position) AS next_on
    FROM enrolment_recorded
),
schooled AS (
    SELECT DISTINCT aged.position
    FROM aged
    JOIN school
      ON school.stream = aged.stream
     AND CONTAINS(aged.stages, '"' || school.stage || '"')
     AND school.from_on <= LAST_DAY(aged.at)
     AND (school.to_on IS NULL OR aged.at <= school.to_on)
     AND (school.next_on IS NULL OR (aged.at < school.next_on AND school.from_on < school.next_on))
),
wrong AS (
    SELECT aged.stream, aged.position, aged.month, aged.amount_fen, aged.kind, aged.application,
           aged.early, aged.keep_age, aged.adoption, aged.age, schooled.position IS NOT NULL AS at_school
    FROM aged
    LEFT JOIN schooled ON schooled.position = aged.position
    WHERE (NOT aged.early AND aged.age >= aged.keep_age AND schooled.position IS NULL)
       OR (aged.early AND (aged.age < aged.keep_age OR schooled.position IS NOT NULL))
)
SELECT stream AS subject,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT(ARRAY_AGG(position), LIST_CONCAT(ARRAY_AGG(application), ARRAY_AGG(adoption)))
           )
       ) AS positions,
       MIN(month) || '/' || MAX(month) AS period,
       -- months of support that were not given are no sum at risk
       SUM(CASE WHEN early THEN NULL WHEN kind = 'reissue' THEN 0 ELSE amount_fen END) AS amount_fen,
       early AS ended_early,
       MIN(age) AS age,
       MIN(keep_age) AS age_asked,
       BOOL_OR(at_school) AS at_school
FROM wrong
GROUP BY stream, early
