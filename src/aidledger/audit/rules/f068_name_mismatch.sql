-- id: F068
-- title_zh: 名册与账户不符
-- title_en: another name at the bank
-- explain_zh: 银行因户名与姓名不符退回款项：账户属于别人，或名册上的人有误。
-- explain_en: The bank gave a line back because the account has another name: it is somebody else's, or the roster
--   names the wrong person.
-- not_zh: 因销户、冻结等其他原因退回的。
-- not_en: what came back for another reason, such as a closed account
-- severity: high
-- basis_zh: 银行结果与发放名册逐人核对
-- basis: the bank's result is held against the roster, name by name
-- remedy_zh: 核实身份和账户，更正后补发；冒名的停发并移送。
-- remedy_en: see who the person is and whose the account; correct and pay, or stop and hand over a borrowed name
-- message_zh: {lines} 笔 {amount_fen} 元因户名不符退回。
-- message_en: {lines} lines of {amount_fen} yuan came back because the account has another name
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- facts: F068
SELECT stream AS subject,
       LIST_SORT(ARRAY_AGG(position)) AS positions,
       MIN(month) || '/' || MAX(month) AS period,
       SUM(amount_fen) AS amount_fen,
       COUNT(*) AS lines
FROM payment_returned
WHERE reason = 'name_mismatch'
GROUP BY stream
