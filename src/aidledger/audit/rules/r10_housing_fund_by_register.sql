-- id: R10
-- title_zh: 登记缴存公积金期间发放
-- title_en: paid while paying into the housing fund by a register
-- explain_zh: 导入的住房公积金登记中的人员正常缴存公积金，即有工资收入，其间仍有救助发放。
-- explain_en: A register of the housing provident fund names somebody who paid into it, and so had
--   wages, and was paid support meanwhile.
-- not_zh: 已封存、销户的账户；缴至月份以后的发放；登记所载开始当月、终止当月和登记日以后的发放；银
--   行已全额退回的；已说明理由排除的（核对日不早于登记日）；被同一单位后来的登记取代的。
-- not_en: a closed account; months after the last one that was paid into; the months in which it began
--   and ended by the register, and those after its day; a line that the bank gave back in full; a
--   hit that was cleared with its reason by data not older than the register; a register that a
--   later one of the same unit replaced
-- severity: high
-- basis_zh: 最低生活保障审核确认办法（2021）第十五条；S3-023
-- basis: D21 art. 15; S3-023
-- remedy_zh: 核实工资收入，重新核定；不符合条件的停发并追回。
-- remedy_en: verify the wages and assess anew; stop and recover where the conditions are not met
-- message_zh: {from_unit} 截至 {dated_on} 的登记（第 {line} 行）：月缴存 {monthly_fen} 元；其间发放
--   {lines} 笔 {amount_fen} 元。
-- message_en: by the register of {from_unit} as of {dated_on} (line {line}): {monthly_fen} yuan paid
--   into the fund a month; {lines} lines of {amount_fen} yuan were paid meanwhile
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- needs: register_imported where kind = 'housing_fund'; 没有导入住房公积金登记; no register of the housing
--   fund was imported
-- facts: F015, S3-023
WITH named AS (
    SELECT *, ['housing_fund'] AS cleared_by, CAST(paid_to_month || '-01' AS DATE) + TO_MONTHS(1) AS to_on
    FROM register_housing_fund
    WHERE COALESCE(state, 'open') = 'open'
),
standing AS (
    $standing_rows
)
SELECT subject, positions, period, amount_fen, lines, line, from_unit, dated_on, monthly_fen
FROM (
    $paid_in_spans
) AS paid
