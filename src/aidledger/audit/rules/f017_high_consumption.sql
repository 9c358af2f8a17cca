-- id: F017
-- title_zh: 高消费
-- title_en: high consumption
-- explain_zh: 核对发现高收费学校、出境旅游等消费，没有说明原因，仍给予或继续给予救助。
--   实际生活水平可能明显高于申报。疑点代号以登记代号开头，如 consumption-1。
-- explain_en: A comparison showed a paid school, travel abroad and the like, no explanation is recorded, and
--   support was granted or went on. The household may live far above what it declared. A hit is named
--   by its register and a number: consumption-1.
-- not_zh: 已说明理由排除的疑点；在享期间发现、当月和下月的发放（须有时间处理）；其间已重新核定、停发或报告终止的。
-- not_en: a hit that was cleared with its reason; what is paid for the month of a comparison in support and the
--   next (there must be time to act); a case that was assessed anew, suspended or reported for termination
--   in it
-- severity: medium
-- basis_zh: 最低生活保障审核确认办法（2021）第十七条
-- basis: D21 art. 17
-- thresholds: months = 2
-- remedy_zh: 请申请人说明费用由谁承担，必要时重新核定。
-- remedy_en: have the household say who bore the cost, and assess anew where need be
-- message_zh: {found_on} 发现（{hits}）；已答复：{answered}；
--   其后发放 {amount_fen} 元。
-- message_en: found on {found_on} ({hits}); answered: {answered}; {amount_fen} yuan were paid since
-- needs: data_compared where registers = 'consumption'; 没有与消费登记核对过; nothing was compared with the register of
--   consumption
-- facts: F017
WITH hits AS (
    SELECT * FROM open_hits WHERE register = 'consumption'
),
answers AS (
    SELECT stream, position, effective_on FROM income_assessed
    UNION ALL
    SELECT stream, position, effective_on FROM property_assessed
)
SELECT *
FROM (
    $paid_after_hits
) AS paid
