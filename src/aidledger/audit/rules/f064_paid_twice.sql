-- id: F064
-- title_zh: 重复发放
-- title_en: paid twice
-- explain_zh: 同一案件同一月份到账两笔以上，扣除退回后仍超过其中最大的一笔。
-- explain_en: One month of one case was paid more than once: less what came back it is still more than the greatest
--   line.
-- not_zh: 退回后补发的；补差；一次性救助（超出批准的见 F067）；一人两个案件的（见 F006）。
-- not_en: what was sent again after a return; arrears; help once (beyond what was granted: F067); two cases of one
--   person (F006)
-- severity: critical
-- basis_zh: 一人、一项目、一月、一笔
-- basis: one person, one programme, one month, one payment
-- remedy_zh: 追回多发的，查明为何银行付了两次。
-- remedy_en: recover what was paid beyond one, and ask why the bank paid twice
-- message_zh: {month} 到账 {lines} 笔，多发 {amount_fen} 元。
-- message_en: {lines} lines arrived for {month}: {amount_fen} yuan too much
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- facts: F064
WITH twice AS (
    SELECT stream, month, COUNT(*) AS lines, SUM(amount_fen) AS paid_fen, MAX(amount_fen) AS most_fen
    FROM payment_issued
    WHERE kind IN ('regular', 'reissue')
    GROUP BY stream, month
    HAVING COUNT(*) > 1
),
returned AS (
    SELECT back.stream, back.month, SUM(back.amount_fen) AS amount_fen
    FROM payment_returned AS back
    JOIN twice ON twice.stream = back.stream AND twice.month = back.month
    GROUP BY back.stream, back.month
),
over AS (
    SELECT twice.stream, twice.month, twice.lines,
           twice.paid_fen - COALESCE(returned.amount_fen, 0) - twice.most_fen AS amount_fen
    FROM twice
    LEFT JOIN returned ON returned.stream = twice.stream AND returned.month = twice.month
    WHERE twice.paid_fen - COALESCE(returned.amount_fen, 0) > twice.most_fen
)
SELECT over.stream AS subject,
       LIST_SORT(ARRAY_AGG(issued.position)) AS positions,
       over.month AS period,
       over.amount_fen,
       over.month,
       over.lines
FROM over
JOIN payment_issued AS issued
  ON issued.stream = over.stream AND issued.month = over.month AND issued.kind IN ('regular', 'reissue')
GROUP BY over.stream, over.month, over.amount_fen, over.lines
