-- title_zh: 试算平衡表
-- title_en: trial balance
-- key: account
-- for: what stands on each account, debit and credit; over all accounts the two are equal to the fen
-- facts: S4-115, S4-118
SELECT account,
       SUM(debit_fen) AS debit_fen,
       SUM(credit_fen) AS credit_fen,
       SUM(debit_fen) - SUM(credit_fen) AS balance_fen,
       LIST_SORT(ARRAY_AGG(position)) AS positions
FROM postings
GROUP BY account
