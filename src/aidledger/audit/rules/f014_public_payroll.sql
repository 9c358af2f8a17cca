-- id: F014
-- title_zh: 财政供养人员
-- title_en: on the public payroll
-- explain_zh: 核对发现家庭成员由财政供养或者领取机关事业单位退休金，情况属实或者无人答复，仍给予或继续给予救助。
--   救助属于没有工资收入的人。疑点代号以登记代号开头，如 payroll-1。
-- explain_en: A comparison showed that a member is paid from public funds or draws a staff pension; it was
--   confirmed, or nobody answered, and support was granted or went on. A hit is named by its register
--   and a number: payroll-1.
-- not_zh: 已说明理由排除的疑点；在享期间发现、当月和下月的发放（须有时间处理）；其间已重新核定、停发或报告终止的。
-- not_en: a hit that was cleared with its reason; what is paid for the month of a comparison in support and the
--   next (there must be time to act); a case that was assessed anew, suspended or reported for termination
--   in it
-- severity: critical
-- basis_zh: 朔州、安吉 2018 公开审计；最低生活保障审核确认办法（2021）第十五条
-- basis: published audits of Shuozhou and of Anji 2018; D21 art. 15
-- thresholds: months = 2
-- remedy_zh: 停发，追回，并查明核对结果为何没有处理。
-- remedy_en: stop, recover, and ask why the comparison had no consequence
-- message_zh: {found_on} 发现（{hits}）；已答复：{answered}；
--   其后发放 {amount_fen} 元。
-- message_en: found on {found_on} ({hits}); answered: {answered}; {amount_fen} yuan were paid since
-- needs: data_compared where registers = 'payroll' or 'pension'; 没有与财政供养、退休金登记核对过; nothing was compared with the
--   register of the public payroll
-- facts: F014
WITH hits AS (
    SELECT * FROM open_hits WHERE register IN ('payroll', 'pension')
),
answers AS (
    SELECT stream, position, effective_on FROM income_assessed
)
SELECT *
FROM (
    $paid_after_hits
) AS paid
