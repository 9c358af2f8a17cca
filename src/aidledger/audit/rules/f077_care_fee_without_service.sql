-- id: F077
-- title_zh: 无服务付费
-- title_en: care paid with no service
-- explain_zh: 委托照料约定了月费，整月既无服务记录也无探访记录。
-- explain_en: A monthly fee was agreed for care, and in a whole month of it neither a service nor a visit is recorded.
-- not_zh: 有一次服务或探访的月份；委托开始、结束所在的月份；尚未过完的月份；没有约定月费的。
-- not_en: a month with one service or visit in it; the months in which care began or ended; a month that is not over;
--   no fee
-- severity: critical
-- basis_zh: S0-005、S0-013：付费的护理须实际提供
-- basis: S0-005, S0-013: care that is paid is care that is rendered
-- remedy_zh: 核实是否提供服务；没有服务的，追回费用，更换护理人。
-- remedy_en: ask whether anything was done; recover the fee where nothing was, and find another carer
-- message_zh: {months} 个整月没有服务和探访，费用 {amount_fen} 元。
-- message_en: {months} whole months without a service or a visit, for a fee of {amount_fen} yuan
-- needs: care_entrusted; 没有委托照料; nobody is entrusted to a carer
-- facts: F077, S0-005, S0-013
WITH idle AS (
    SELECT care_services."case", care_services.month, CAST(care_services.month || '-01' AS DATE) AS first_on
    FROM care_services
    WHERE care_services.state = 'fee_without_service'
),
whole AS (
    SELECT idle."case", idle.month, care_periods.position, care_periods.monthly_fee_fen
    FROM idle
    JOIN care_periods
      ON care_periods."case" = idle."case"
     AND care_periods.monthly_fee_fen > 0
     AND care_periods.from_on <= idle.first_on
     AND LAST_DAY(idle.first_on) <= care_periods.to_on
)
SELECT "case" AS subject,
       LIST_SORT(LIST_DISTINCT(ARRAY_AGG(position))) AS positions,
       MIN(month) || '/' || MAX(month) AS period,
       SUM(monthly_fee_fen) AS amount_fen,
       COUNT(DISTINCT month) AS months
FROM whole
GROUP BY "case"
