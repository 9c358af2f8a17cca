-- id: F057
-- title_zh: 护理档次错误
-- title_en: wrong nursing level
-- explain_zh: 发放的照料护理费等于另一档的标准，不是最近一次能力评估那一档的。花名册没有分项的，或者没有花名册的，按当时的待遇核定分项。
-- explain_en: What was paid for nursing is the standard of another level than that of the last assessment of ability.
--   Of a line without parts, or on no roster, the parts are those of the entitlement.
-- not_zh: 评估当月仍按原档的（下月起调整）；没有评估的；去世、终止以后的月份（见 F001、F050）；金额不等于任何一档的（见 F054）。
-- not_en: the old level in the month of the assessment itself; nobody assessed; months after the death or the end (F001, F050); an amount that is no level's standard
--   (F054)
-- severity: high
-- basis_zh: 特困人员认定办法（2021）第二十二条：按六项指标未达的项数定等级
-- basis: K21 art. 22: by how many of the six items fail the level is able, partly able or unable
-- remedy_zh: 按评估结果调整，补发或追回差额。
-- remedy_en: pay by the assessment, and pay or recover the difference
-- message_zh: 评估为 {level}，应发护理费 {right_fen} 元，实发 {wrong_fen} 元，共 {lines} 个月。
-- message_en: assessed as {level}: {right_fen} yuan a month of nursing were due and {wrong_fen} yuan paid, in {lines}
--   months
-- needs: ability_assessed; 没有能力评估; nobody's ability is assessed
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- facts: F057, S4-036
WITH assessments AS (
    SELECT stream, effective_on, MAX(position) AS position, MAX_BY(level, position) AS level
    FROM ability_assessed
    GROUP BY stream, effective_on
),
levels AS (
    SELECT stream, position, level, effective_on AS from_on,
           LEAD(effective_on) OVER (PARTITION BY stream ORDER BY effective_on) AS next_from_on
    FROM assessments
),
parts AS (
    SELECT stream, run, month, position, part.code AS code, part.fen AS fen
    FROM (
        SELECT stream, run, month, position, UNNEST(parts) AS part
        FROM payment_rostered
        WHERE kind = 'regular' AND stream IN (SELECT stream FROM assessments)
    ) AS every
),
holding AS (
    SELECT stream, position, from_month, parts,
           LEAD(from_month) OVER (PARTITION BY stream ORDER BY from_month, position) AS next_month
    FROM entitlement_set
    WHERE stream IN (SELECT stream FROM assessments)
),
every_part AS (
    SELECT stream, run, month, code, fen FROM parts
    UNION ALL
    SELECT stream, run, month, part.code, part.fen
    FROM (
        SELECT issued.stream, issued.run, issued.month, UNNEST(holding.parts) AS part
        FROM (SELECT DISTINCT stream, run, month FROM payment_issued WHERE kind = 'regular') AS issued
        LEFT JOIN (SELECT DISTINCT stream, run, month FROM parts) AS told
          ON told.stream = issued.stream AND told.run = issued.run AND told.month = issued.month
        JOIN holding
          ON holding.stream = issued.stream
         AND holding.from_month <= issued.month
         AND (holding.next_month IS NULL OR issued.month < holding.next_month)
        WHERE told.stream IS NULL
    ) AS untold
),
living AS (
    -- lines without a nursing part belong to programmes that have none
    SELECT stream, run, month, SUM(CASE WHEN code LIKE 'nursing%' THEN 0 ELSE fen END) AS living_fen
    FROM every_part
    GROUP BY stream, run, month
    HAVING SUM(CASE WHEN code LIKE 'nursing%' THEN 1 ELSE 0 END) > 0
),
months AS (
    SELECT DISTINCT month, CAST(month || '-01' AS DATE) AS first_on FROM living
),
given AS (
    -- of a day both are given: the published one counts
    SELECT SUBSTRING(code, 9) AS level, CAST(from_on AS VARCHAR) AS from_on, monthly_fen, position, NULL AS adoption
    FROM standard_published
    WHERE code LIKE 'nursing_%'
    UNION ALL
    SELECT SUBSTRING(SPLIT_PART(name, '.', 2), 9), SPLIT_PART(name, '.', 3), TRY_CAST(value AS BIGINT), -1, adoption
    FROM pack_parameters
    WHERE name LIKE 'standard.nursing_%' AND LENGTH(SPLIT_PART(name, '.', 3)) = 10
),
standards AS (
    SELECT months.month, months.first_on, given.level, MAX_BY(given.monthly_fen, (given.from_on, given.position)) AS fen
    FROM months
    CROSS JOIN parameters
    JOIN pack_in_force
      ON pack_in_force.programme = 'tekun'
     AND pack_in_force.day = LEAST(LAST_DAY(months.first_on), parameters.as_of)
    JOIN given
      ON given.from_on <= CAST(months.first_on AS VARCHAR)
     AND (given.adoption IS NULL OR given.adoption = pack_in_force.adoption)
    GROUP BY months.month, months.first_on, given.level
),
ended AS (
    -- for a month after the end or the death nothing was due at all
    $last_months
),
paid AS (
    SELECT issued.stream, issued.month, issued.position, issued.amount_fen - living.living_fen AS nursing_fen,
           levels.level, levels.position AS assessment, own.fen AS right_fen
    FROM payment_issued AS issued
    JOIN living ON living.stream = issued.stream AND living.run = issued.run AND living.month = issued.month
    JOIN months ON months.month = issued.month
    JOIN levels
      ON levels.stream = issued.stream
     AND levels.from_on < months.first_on
     AND (levels.next_from_on IS NULL OR months.first_on <= levels.next_from_on)
    JOIN standards AS own ON own.month = issued.month AND own.level = levels.level
    LEFT JOIN ended ON ended.stream = issued.stream
    WHERE issued.kind = 'regular' AND (ended.month IS NULL OR issued.month <= ended.month)
),
wrong AS (
    SELECT paid.stream, paid.month, paid.position, paid.level, paid.assessment, paid.right_fen, paid.nursing_fen
    FROM paid
    JOIN standards AS other ON other.month = paid.month AND other.fen = paid.nursing_fen
    WHERE paid.nursing_fen <> paid.right_fen
    GROUP BY paid.stream, paid.month, paid.position, paid.level, paid.assessment, paid.right_fen, paid.nursing_fen
)
SELECT stream AS subject,
       LIST_SORT(LIST_CONCAT([assessment], ARRAY_AGG(position))) AS positions,
       MIN(month) || '/' || MAX(month) AS period,
       SUM(ABS(nursing_fen - right_fen)) AS amount_fen,
       level,
       right_fen,
       nursing_fen AS wrong_fen,
       COUNT(*) AS lines
FROM wrong
GROUP BY stream, assessment, level, right_fen, nursing_fen
