-- id: F065
-- title_zh: 退款未处理
-- title_en: returned money not cleared
-- explain_zh: 银行退回的款项，过了规定天数（见门槛）仍未补发：应得的人没有拿到钱。
-- explain_en: What the bank gave back was not sent again within the days of the threshold: somebody entitled has not
--   been paid.
-- not_zh: 已补发的；期限尚未届满的；死亡或终止以后的月份（不再应发）。
-- not_en: sent again; days that are not over; months after a death or a termination, for which nothing is due
-- severity: medium
-- basis_zh: 苍南 2025
-- basis: Cangnan 2025
-- thresholds: days = 45
-- remedy_zh: 更正账户后补发，或依法核销。
-- remedy_en: correct the account and pay, or write it back as the rules have it
-- message_zh: {month} 的 {amount_fen} 元 {returned_on} 退回（{reason}），至今未补发。
-- message_en: {amount_fen} yuan for {month} came back on {returned_on} ({reason}) and were never sent again
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- facts: F065
WITH again AS (
    SELECT stream, month, SUM(amount_fen) AS amount_fen FROM payment_reissued GROUP BY stream, month
),
returned AS (
    SELECT stream, month, SUM(amount_fen) AS amount_fen, ARRAY_AGG(position) AS positions,
           MAX(returned_on) AS returned_on, MAX_BY(reason, position) AS reason
    FROM payment_returned
    GROUP BY stream, month
),
ended AS (
    SELECT stream, MIN(month) AS month
    FROM (
        SELECT stream, SUBSTRING(CAST(died_on AS VARCHAR), 1, 7) AS month FROM death_recorded
        UNION ALL
        SELECT stream, last_month FROM termination_approved
    ) AS ends
    GROUP BY stream
)
SELECT returned.stream AS subject,
       LIST_SORT(returned.positions) AS positions,
       returned.month AS period,
       returned.amount_fen - COALESCE(again.amount_fen, 0) AS amount_fen,
       returned.month,
       returned.returned_on,
       returned.reason
FROM returned
CROSS JOIN parameters
LEFT JOIN again ON again.stream = returned.stream AND again.month = returned.month
LEFT JOIN ended ON ended.stream = returned.stream
WHERE COALESCE(again.amount_fen, 0) < returned.amount_fen
  AND DATE_DIFF('day', returned.returned_on, parameters.as_of) > $days
  AND (ended.month IS NULL OR returned.month <= ended.month)
