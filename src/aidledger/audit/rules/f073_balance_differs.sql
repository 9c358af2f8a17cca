-- id: F073
-- title_zh: 账实不符
-- title_en: books and bank differ
-- explain_zh: 银行对账单上某日的余额与账面余额不符：有钱进出而未记账，或记了账而没有钱。
-- explain_en: On the day of a statement the bank has another balance than the books: money moved without an entry, or
--   an entry without money.
-- not_zh: 对账单日以后才生效的收支；分文不差的。
-- not_en: movements that take effect after the day of the statement; equal to the fen
-- severity: critical
-- basis_zh: 同日账面余额与银行余额应当一致
-- basis: the balance of the books and that of the bank on one day are one number
-- remedy_zh: 逐笔核对至相符；查不清去向的移送。
-- remedy_en: reconcile line by line; hand over what nobody can account for
-- message_zh: {stated_on} 银行余额 {stated_fen} 元，账面 {booked_fen} 元，相差 {amount_fen} 元。
-- message_en: on {stated_on} the bank had {stated_fen} yuan and the books {booked_fen}: {amount_fen} yuan apart
-- needs: bank_statement_received; 没有银行对账单; no statement of a bank is recorded
-- facts: F073, S4-115
SELECT bank_statements.fund AS subject,
       [bank_statements.position] AS positions,
       CAST(bank_statements.stated_on AS VARCHAR) AS period,
       ABS(bank_statements.difference_fen) AS amount_fen,
       bank_statements.stated_on,
       bank_statements.stated_fen,
       bank_statements.booked_fen
FROM bank_statements
WHERE bank_statements.difference_fen <> 0
