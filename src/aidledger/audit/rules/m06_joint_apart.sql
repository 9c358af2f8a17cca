-- id: M06
-- title_zh: 资金衔接不符
-- title_en: a joint of the money's way is apart
-- explain_zh: 资金从下达到个人的某个衔接处，两侧条目不符：到的比发的多，或者没有来处。批次各环节见 F061，账面与银行见 F073，
--   应得与实得见 F050、F054、M22 等。
-- explain_en: At a joint of the money's way two entries that must agree do not: more arrived than was sent, or nobody
--   sent it. The stages of a run are F061's, books and bank F073's, what persons were due F050's, F054's, M22's and others'.
-- not_zh: 发出而尚未到的（在途）；没有记录可以说明的（无从核对）。
-- not_en: what was sent and has not arrived (under way); what nothing recorded could show
-- severity: medium
-- basis_zh: 不同人员对同一笔钱的记载应当一致
-- basis: two entries of different people about the same money are one number
-- remedy_zh: 按所列条目逐笔对账；没有来处的资金查明来源。
-- remedy_en: reconcile the entries that are named; ask where money came from that nobody sent
-- message_zh: {joint}（{item}）：一侧 {left_fen} 元，另一侧 {right_fen} 元，不符 {amount_fen} 元。
-- message_en: {joint} of {item}: {left_fen} yuan on one side, {right_fen} yuan on the other, {amount_fen} yuan apart
-- needs: fund_joints; 没有资金记录; no money is recorded
-- facts: S4-067, S4-115
SELECT CASE WHEN item = '' THEN joint ELSE item END AS subject,
       LIST_SORT(LIST_DISTINCT(LIST_CONCAT(left_positions, right_positions))) AS positions,
       CASE WHEN period <> '' THEN period END AS period,
       apart_fen AS amount_fen,
       joint,
       item,
       left_fen,
       right_fen
FROM fund_joints
WHERE state = 'apart'
  AND joint IN ('allocated', 'transferred', 'returned', 'put_back', 'reissued', 'issued_again', 'used', 'recovered')
