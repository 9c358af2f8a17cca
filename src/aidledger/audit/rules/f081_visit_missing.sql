-- id: F081
-- title_zh: 探访缺失
-- title_en: visit missing
-- explain_zh: 按类别应当探访的一个周期（月或季）已经过去，没有任何探访记录。独居老人出事，往往无人知晓。
-- explain_en: A period in which the person had to be visited, by class, is over, and nobody came. It is how people lie
--   dead unnoticed.
-- not_zh: 周期尚未结束；批准、死亡或终止所在的周期；周期内至少有一次探访。
-- not_en: a period that is not over; one in which support began or ended, or after its end; one with a visit in it
-- severity: medium
-- basis_zh: S4-081 至 S4-083、S4-089
-- basis: S4-081 to S4-083, S4-089
-- parameters: visit_months_*
-- remedy_zh: 立即探访，说明原因，落实责任人。
-- remedy_en: visit at once, say why nobody came, and name who answers for it
-- message_zh: {from_on} 至 {to_on} 应探访（{class}），没有记录。
-- message_en: a visit was due from {from_on} to {to_on} (class {class}), and none is recorded
-- needs: application_approved; 没有批准记录; no approval is recorded
-- facts: F081, S4-081, S4-082, S4-083
WITH begun AS (
    SELECT stream, MIN(effective_on) AS approved_on FROM application_approved GROUP BY stream
),
whole AS (
    -- a period counts where support lasted from its first day to its last
    SELECT visits_due."case", visits_due.positions, visits_due.period, visits_due.from_on, visits_due.to_on,
           visits_due.class
    FROM visits_due
    JOIN begun ON begun.stream = visits_due."case"
    JOIN case_state ON case_state."case" = visits_due."case"
    WHERE visits_due.state = 'missed'
      AND begun.approved_on <= visits_due.from_on
      AND (case_state.died_on IS NULL OR visits_due.to_on < case_state.died_on)
      AND (case_state.terminated_on IS NULL OR visits_due.to_on < case_state.terminated_on)
)
SELECT whole."case" AS subject,
       whole.positions,
       whole.period,
       CAST(NULL AS BIGINT) AS amount_fen,
       whole.from_on,
       whole.to_on,
       whole.class
FROM whole
