-- id: F074
-- title_zh: 分担比例错误
-- title_en: wrong share between levels
-- explain_zh: 一年中各级财政投入一项资金的比例，与政策包规定的不同。
-- explain_en: What the levels of government gave to a fund in a year is not in the shares that the pack asks of them.
-- not_zh: 一年尚未到最后一个月的；只有一级投入的专项资金；每笔不到一分的舍入。
-- not_en: a year before its last month; a fund that one level alone gives to; rounding by less than a fen a receipt
-- severity: medium
-- basis_zh: 常州 2017：市级多付 203 万元
-- basis: Changzhou 2017: the city paid 2.03 million yuan too much
-- parameters: fund_share_*
-- remedy_zh: 由各级按规定比例结算。
-- remedy_en: the levels settle it by the shares that are asked
-- message_zh: {year} 年 {levels} 的比例与规定不同，多承担 {amount_fen} 元。
-- message_en: in {year} the shares of {levels} are not those that are asked; {amount_fen} yuan were borne beyond a
--   share
-- needs: fund_received; 没有资金到账; no fund has received anything
-- facts: F074, S4-115, S4-118
WITH shared AS (
    SELECT fund, year, SUM(received_fen) AS total_fen,
           SUM(CASE WHEN received_fen > 0 THEN 1 ELSE 0 END) AS givers
    FROM fund_shares
    GROUP BY fund, year
),
apart AS (
    SELECT fund_shares.fund, fund_shares.year, fund_shares.level, fund_shares.positions,
           fund_shares.received_fen - shared.total_fen * fund_shares.asked_permille // 1000 AS over_fen
    FROM fund_shares
    JOIN shared ON shared.fund = fund_shares.fund AND shared.year = fund_shares.year AND shared.givers > 1
    CROSS JOIN parameters
    WHERE fund_shares.met = FALSE
      AND (YEAR(parameters.as_of) > fund_shares.year
           OR (YEAR(parameters.as_of) = fund_shares.year AND MONTH(parameters.as_of) = 12))
)
SELECT fund AS subject,
       LIST_SORT(LIST_DISTINCT(FLATTEN(ARRAY_AGG(positions)))) AS positions,
       CAST(year AS VARCHAR) AS period,
       SUM(GREATEST(over_fen, 0)) AS amount_fen,
       year,
       LIST_SORT(ARRAY_AGG(level)) AS levels
FROM apart
GROUP BY fund, year
