-- id: F016
-- title_zh: 存款理财超过限额
-- title_en: deposits or securities above the limit
-- explain_zh: 批准前核定的存款超过政策包规定的人均限额（deposit_limit_fen）乘以家庭人数；
--   或者核对发现存款、理财，情况属实或者无人答复，仍给予或继续给予救助。疑点代号以登记代号开头，
--   如 deposits-1。
-- explain_en: Deposits assessed before the approval were above the pack's limit for each member
--   (deposit_limit_fen); or a comparison showed deposits or securities that were confirmed or that
--   nobody answered for, and support was granted or went on. A hit is named by its register and a
--   number: deposits-1.
-- not_zh: 已说明理由排除的疑点；在享期间发现、当月和下月的发放（须有时间处理）；其间已重新核定、
--   停发或报告终止的；恰在限额的。
-- not_en: a hit that was cleared with its reason; what is paid for the month of a comparison in support and the
--   next (there must be time to act); a case that was assessed anew, suspended or reported for termination
--   in it; exactly at the limit
-- severity: high
-- basis_zh: 最低生活保障审核确认办法（2021）第十四条、第十七条；政策包参数 deposit_limit_fen
-- basis: D21 art. 14 and 17; pack parameter deposit_limit_fen
-- thresholds: months = 2
-- remedy_zh: 按核对日余额重新核定；超过限额的停发并追回。
-- remedy_en: assess anew by the balance on the day of the comparison; above the limit, stop and recover
-- message_zh: {found_on} 发现（{hits}），核定 {counted_fen}，
--   限额 {allowed_fen}；已答复：{answered}；
--   其后发放 {amount_fen} 元。
-- message_en: found on {found_on} ({hits}), assessed {counted_fen} where {allowed_fen} are allowed; answered:
--   {answered}; {amount_fen} yuan were paid since
-- needs: property_assessed; 没有财产核定记录; no property is assessed
-- facts: F016
WITH hits AS (
    SELECT * FROM open_hits WHERE register IN ('deposits', 'securities')
),
property AS (
    SELECT * FROM assessed_property WHERE kind = 'deposits_fen'
)
SELECT * EXCLUDE (counted, allowed), counted AS counted_fen, allowed AS allowed_fen
FROM (
    $paid_over_limit
) AS paid
