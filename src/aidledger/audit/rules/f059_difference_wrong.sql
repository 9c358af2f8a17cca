-- id: F059
-- title_zh: 差额计算错误
-- title_en: difference worked out wrongly
-- explain_zh: 低保金应为“标准×人数－家庭收入”。核定的保障金算出来不是这个数，或花名册上的保障金不是核定的数。
-- explain_en: The allowance is the standard for each member less the household's income. What was set is another sum,
--   or the roster has another allowance than what was set.
-- not_zh: 渐退期内的；花名册以后才核定的（见 F055）；标准、人数、收入有一项不明的；按档发放的地方（档次不入账本）。
-- not_en: while it is phased out; what was set after the roster (F055); standard, members or income not known; places
--   that pay by tiers (tiers are not recorded)
-- severity: medium
-- basis_zh: 最低生活保障审核审批办法（2012）第二十七条；最低生活保障审核确认办法（2021）第二十三条
-- basis: D12 art. 27; D21 art. 23
-- remedy_zh: 重新核算，补发或追回差额。
-- remedy_en: work it out again, and pay or recover the difference
-- message_zh: {months} 个月：应为 {right_fen} 元，实为 {wrong_fen} 元。
-- message_en: {months} months: {right_fen} yuan by the rule, {wrong_fen} yuan in fact
-- needs: application_submitted where programme = 'dibao'; 没有低保申请; nobody asked for the living allowance
-- facts: F059, S4-020, S4-023
WITH cases AS (
    SELECT DISTINCT stream FROM application_submitted WHERE programme = 'dibao'
),
sets AS (
    SELECT sets.stream, sets.position, sets.from_month, sets.parts,
           LEAD(sets.from_month) OVER (PARTITION BY sets.stream ORDER BY sets.from_month, sets.position) AS next_month
    FROM entitlement_set AS sets
    JOIN cases ON cases.stream = sets.stream
),
set_parts AS (
    SELECT position, SUM(CASE WHEN part.code = 'allowance' THEN part.fen ELSE 0 END) AS fen
    FROM (SELECT position, UNNEST(parts) AS part FROM sets) AS every
    GROUP BY position
),
line_parts AS (
    SELECT stream, month, position, SUM(CASE WHEN part.code = 'allowance' THEN part.fen ELSE 0 END) AS fen
    FROM (
        SELECT lines.stream, lines.month, lines.position, UNNEST(lines.parts) AS part
        FROM payment_rostered AS lines
        JOIN cases ON cases.stream = lines.stream
        WHERE lines.kind = 'regular'
    ) AS every
    GROUP BY stream, month, position
),
wrong AS (
    SELECT line_parts.stream, line_parts.month, FALSE AS by_rule, set_parts.fen AS right_fen,
           line_parts.fen AS wrong_fen, [sets.position, line_parts.position] AS positions
    FROM line_parts
    JOIN sets
      ON sets.stream = line_parts.stream
     AND sets.position < line_parts.position
     AND sets.from_month <= line_parts.month
     AND (sets.next_month IS NULL OR line_parts.month < sets.next_month)
    JOIN set_parts ON set_parts.position = sets.position AND set_parts.fen <> line_parts.fen
    UNION ALL
    SELECT "case", month, TRUE, due_fen, allowance_fen, positions
    FROM dibao_amounts
    WHERE difference_fen <> 0
),
sides AS (
    SELECT stream, month,
           COALESCE(MAX(CASE WHEN by_rule THEN right_fen END), MAX(right_fen)) AS right_fen,
           MAX(CASE WHEN by_rule THEN wrong_fen END) AS set_fen,
           MAX(CASE WHEN by_rule THEN NULL ELSE wrong_fen END) AS line_fen,
           FLATTEN(ARRAY_AGG(positions)) AS positions
    FROM wrong
    GROUP BY stream, month
),
months AS (
    -- a month counts once: what the roster has is what is paid, and where that is right, what was set is not
    SELECT stream, month, positions, right_fen, COALESCE(NULLIF(line_fen, right_fen), set_fen) AS wrong_fen
    FROM sides
)
SELECT stream AS subject,
       LIST_SORT(LIST_DISTINCT(FLATTEN(ARRAY_AGG(positions)))) AS positions,
       MIN(month) || '/' || MAX(month) AS period,
       SUM(ABS(wrong_fen - right_fen)) AS amount_fen,
       SUM(right_fen) AS right_fen,
       SUM(wrong_fen) AS wrong_fen,
       COUNT(*) AS months
FROM months
GROUP BY stream
