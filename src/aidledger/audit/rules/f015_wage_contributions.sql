-- id: F015
-- title_zh: 公积金、社保缴存显示工资
-- title_en: contributions that show a wage
-- explain_zh: 核对发现公积金或社会保险按工资缴存，情况属实或者无人答复，没有重新核定收入，仍给予或继续给予救助。
--   收入可能高于申报。疑点代号以登记代号开头，如 housing_fund-1。
-- explain_en: A comparison showed contributions paid on a wage; it was confirmed or nobody answered, the income
--   was not assessed anew, and support was granted or went on. The income may be above what was
--   declared. A hit is named by its register and a number: housing_fund-1.
-- not_zh: 已说明理由排除的疑点；在享期间发现、当月和下月的发放（须有时间处理）；其间已重新核定、停发或报告终止的。
-- not_en: a hit that was cleared with its reason; what is paid for the month of a comparison in support and the
--   next (there must be time to act); a case that was assessed anew, suspended or reported for termination
--   in it
-- severity: medium
-- basis_zh: 舒城 2020；安吉 2018
-- basis: Shucheng 2020; Anji 2018
-- thresholds: months = 2
-- remedy_zh: 按缴存基数重新核定收入，调整或停发。
-- remedy_en: assess the income anew by the base of the contributions, and adjust or stop
-- message_zh: {found_on} 发现（{hits}）；已答复：{answered}；
--   其后发放 {amount_fen} 元。
-- message_en: found on {found_on} ({hits}); answered: {answered}; {amount_fen} yuan were paid since
-- needs: data_compared where registers = 'housing_fund' or 'social_insurance'; 没有与公积金、社会保险登记核对过; nothing was
--   compared with the register of contributions
-- facts: F015
WITH hits AS (
    SELECT * FROM open_hits WHERE register IN ('housing_fund', 'social_insurance')
),
answers AS (
    SELECT stream, position, effective_on FROM income_assessed
)
SELECT *
FROM (
    $paid_after_hits
) AS paid
