-- id: R05
-- title_zh: 登记领取职工养老金期间发放
-- title_en: paid while drawing a pension by a register
-- explain_zh: 导入的养老待遇登记中的人员领取职工或者机关事业单位养老金，其间仍有救助发放；险种未写
--   明的，月待遇超过阈值才算。
-- explain_en: A register of pensions names somebody who draws a pension of employees or of public staff
--   and was paid support meanwhile; where the scheme is not said, only above the threshold.
-- not_zh: 城乡居民养老金；险种未写明而月待遇不超过阈值的；登记所载开始当月、终止当月和登记日以后的
--   发放；银行已全额退回的；已说明理由排除的（核对日不早于登记日）；被同一单位后来的登记取代的。
-- not_en: a pension of residents; one of no named scheme up to the threshold; the months in which it
--   began and ended by the register, and those after its day; a line that the bank gave back in
--   full; a hit that was cleared with its reason by data not older than the register; a register
--   that a later one of the same unit replaced
-- severity: high
-- basis_zh: 最低生活保障审核确认办法（2021）第十五条；S3-023
-- basis: D21 art. 15; S3-023
-- thresholds: least_fen = 60000
-- remedy_zh: 按实际收入重新核定；不符合条件的停发并追回。
-- remedy_en: assess the income anew; stop and recover where the conditions are not met
-- message_zh: {from_unit} 截至 {dated_on} 的登记（第 {line} 行）：月养老金 {monthly_fen} 元；其间发
--   放 {lines} 笔 {amount_fen} 元。
-- message_en: by the register of {from_unit} as of {dated_on} (line {line}): a pension of {monthly_fen}
--   yuan a month; {lines} lines of {amount_fen} yuan were paid meanwhile
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- needs: register_imported where kind = 'pension'; 没有导入养老待遇登记; no register of pensions was
--   imported
-- facts: F014, S3-023
WITH named AS (
    SELECT *, ['pension', 'social_insurance'] AS cleared_by
    FROM register_pension
    WHERE scheme IN ('worker', 'staff') OR (COALESCE(scheme, 'other') = 'other' AND monthly_fen > $least_fen)
),
standing AS (
    $standing_rows
)
SELECT subject, positions, period, amount_fen, lines, line, from_unit, dated_on, monthly_fen
FROM (
    $paid_in_spans
) AS paid
