-- id: M21
-- title_zh: 提前多月发放
-- title_en: paid for months far ahead
-- explain_zh: 钱是为远在以后的月份发的：月份录错，或者提前支取。到那时本人可能已经死亡、终止或者标准已变。
-- explain_en: Money was paid for a month far after the day of payment: the month is wrong, or it was drawn in advance. By then
--   the person may have died, the support have ended, or the standard be another.
-- not_zh: 门槛月数之内的（按季预发）；银行退回的；一次性救助
-- not_en: within the months of the threshold (paid for a quarter in advance); what the bank gave back; help once
-- severity: medium
-- basis_zh: 特困人员认定办法（2021）、最低生活保障审核确认办法（2021）：按月发放（S4-108）
-- basis: K21, D21: paid month by month (S4-108)
-- thresholds: months = 2
-- remedy_zh: 月份录错的以更正改正；确系提前支取的，查明由谁批准，必要时追回
-- remedy_en: correct a month that is wrong; where it was drawn in advance ask who approved it, and recover what was not due
-- message_zh: {paid_on} 为 {month} 发放 {amount_fen} 元，提前 {ahead} 个月。
-- message_en: {amount_fen} yuan paid on {paid_on} for {month}, {ahead} months ahead
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- facts: F066, S4-108
SELECT issued.stream AS subject,
       [issued.position] AS positions,
       issued.month AS period,
       net.amount_fen,
       issued.paid_on,
       issued.month,
       DATE_DIFF('month', issued.paid_on, CAST(issued.month || '-01' AS DATE)) AS ahead
FROM payment_issued AS issued
JOIN net_payments AS net ON net.position = issued.position
WHERE issued.kind <> 'one_off'
  AND DATE_DIFF('month', issued.paid_on, CAST(issued.month || '-01' AS DATE)) > $months
