-- id: F025
-- title_zh: 其他互斥项目重复
-- title_en: other excluded pair
-- explain_zh: 同一人同月领取政策包互斥表（exclusions）中的两个项目。
-- explain_en: One person was paid in one month under two programmes that the matrix of the pack (exclusions) lets
--   nobody have together.
-- not_zh: 先后享受、月份不重叠的；一方已由银行全额退回的；政策包不互斥的；特困与低保（见 F021）、
--   特困与儿童项目（见 F022）。
-- not_en: one after the other, with no month of both; a line that the bank gave back in full; a pair that no pack
--   excludes; extreme hardship with the allowance (F021) or with a child allowance (F022)
-- severity: medium
-- basis_zh: 审计做法；政策包的互斥表
-- basis: audit practice; the pack's matrix of exclusions
-- parameters: exclusions
-- remedy_zh: 由本人（监护人）选择其一，终止另一项，追回重复部分。
-- remedy_en: let the person or the guardian choose one, end the other, and recover what was paid twice
-- message_zh: {programme} 与 {other} 同时发放 {months} 个月（{first_stream}、
--   {second_stream}）；重复至少 {amount_fen} 元。
-- message_en: paid as {programme} and as {other} for {months} months ({first_stream}, {second_stream}); at least
--   {amount_fen} yuan too much
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- facts: F025, S4-007
SELECT *
FROM (
    $paid_in_two_programmes
) AS paid
WHERE NOT (other = 'tekun' AND programme IN ('dibao', 'orphan'))
  AND NOT (programme = 'tekun' AND other = 'unattended')
