-- id: F006
-- title_zh: 同一项目重复享受
-- title_en: same person twice in one programme
-- explain_zh: 同一人在同一项目有两件在享案件，月份重叠。十五位旧号码先换算为十八位再比较（账本按换算后的号码编代号）。
-- explain_en: One person has two running cases of one programme whose months overlap. Old numbers of fifteen
--   digits are made into eighteen before they are compared (the token is of the whole number).
-- not_zh: 前一件终止或本人死亡之后的；一次性的救助；分属不同项目的（见 F021 至 F025）。
-- not_en: after the first had ended or the person had died; help that is given once; cases of two programmes
--   (F021 to F025)
-- severity: high
-- basis_zh: 松滋审计做法：一户多证
-- basis: audit practice in Songzi: one household with several certificates
-- remedy_zh: 保留一件，终止另一件，追回重复发放。
-- remedy_en: keep one, end the other, and recover what was paid twice
-- message_zh: {programme} 两件在享：{first_stream} 与 {second_stream}；
--   后一件在重叠月份发放 {amount_fen} 元。
-- message_en: two running cases of {programme}: {first_stream} and {second_stream}; the later one was paid
--   {amount_fen} yuan for the months of both
-- needs: application_approved; 没有批准记录; no approval is recorded
-- facts: F006
WITH applied AS (
    SELECT stream, MAX_BY(applicant, position) AS person, MAX_BY(programme, position) AS programme
    FROM application_submitted
    GROUP BY stream
),
ended AS (
    SELECT stream, MIN(last_month) AS last_month
    FROM (
        SELECT stream, last_month FROM termination_approved
        UNION ALL
        SELECT stream, SUBSTRING(CAST(died_on AS VARCHAR), 1, 7) FROM death_recorded
    ) AS ends
    GROUP BY stream
),
running AS (
    SELECT applied.person, applied.programme, approved.stream, approved.position, approved.from_month,
           COALESCE(ended.last_month, '9999-12') AS last_month
    FROM (
        SELECT stream, MIN(position) AS position, MIN(from_month) AS from_month
        FROM application_approved
        -- these are helped once, not by the month
        WHERE limb NOT IN ('special', 'emergency', 'expenditure')
        GROUP BY stream
    ) AS approved
    JOIN applied ON applied.stream = approved.stream
    LEFT JOIN ended ON ended.stream = approved.stream
),
several AS (
    SELECT person, programme FROM running GROUP BY person, programme HAVING COUNT(*) > 1
),
pairs AS (
    SELECT one.person, one.programme, one.stream AS first_stream, two.stream AS second_stream,
           one.position AS first_position, two.position AS second_position,
           GREATEST(one.from_month, two.from_month) AS first_month,
           LEAST(one.last_month, two.last_month) AS last_month
    FROM several
    JOIN running AS one ON one.person = several.person AND one.programme = several.programme
    JOIN running AS two
      ON two.person = one.person AND two.programme = one.programme AND two.position > one.position
    WHERE GREATEST(one.from_month, two.from_month) <= LEAST(one.last_month, two.last_month)
),
paid AS (
    SELECT pairs.first_position, pairs.second_position, SUM(issued.amount_fen) AS amount_fen
    FROM pairs
    JOIN payment_issued AS issued
      ON issued.stream = pairs.second_stream
     AND issued.month BETWEEN pairs.first_month AND pairs.last_month
     AND issued.kind <> 'reissue'
    GROUP BY pairs.first_position, pairs.second_position
)
SELECT pairs.person AS subject,
       [pairs.first_position, pairs.second_position] AS positions,
       pairs.first_month || '/' || CASE WHEN pairs.last_month < '9999' THEN pairs.last_month ELSE '' END
           AS period,
       COALESCE(paid.amount_fen, 0) AS amount_fen,
       pairs.programme,
       pairs.first_stream,
       pairs.second_stream
FROM pairs
LEFT JOIN paid
  ON paid.first_position = pairs.first_position AND paid.second_position = pairs.second_position
