-- id: F056
-- title_zh: 补助叠加
-- title_en: supplements stacked
-- explain_zh: 分类施保补助一人只取最高一项。花名册上补助多列一项，或总额超过“有情形的人数×最高一项”。
-- explain_en: Of the supplements for a member only the highest is paid. A line has one more of them, or their sum is
--   beyond the highest for each member who falls into any category.
-- not_zh: 各人各取一项、总额不超过的；没有补助的；就低的（属于哪一情形已密封，账本里看不出）。
-- not_en: one for each member, within the highest; no supplement; less than the highest (which category it is is
--   sealed)
-- severity: medium
-- basis_zh: S4-024 至 S4-029
-- basis: S4-024 to S4-029
-- parameters: supplement_*
-- remedy_zh: 按最高一项重新核定，追回多发的。
-- remedy_en: set it anew with the highest alone, and recover the rest
-- message_zh: {months} 个月，{persons} 人有情形，补助 {paid_fen} 元，至多 {most_fen} 元。
-- message_en: {months} months: {persons} members in a category, {paid_fen} yuan of supplements, {most_fen} yuan at most
-- needs: payment_rostered; 没有花名册; no roster is recorded
-- facts: F056, S4-024, S4-028, S4-029, C14
WITH parts AS (
    SELECT stream, month, position, part.code AS code, part.fen AS fen
    FROM (
        SELECT lines.stream, lines.month, lines.position, UNNEST(lines.parts) AS part
        FROM payment_rostered AS lines
        WHERE lines.kind = 'regular'
          AND lines.stream IN (SELECT stream FROM application_submitted WHERE programme = 'dibao')
    ) AS every
),
lines AS (
    SELECT stream, month, position, SUM(fen) AS fen, COUNT(*) AS parts
    FROM parts
    WHERE code LIKE 'supplement%'
    GROUP BY stream, month, position
),
ended AS (
    SELECT stream, number, MIN(ended_on) AS ended_on FROM category_ended GROUP BY stream, number
),
held AS (
    SELECT lines.position, COUNT(DISTINCT category.person) AS persons
    FROM lines
    JOIN category_recorded AS category ON category.stream = lines.stream AND category.position < lines.position
    LEFT JOIN ended ON ended.stream = category.stream AND ended.number = category.number
    WHERE (ended.ended_on IS NULL OR SUBSTRING(CAST(ended.ended_on AS VARCHAR), 1, 7) >= lines.month)
      AND (category.to_on IS NULL OR SUBSTRING(CAST(category.to_on AS VARCHAR), 1, 7) >= lines.month)
    GROUP BY lines.position
),
rates AS (
    -- supplement_30_categories: who is in one of these has 30 of a hundred
    SELECT adoption,
           MAX(CASE WHEN name LIKE '%_categories' THEN TRY_CAST(SPLIT_PART(name, '_', 2) AS BIGINT) END) AS percent,
           MAX(CASE WHEN name = 'supplement_flat_fen' THEN TRY_CAST(value AS BIGINT) END) AS flat_fen
    FROM pack_parameters
    WHERE name LIKE 'supplement_%'
    GROUP BY adoption
),
months AS (
    SELECT DISTINCT month FROM lines
),
asked AS (
    SELECT months.month, pack_in_force.adoption, rates.percent, COALESCE(rates.flat_fen, 0) AS flat_fen
    FROM months
    CROSS JOIN parameters
    JOIN pack_in_force
      ON pack_in_force.programme = 'dibao'
     AND pack_in_force.day = LEAST(LAST_DAY(CAST(months.month || '-01' AS DATE)), parameters.as_of)
    JOIN rates ON rates.adoption = pack_in_force.adoption
    WHERE rates.percent BETWEEN 1 AND 1000
),
bounded AS (
    SELECT lines.stream, lines.month, lines.position, lines.fen, lines.parts, COALESCE(held.persons, 0) AS persons,
           CAST(COALESCE(held.persons, 0) AS HUGEINT)
               * GREATEST((dibao_amounts.standard_fen * asked.percent + 50) // 100, asked.flat_fen) AS most_fen
    FROM lines
    JOIN asked ON asked.month = lines.month
    LEFT JOIN held ON held.position = lines.position
    LEFT JOIN dibao_amounts ON dibao_amounts."case" = lines.stream AND dibao_amounts.month = lines.month
)
SELECT stream AS subject,
       LIST_SORT(ARRAY_AGG(position)) AS positions,
       MIN(month) || '/' || MAX(month) AS period,
       SUM(GREATEST(fen - COALESCE(most_fen, fen), 0)) AS amount_fen,
       MAX(persons) AS persons,
       SUM(fen) AS paid_fen,
       SUM(most_fen) AS most_fen,
       COUNT(*) AS months
FROM bounded
WHERE parts > 1 OR fen > most_fen
GROUP BY stream
