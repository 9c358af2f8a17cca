-- id: M04
-- title_zh: 首位数字不合本福特分布
-- title_en: first digits are not Benford's
-- explain_zh: 逐案确定的金额，首位数字的分布与本福特定律相差过大（卡方检验，自由度 8，门槛为显著水平百分之一的临界值）。
--   编造的金额往往首位偏匀。
-- explain_en: The first digits of sums that were fixed case by case are too far from Benford's law (chi-square, eight
--   degrees of freedom; the threshold is the critical value at one per cent). Invented sums begin too evenly.
-- not_zh: 相差未超过门槛的；按月标准发放的（数额固定，不适用）；不足一百一十笔的种类（有的首位数字预期不到五笔，检验没有意义，不运行）。
-- not_en: a distance within the threshold; what is paid by a monthly standard (fixed sums follow no such law); a kind of
--   fewer than 110 sums: some digit is to be expected less than five times, and the test says nothing. Not run then
-- severity: low
-- basis_zh: 分析性复核：提示先看哪里，本身不是证据
-- basis: analytical review: where to look first, no proof by itself
-- thresholds: chi_hundredths = 2009
-- remedy_zh: 从偏多的首位数字中抽查。
-- remedy_en: draw a sample among the digits of which there are too many
-- message_zh: {kind} {total} 笔，卡方 {chi_hundredths}（百分之一），首位 {digit} 最偏：{sums} 笔，应约 {expected} 笔。
-- message_en: {total} sums of the kind {kind}: chi-square {chi_hundredths} hundredths; digit {digit} is furthest off, {sums}
--   sums where about {expected} were to be expected
-- needs: first_digits where size = 'enough'; 逐案确定的同类金额不足一百一十笔，检验没有意义; fewer than 110 sums of
--   a kind were fixed case by case: the test would say nothing
-- facts: S4-045, S4-115
WITH law AS (
    SELECT CAST(number AS VARCHAR) AS digit,
           CASE number
               WHEN 1 THEN 301030 WHEN 2 THEN 176091 WHEN 3 THEN 124939 WHEN 4 THEN 96910 WHEN 5 THEN 79181
               WHEN 6 THEN 66947 WHEN 7 THEN 57992 WHEN 8 THEN 51153 ELSE 45757
           END AS per_million
    FROM (SELECT UNNEST(GENERATE_SERIES(1, 9)) AS number) AS numbers
),
kinds AS (
    SELECT DISTINCT kind, total FROM first_digits WHERE size <> 'few'
),
cells AS (
    SELECT kinds.kind, kinds.total, law.digit, law.per_million, COALESCE(first_digits.sums, 0) AS sums,
           COALESCE(first_digits.positions, CAST([] AS BIGINT[])) AS positions,
           -- hundredths of (seen - expected)^2 / expected, in whole numbers
           CAST(COALESCE(first_digits.sums, 0) * 1000000 - kinds.total * law.per_million AS HUGEINT) AS apart
    FROM kinds
    CROSS JOIN law
    LEFT JOIN first_digits ON first_digits.kind = kinds.kind AND first_digits.digit = law.digit
),
squares AS (
    SELECT kind, total, digit, per_million, sums, positions,
           apart * apart * 100 // (CAST(total AS HUGEINT) * per_million * 1000000) AS part
    FROM cells
),
kind_sums AS (
    SELECT kind, SUM(part) AS chi FROM squares GROUP BY kind
),
worst AS (
    SELECT kind, total, digit, per_million, sums, positions,
           ROW_NUMBER() OVER (PARTITION BY kind ORDER BY part DESC, digit) AS place
    FROM squares
    WHERE sums > 0 AND sums * 1000000 > total * per_million
)
SELECT worst.kind AS subject,
       worst.positions,
       CAST(NULL AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       worst.kind,
       worst.total,
       worst.digit,
       worst.sums,
       worst.total * worst.per_million // 1000000 AS expected,
       CAST(kind_sums.chi AS BIGINT) AS chi_hundredths
FROM worst
JOIN kind_sums ON kind_sums.kind = worst.kind
WHERE worst.place = 1 AND kind_sums.chi > $chi_hundredths
