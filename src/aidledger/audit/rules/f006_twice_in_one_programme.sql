-- id: F006
-- title_zh: 同一项目重复享受
-- title_en: same person twice in one programme
-- explain_zh: 同一人在同一项目有两件在享案件，或者计入两户低保，月份重叠。十五位旧号码先换算为十八位再比较
--   （账本按换算后的号码编代号）。申请人不同的两户，金额只算共有成员按人头应占的部分。
-- explain_en: One person has two running cases of one programme, or is counted in two households of the allowance, in
--   months of both. Old numbers of fifteen digits are made into eighteen before they are compared (the token is
--   of the whole number). Of two households with applicants of their own the sum is what falls to the members
--   in common, by heads.
-- not_zh: 前一件终止或本人死亡之后的；加入、离开当月的成员；一次性的救助；分属不同项目的（见 F021 至 F025）；
--   申请人不同、一城一乡的（见 F023）。
-- not_en: after the first had ended or the person had died; a member in the month of joining or leaving; help that
--   is given once; cases of two programmes (F021 to F025); a town and a village household with applicants of
--   their own (F023)
-- severity: high
-- basis_zh: 松滋审计做法：一户多证
-- basis: audit practice in Songzi: one household with several certificates
-- remedy_zh: 保留一件，终止另一件，追回重复发放。
-- remedy_en: keep one, end the other, and recover what was paid twice
-- message_zh: {programme} 两件在享：{first_stream} 与 {second_stream}；
--   后一件在重叠月份重复 {amount_fen} 元。
-- message_en: two running cases of {programme}: {first_stream} and {second_stream}; {amount_fen} yuan of
--   the later one are paid twice
-- needs: application_approved; 没有批准记录; no approval is recorded
-- facts: F006
WITH applied AS (
    SELECT stream, MAX_BY(applicant, position) AS person, MAX_BY(programme, position) AS programme,
           MAX_BY(area, position) AS area
    FROM application_submitted
    GROUP BY stream
),
counted AS (
    $counted_in_allowance
),
held AS (
    SELECT stream, person, TRUE AS own, '0000-01' AS first_month, '9999-12' AS last_month FROM applied
    UNION ALL
    -- the months of joining and leaving are nobody's fault
    SELECT counted.stream, counted.person, FALSE,
           SUBSTRING(CAST(CAST(counted.from_month || '-01' AS DATE) + INTERVAL '1' MONTH AS VARCHAR), 1, 7),
           COALESCE(
               SUBSTRING(CAST(CAST(counted.to_month || '-01' AS DATE) - INTERVAL '1' MONTH AS VARCHAR), 1, 7),
               '9999-12'
           )
    FROM counted
    JOIN applied ON applied.stream = counted.stream AND applied.person <> counted.person
    WHERE counted.from_month BETWEEN '1850-01' AND '2999-12'
      AND COALESCE(counted.to_month, '1850-01') BETWEEN '1850-01' AND '2999-12'
),
ended AS (
    $last_months
),
running AS (
    SELECT held.person, held.own, applied.programme, applied.area, approved.stream, approved.position,
           GREATEST(approved.from_month, held.first_month) AS from_month,
           LEAST(COALESCE(ended.month, '9999-12'), held.last_month) AS last_month
    FROM (
        SELECT stream, MIN(position) AS position, MIN(from_month) AS from_month
        FROM application_approved
        -- these are helped once, not by the month
        WHERE limb NOT IN ('special', 'emergency', 'expenditure')
        GROUP BY stream
    ) AS approved
    JOIN applied ON applied.stream = approved.stream
    -- all zeros: the number was not given
    JOIN held ON held.stream = approved.stream AND held.person <> 'p00000000000000000000000000000000'
    LEFT JOIN ended ON ended.stream = approved.stream
),
several AS (
    SELECT person, programme FROM running GROUP BY person, programme HAVING COUNT(DISTINCT stream) > 1
),
shared AS (
    SELECT one.person, one.own AND two.own AS own, one.programme, one.stream AS first_stream,
           two.stream AS second_stream, one.position AS first_position, two.position AS second_position,
           GREATEST(one.from_month, two.from_month) AS first_month,
           LEAST(one.last_month, two.last_month) AS last_month
    FROM several
    JOIN running AS one ON one.person = several.person AND one.programme = several.programme
    JOIN running AS two
      ON two.person = one.person AND two.programme = one.programme AND two.position > one.position
    WHERE GREATEST(one.from_month, two.from_month) <= LEAST(one.last_month, two.last_month)
      AND ((one.own AND two.own) OR one.area IS NOT DISTINCT FROM two.area)
),
pairs AS (
    SELECT COALESCE(MIN(CASE WHEN own THEN person END), MIN(person)) AS person, programme, first_stream,
           second_stream, first_position, second_position, MIN(first_month) AS first_month,
           MAX(last_month) AS last_month
    FROM shared
    GROUP BY programme, first_stream, second_stream, first_position, second_position
),
lines AS (
    SELECT shared.first_position, shared.second_position, issued.position, issued.stream, issued.month,
           CAST(issued.amount_fen AS HUGEINT) AS fen, BOOL_OR(shared.own) AS own,
           COUNT(DISTINCT shared.person) AS persons
    FROM shared
    JOIN payment_issued AS issued
      ON issued.stream = shared.second_stream
     AND issued.month BETWEEN shared.first_month AND shared.last_month
     AND issued.kind <> 'reissue'
    GROUP BY shared.first_position, shared.second_position, issued.position, issued.stream, issued.month,
             issued.amount_fen
),
heads AS (
    SELECT lines.position, COUNT(DISTINCT counted.person) AS heads
    FROM lines
    JOIN counted
      ON counted.stream = lines.stream AND counted.from_month < lines.month
     AND (counted.to_month IS NULL OR lines.month < counted.to_month)
    GROUP BY lines.position
),
paid AS (
    SELECT lines.first_position, lines.second_position,
           SUM(
               CASE
                   WHEN lines.own THEN lines.fen
                   ELSE lines.fen * lines.persons // GREATEST(COALESCE(heads.heads, 0), lines.persons)
               END
           ) AS amount_fen
    FROM lines
    LEFT JOIN heads ON heads.position = lines.position
    GROUP BY lines.first_position, lines.second_position
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
