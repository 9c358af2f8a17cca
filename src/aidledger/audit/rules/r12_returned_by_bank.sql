-- id: R12
-- title_zh: 银行未付而账本记为已付
-- title_en: given back by the bank, and paid by the ledger
-- explain_zh: 银行代发结果中一笔发放失败或者退回，账本却记为已发放，没有退回记录：人没有领到钱，钱
--   在哪里须查明。
-- explain_en: The bank's results say that a line failed or came back, while the ledger has it as paid
--   and knows of no return: the person has no money, and where it lies is to be asked.
-- not_zh: 已记录退回的；补发或者金额、账户不同的；被同一单位后来的结果取代的。
-- not_en: a return that is recorded; a line of another amount or account; results that a later file of
--   the unit replaced
-- severity: high
-- basis_zh: S1-069、S3-023
-- basis: S1-069, S3-023
-- remedy_zh: 核对银行流水，记录退回并补发。
-- remedy_en: hold it against the statement, record the return, and pay again
-- message_zh: {from_unit} 的结果（第 {line} 行）：{paid_on} 退回 {amount_fen} 元，账本无退回记录。
-- message_en: results of {from_unit} (line {line}): {amount_fen} yuan came back on {paid_on}, and the
--   ledger knows of no return
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- needs: register_imported where kind = 'bank_results'; 没有导入银行代发结果; no file of results from the
--   bank was imported
-- facts: F064, S3-023
SELECT paid."case" AS subject,
       LIST_SORT([MIN(named.position), paid.position]) AS positions,
       paid.month AS period,
       MIN(paid.amount_fen) AS amount_fen,
       MIN(registers.from_unit) AS from_unit,
       MIN(named.line) AS line,
       MIN(named.paid_on) AS paid_on
FROM register_bank_results AS named
JOIN registers ON registers.position = named.position AND registers.replaced_by IS NULL
JOIN net_payments AS paid
  ON paid.account = named.account AND paid.issued_fen = named.amount_fen AND paid.amount_fen = paid.issued_fen
 AND paid.month = COALESCE(named.month, SUBSTRING(CAST(named.paid_on AS VARCHAR), 1, 7))
WHERE named.result = 'returned'
GROUP BY paid."case", paid.position, paid.month
