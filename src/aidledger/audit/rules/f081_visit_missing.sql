-- id: F081
-- title_zh: 探访缺失
-- title_en: visit missing
-- explain_zh: 按类别应当探访的一个周期（月或季）已经过去，没有任何探访记录。独居老人出事，往往无人知晓。
-- explain_en: A period in which the person had to be visited, by class, is over, and nobody came. It is how people lie
--   dead unnoticed.
-- not_zh: 周期尚未结束；已死亡或已终止之后的周期；一个周期内有一次以上的探访。
-- not_en: a period that is not over; one after the death or the end of support; one with a visit in it
-- severity: medium
-- basis: S4-081 to S4-083, S4-089
-- parameters: visit_months_*
-- remedy_zh: 立即探访，说明原因，落实责任人。
-- remedy_en: visit at once, say why nobody came, and name who answers for it
-- message_zh: {from_on} 至 {to_on} 应探访（{class}），没有记录。
-- message_en: a visit was due from {from_on} to {to_on} (class {class}), and none is recorded
-- needs: application_approved; 没有批准记录; no approval is recorded
-- facts: F081, S4-081, S4-082, S4-083
SELECT visits_due."case" AS subject,
       visits_due.positions,
       visits_due.period,
       CAST(NULL AS BIGINT) AS amount_fen,
       visits_due.from_on,
       visits_due.to_on,
       visits_due.class
FROM visits_due
WHERE visits_due.state = 'missed'
