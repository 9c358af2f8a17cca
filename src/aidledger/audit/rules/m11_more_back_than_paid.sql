-- id: M11
-- title_zh: 退回追回多于发放
-- title_en: more came back than was paid
-- explain_zh: 一个月退回和追回的钱多于发放的钱：元当成了分，同一笔退款录了两次，或者追回的钱挂错了月份。
-- explain_en: Of a month more was returned and recovered than was paid: yuan typed for fen, one return recorded twice, or money
--   put to another month.
-- not_zh: 退回加追回不超过发放的；重新发放后再次退回的。
-- not_en: returned and recovered together are no more than what was paid; what was sent again and came back again
-- severity: high
-- basis_zh: 退回、追回的钱以发放的为限
-- basis: nothing comes back that was not paid
-- remedy_zh: 对照银行回单和收款凭证更正记录；多收的退还本人。
-- remedy_en: correct the entry by the bank's slip and the receipt; give back what was taken too much
-- message_zh: 发放 {paid_fen} 元，退回和追回 {back_fen} 元。
-- message_en: {paid_fen} yuan paid, {back_fen} yuan returned and recovered
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- facts: F065, F073
WITH moved AS (
    SELECT stream, month, position, amount_fen AS paid_fen, 0 AS back_fen
    FROM payment_issued
    UNION ALL
    SELECT stream, month, position, 0 AS paid_fen, amount_fen AS back_fen
    FROM payment_returned
    UNION ALL
    SELECT stream, month, position, 0 AS paid_fen, amount_fen AS back_fen
    FROM payment_recovered
)
SELECT stream AS subject,
       LIST_SORT(ARRAY_AGG(position)) AS positions,
       month AS period,
       SUM(back_fen) - SUM(paid_fen) AS amount_fen,
       SUM(paid_fen) AS paid_fen,
       SUM(back_fen) AS back_fen
FROM moved
GROUP BY stream, month
HAVING SUM(back_fen) > SUM(paid_fen)
