-- id: F071
-- title_zh: 资金滞留
-- title_en: money held back
-- explain_zh: 到账的资金按先进先出，逾规定天数仍未支出。
-- explain_en: First in, first out: after the days that the pack allows, part of an allocation has still not been spent.
-- not_zh: 恰在期限最后一日支出完的；期限尚未届满的；退回、转入的资金（见 F065）。
-- not_en: all of it spent by the last day; a time that is not over; money that was returned to the fund or moved into
--   it (F065)
-- severity: high
-- basis_zh: 文成：滞留两年以上；惠来：1,200 万元闲置
-- basis: Wencheng: held for over two years; Huilai: 12 million yuan lay idle
-- parameters: fund_hold_days
-- remedy_zh: 尽快发放，或按规定收回统筹；说明滞留原因。
-- remedy_en: pay it out, or give it back as the rules have it; say why it lay there
-- message_zh: {received_on} 到账 {received_fen} 元（{level}），至 {until_on} 仍有 {amount_fen} 元未支出。
-- message_en: {received_fen} yuan came in on {received_on} ({level}); {amount_fen} yuan of it were not spent by
--   {until_on}
-- needs: fund_received; 没有资金到账; no fund has received anything
-- facts: F071, S4-115
WITH income AS (
    SELECT stream AS fund, position, effective_on, level, amount_fen FROM fund_received
    UNION ALL
    SELECT stream, position, effective_on, NULL, amount_fen FROM fund_returned
    UNION ALL
    SELECT CASE WHEN to_fund LIKE 'fund/%' THEN to_fund ELSE 'fund/' || to_fund END, position, effective_on, NULL,
           amount_fen
    FROM fund_transferred
),
filling AS (
    SELECT fund, position, effective_on, level, amount_fen,
           SUM(amount_fen) OVER (PARTITION BY fund ORDER BY effective_on, position) AS total_fen
    FROM income
),
allowed AS (
    SELECT filling.fund, filling.position, filling.effective_on, filling.level, filling.amount_fen, filling.total_fen,
           rule.adoption, filling.effective_on + rule.days AS until_on
    FROM filling
    JOIN county_pack ON county_pack.day = filling.effective_on
    JOIN pack_parameters AS rule ON rule.adoption = county_pack.adoption AND rule.name = 'fund_hold_days'
    WHERE filling.level IS NOT NULL AND rule.days IS NOT NULL
),
moments AS (
    SELECT stream AS fund, effective_on AS day, 0 AS place, amount_fen AS spent_fen, NULL AS receipt FROM fund_disbursed
    UNION ALL
    SELECT stream, effective_on, 0, amount_fen, NULL FROM fund_transferred
    UNION ALL
    SELECT fund, until_on, 1, 0, position FROM allowed
),
emptied AS (
    SELECT receipt, SUM(spent_fen) OVER (PARTITION BY fund ORDER BY day, place) AS gone_fen FROM moments
)
SELECT allowed.fund AS subject,
       LIST_SORT([allowed.position, allowed.adoption]) AS positions,
       CAST(allowed.effective_on AS VARCHAR) || '/' || CAST(allowed.until_on AS VARCHAR) AS period,
       LEAST(allowed.amount_fen, allowed.total_fen - emptied.gone_fen) AS amount_fen,
       allowed.effective_on AS received_on,
       allowed.amount_fen AS received_fen,
       allowed.level,
       allowed.until_on
FROM allowed
JOIN emptied ON emptied.receipt = allowed.position
CROSS JOIN parameters
WHERE allowed.until_on < parameters.as_of AND emptied.gone_fen < allowed.total_fen
