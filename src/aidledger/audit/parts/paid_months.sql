-- title_zh: 按月实发
-- title_en: what each case was paid for each month
-- reads: streams (stream)
-- gives: stream, month, day (of the last payment), amount_fen (what the bank did not give back), positions
SELECT paid."case" AS stream, paid.month, MAX(issued.effective_on) AS day, SUM(paid.amount_fen) AS amount_fen,
       ARRAY_AGG(paid.position) AS positions
FROM net_payments AS paid
JOIN payment_issued AS issued ON issued.position = paid.position
WHERE paid."case" IN (SELECT stream FROM streams)
GROUP BY paid."case", paid.month
