-- id: M03
-- title_zh: 整数金额过多
-- title_en: too many round sums
-- explain_zh: 一个机构逐案确定的金额（临时救助、直接采购、批次以外的支出）多半是整千元。按实际困难或发票核定的金额不会这样整齐。
-- explain_en: Most of the sums that one office fixed case by case (help once, purchases, what was spent beside runs) are
--   whole thousands. What follows need or a bill is not so even.
-- not_zh: 笔数少于门槛的；整数占比不超过门槛的；按月标准发放的（标准本身可以是整数）。
-- not_en: fewer sums than the threshold; a share within the threshold; what is paid by a monthly standard, which may be
--   round itself
-- severity: low
-- basis_zh: 分析性复核：提示先看哪里，本身不是证据
-- basis: analytical review: where to look first, no proof by itself
-- thresholds: unit_fen = 100000, permille = 500, sums = 20
-- remedy_zh: 抽查核定依据和发票。
-- remedy_en: look at what the sums rest on
-- message_zh: {sums} 笔中有 {round_sums} 笔是整数，合计 {amount_fen} 元。
-- message_en: {round_sums} of {sums} sums are round, {amount_fen} yuan in all
-- needs: first_digits; 没有逐案确定的金额; no sum was fixed case by case
-- facts: S4-045, S4-115
WITH sums AS (
    SELECT office, effective_on, amount_fen, position FROM help_granted
    UNION ALL
    SELECT office, effective_on, amount_fen, position FROM direct_purchase_made
    UNION ALL
    SELECT office, effective_on, amount_fen, position FROM fund_disbursed WHERE run IS NULL
),
offices AS (
    SELECT office, COUNT(*) AS sums, SUM(CASE WHEN amount_fen % $unit_fen = 0 THEN 1 ELSE 0 END) AS round_sums
    FROM sums
    WHERE amount_fen > 0
    GROUP BY office
),
rounds AS (
    SELECT office, SUM(amount_fen) AS amount_fen, MIN(effective_on) AS first_on, MAX(effective_on) AS last_on,
           ARRAY_AGG(position) AS positions
    FROM sums
    WHERE amount_fen > 0 AND amount_fen % $unit_fen = 0
    GROUP BY office
)
SELECT offices.office AS subject,
       LIST_SORT(rounds.positions) AS positions,
       CAST(rounds.first_on AS VARCHAR) || '/' || CAST(rounds.last_on AS VARCHAR) AS period,
       rounds.amount_fen,
       offices.sums,
       offices.round_sums
FROM offices
JOIN rounds ON rounds.office = offices.office
WHERE offices.sums >= $sums AND offices.round_sums * 1000 > offices.sums * $permille
