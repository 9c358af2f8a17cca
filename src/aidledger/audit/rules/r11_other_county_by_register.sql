-- id: R11
-- title_zh: 登记外县享受期间发放
-- title_en: paid here and in another county by a register
-- explain_zh: 导入的外县救助名册中的人员，在外县享受低保、特困等救助的月份在本县也有发放。
-- explain_en: A roll of another county names somebody who was paid here for months in which that county
--   supported the person as well.
-- not_zh: 类别不明的外县救助；登记所载开始当月、终止当月和登记日以后的发放；银行已全额退回的；已说
--   明理由排除的（核对日不早于登记日）；被同一单位后来的登记取代的。
-- not_en: help of another county of no known kind; the months in which it began and ended by the
--   register, and those after its day; a line that the bank gave back in full; a hit that was
--   cleared with its reason by data not older than the register; a register that a later one of
--   the same unit replaced
-- severity: critical
-- basis_zh: 最低生活保障审核确认办法（2021）第六条；S3-023、S4-007
-- basis: D21 art. 6; S3-023, S4-007
-- remedy_zh: 与外县核对，保留一处，其余停发并追回。
-- remedy_en: settle with the other county which of the two stays; stop and recover the other
-- message_zh: {from_unit} 截至 {dated_on} 的登记（第 {line} 行）：外县（{county}）享受 {programme}；
--   其间发放 {lines} 笔 {amount_fen} 元。
-- message_en: by the register of {from_unit} as of {dated_on} (line {line}): {programme} in the county
--   {county}; {lines} lines of {amount_fen} yuan were paid meanwhile
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- needs: register_imported where kind = 'other_county'; 没有导入外县救助名册; no roll of another county was
--   imported
-- facts: S3-023
WITH named AS (
    SELECT *, ['other_county'] AS cleared_by FROM register_other_county WHERE programme <> 'other'
),
standing AS (
    $standing_rows
)
SELECT subject, positions, period, amount_fen, lines, line, from_unit, dated_on, county, programme
FROM (
    $paid_in_spans
) AS paid
