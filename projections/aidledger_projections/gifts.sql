-- title_zh: 节日慰问台账
-- title_en: gifts handed over
-- key: township, occasion
-- for: money and goods handed over at each occasion, to how many persons, and how many without a receipt
-- facts: S4-085, S4-087
SELECT case_state.township,
       gift_handed.occasion,
       COUNT(*) AS handed,
       COUNT(DISTINCT gift_handed.stream) AS persons,
       SUM(CASE WHEN gift_handed.way = 'money' THEN gift_handed.amount_fen ELSE 0 END) AS money_fen,
       SUM(CASE WHEN gift_handed.way = 'goods' THEN gift_handed.amount_fen ELSE 0 END) AS goods_fen,
       SUM(gift_handed.quantity) AS quantity,
       SUM(CASE WHEN gift_handed.receipt IS NULL THEN 1 ELSE 0 END) AS without_receipt,
       SUM(CASE WHEN gift_handed.effective_on > case_state.died_on THEN 1 ELSE 0 END) AS after_death,
       LIST_SORT(ARRAY_AGG(gift_handed.position)) AS positions
FROM gift_handed
JOIN case_state ON case_state."case" = gift_handed.stream
WHERE case_state.township IS NOT NULL
GROUP BY case_state.township, gift_handed.occasion
