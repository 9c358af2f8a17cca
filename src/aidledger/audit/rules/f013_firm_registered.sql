-- id: F013
-- title_zh: 有企业或股份
-- title_en: company or business registered
-- explain_zh: 核对发现家庭成员是企业的业主、股东或法定代表人，情况属实或者无人答复，仍给予或继续给予救助；
--   或者批准前核定的企业超过政策包的限额（firms_max）。疑点代号以登记代号开头，
--   如 companies-1。
-- explain_en: A comparison showed that a member owns, partly owns or represents a firm; it was confirmed or
--   nobody answered, and support was granted or went on; or more firms were assessed before the
--   approval than the pack allows (firms_max). A hit is named by its register and a number:
--   companies-1.
-- not_zh: 已说明理由排除的疑点；在享期间发现、当月和下月的发放（须有时间处理）；其间已重新核定、
--   停发或报告终止的；恰在限额的。
-- not_en: a hit that was cleared with its reason; what is paid for the month of a comparison in support and the
--   next (there must be time to act); a case that was assessed anew, suspended or reported for termination
--   in it; exactly at the limit
-- severity: high
-- basis_zh: 舒城 2020；政策包参数 firms_max
-- basis: Shucheng 2020; pack parameter firms_max
-- thresholds: months = 2
-- remedy_zh: 重新核定财产与收入；超过限额的停发并追回。
-- remedy_en: assess property and income anew; beyond the limit, stop and recover
-- message_zh: {found_on} 发现（{hits}），核定 {counted}，限额 {allowed}；
--   已答复：{answered}；其后发放 {amount_fen} 元。
-- message_en: found on {found_on} ({hits}), assessed {counted} where {allowed} are allowed; answered: {answered};
--   {amount_fen} yuan were paid since
-- needs: data_compared where registers = 'companies' or 'market_entity'; 没有与市场主体登记核对过; nothing was compared with
--   the register of companies
-- facts: F013
WITH hits AS (
    SELECT * FROM open_hits WHERE register IN ('companies', 'market_entity')
),
property AS (
    SELECT * FROM assessed_property WHERE kind = 'firms'
)
SELECT *
FROM (
    $paid_over_limit
) AS paid
