-- id: F086
-- title_zh: 截留零花钱
-- title_en: pocket money kept
-- explain_zh: 机构发放的零花钱没有本人签收：钱可能没有到老人手里。
-- explain_en: Pocket money was paid in an institution with no receipt by the resident: it may never have reached them.
-- not_zh: 有签收的；少发、未发的（见零花钱台账 pocket_money）。
-- not_en: what was signed for; too little or none at all (the model pocket_money says)
-- severity: high
-- basis_zh: 卢氏 2023 审计；S1-052
-- basis: Lushi audit 2023; S1-052
-- remedy_zh: 逐人核实，截留的退还本人并移送。
-- remedy_en: ask each resident; what was kept is given back, and the matter handed over
-- message_zh: {lines} 笔 {amount_fen} 元没有签收。
-- message_en: {lines} lines of {amount_fen} yuan without a receipt
-- needs: pocket_money_paid; 没有零花钱记录; no pocket money is recorded
-- facts: F086, S1-052
SELECT stream AS subject,
       LIST_SORT(ARRAY_AGG(position)) AS positions,
       MIN(month) || '/' || MAX(month) AS period,
       SUM(amount_fen) AS amount_fen,
       COUNT(*) AS lines
FROM pocket_money_paid
WHERE receipt IS NULL
GROUP BY stream
