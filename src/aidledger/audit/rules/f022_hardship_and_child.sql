-- id: F022
-- title_zh: 特困与孤儿、事实无人抚养儿童重复
-- title_en: extreme hardship and a child allowance
-- explain_zh: 同一儿童同月既领取特困供养，又领取孤儿或事实无人抚养儿童基本生活费，而政策包规定两者互斥，须选择其一。
-- explain_en: One child was paid in extreme hardship and as an orphan or unattended child in one month, where the
--   pack lets only one of the two stand and the child has to choose.
-- not_zh: 先后享受、月份不重叠的；一方已由银行全额退回的；政策包不互斥的；
--   孤儿与事实无人抚养儿童之间（见 F025）。
-- not_en: one after the other, with no month of both; a line that the bank gave back in full; a pair that no pack
--   excludes; orphan and unattended (F025)
-- severity: high
-- basis_zh: 特困人员认定办法（2021）第九条；C17
-- basis: K21 art. 9; C17
-- parameters: exclusions
-- remedy_zh: 由本人（监护人）选择其一，终止另一项，追回重复部分。
-- remedy_en: let the person or the guardian choose one, end the other, and recover what was paid twice
-- message_zh: {programme} 与 {other} 同时发放 {months} 个月（{first_stream}、
--   {second_stream}）；重复至少 {amount_fen} 元。
-- message_en: paid as {programme} and as {other} for {months} months ({first_stream}, {second_stream}); at least
--   {amount_fen} yuan too much
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- facts: F022, C17, S4-006
SELECT *
FROM (
    $paid_in_two_programmes
) AS paid
WHERE (programme = 'orphan' AND other = 'tekun') OR (programme = 'tekun' AND other = 'unattended')
