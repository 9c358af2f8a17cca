-- id: F065
-- title_zh: 退款未处理
-- title_en: returned money not cleared
-- explain_zh: 银行退回的款项，过了规定天数（见门槛）仍未补发：应得的人没有拿到钱。
-- explain_en: What the bank gave back was not sent again within the days of the threshold: somebody entitled has not
--   been paid.
-- not_zh: 已补发的，或其后按补差发放的；期限尚未届满的；死亡或终止以后的月份、停发的月份（不再应发）。
-- not_en: sent again, or paid as arrears since; days that are not over; months after a death or a termination and
--   months of a suspension, for which nothing is due
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
WITH returned AS (
    SELECT stream, month, SUM(amount_fen) AS amount_fen, ARRAY_AGG(position) AS positions, MIN(position) AS since,
           MAX(returned_on) AS returned_on, MAX_BY(reason, position) AS reason
    FROM payment_returned
    GROUP BY stream, month
),
again AS (
    SELECT stream, month, SUM(amount_fen) AS amount_fen
    FROM (
        SELECT stream, month, amount_fen FROM payment_reissued
        UNION ALL
        -- what was owed since is paid, whatever the line is called
        SELECT paid.stream, paid.month, paid.amount_fen
        FROM payment_issued AS paid
        JOIN returned
          ON returned.stream = paid.stream AND returned.month = paid.month AND returned.since < paid.position
        WHERE paid.kind = 'arrears'
    ) AS sent
    GROUP BY stream, month
),
ended AS (
    $last_months
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
LEFT JOIN suspensions
  ON suspensions."case" = returned.stream
 AND suspensions.from_month <= returned.month
 AND (suspensions.to_month IS NULL OR returned.month < suspensions.to_month)
WHERE COALESCE(again.amount_fen, 0) < returned.amount_fen
  AND DATE_DIFF('day', returned.returned_on, parameters.as_of) > $days
  AND (ended.month IS NULL OR returned.month <= ended.month)
  AND suspensions."case" IS NULL
