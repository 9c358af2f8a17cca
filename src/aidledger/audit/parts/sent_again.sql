-- title_zh: 重发的是哪类款
-- title_en: what kind of line was sent again
-- reads: views alone
-- gives: position (of what was sent again), kind (that of the line whose sum it has)
SELECT sent.position, MIN(line.kind) AS kind
FROM payment_issued AS sent
JOIN payment_issued AS line
  ON line.stream = sent.stream AND line.month = sent.month
 -- a run may be named with its kind before it or without
 AND CASE WHEN line.run LIKE 'run/%' THEN line.run ELSE 'run/' || line.run END
     = CASE WHEN sent.run LIKE 'run/%' THEN sent.run ELSE 'run/' || sent.run END
 AND line.amount_fen = sent.amount_fen AND line.kind <> 'reissue'
WHERE sent.kind = 'reissue'
GROUP BY sent.position
