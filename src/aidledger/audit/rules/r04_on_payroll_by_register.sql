-- id: R04
-- title_zh: 登记财政供养期间发放
-- title_en: paid while on the public payroll by a register
-- explain_zh: 导入的财政供养人员登记中的人员（或者其家庭成员），供养期间仍有救助发放。
-- explain_en: A register of the public payroll names somebody (or a member of the household) who was
--   paid support in the same months.
-- not_zh: 登记所载开始当月、终止当月和登记日以后的发放；银行已全额退回的；已说明理由排除的（核对日
--   不早于登记日）；被同一单位后来的登记取代的。
-- not_en: the months in which it began and ended by the register, and those after its day; a line that
--   the bank gave back in full; a hit that was cleared with its reason by data not older than the
--   register; a register that a later one of the same unit replaced
-- severity: critical
-- basis_zh: 朔州、安吉 2018 公开审计；最低生活保障审核确认办法（2021）第十五条；S3-023
-- basis: published audits of Shuozhou and of Anji 2018; D21 art. 15; S3-023
-- remedy_zh: 停发，追回，并查明申请时的核对为何没有发现。
-- remedy_en: stop, recover, and ask why the comparison at the application did not find it
-- message_zh: {from_unit} 截至 {dated_on} 的登记（第 {line} 行）：月工资 {monthly_fen} 元；其间发放
--   {lines} 笔 {amount_fen} 元。
-- message_en: by the register of {from_unit} as of {dated_on} (line {line}): wages of {monthly_fen}
--   yuan a month; {lines} lines of {amount_fen} yuan were paid meanwhile
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- needs: register_imported where kind = 'payroll'; 没有导入财政供养人员登记; no register of the public payroll
--   was imported
-- facts: F014, S3-023
WITH named AS (
    SELECT *, ['payroll'] AS cleared_by FROM register_payroll
),
standing AS (
    $standing_rows
)
SELECT subject, positions, period, amount_fen, lines, line, from_unit, dated_on, monthly_fen
FROM (
    $paid_in_spans
) AS paid
