-- title_zh: 附已发金额
-- title_en: with what the case was paid
-- reads: found (stream)
-- gives: each row of found with period and amount_fen: all that was paid to the case, each payment once
SELECT found.*, paid.period, COALESCE(paid.amount_fen, 0) AS amount_fen
FROM found
LEFT JOIN (
    SELECT stream, MIN(month) || '/' || MAX(month) AS period, SUM(amount_fen) AS amount_fen
    FROM payment_issued
    WHERE kind <> 'reissue' AND stream IN (SELECT stream FROM found)
    GROUP BY stream
) AS paid ON paid.stream = found.stream
