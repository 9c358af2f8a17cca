-- id: F064
-- title_zh: 重复发放
-- title_en: paid twice
-- explain_zh: 同一案件同一月份到账两笔以上，每笔扣除其退回后，仍超过当月最大的一笔（退回后重发的，超过原来的一笔）。
-- explain_en: One month of one case was paid more than once: each line less what came back of it, they are still more
--   than the greatest (what is sent again: than the line that came back).
-- not_zh: 退回后补发的；补差（超出应发的见 F054）；一次性救助（超出批准的见 F067）；一人两个案件的（见 F006）。
-- not_en: what was sent again after a return; arrears (beyond what is due: F054); help once (beyond what was granted:
--   F067); two cases of one person (F006)
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
    SELECT stream, month FROM payment_issued WHERE kind IN ('regular', 'reissue') GROUP BY stream, month HAVING COUNT(*) > 1
),
again AS (
    $sent_again
),
lines AS (
    SELECT issued.position, issued.stream, issued.month, issued.amount_fen, issued.kind,
           COALESCE(net.amount_fen, 0) AS net_fen
    FROM payment_issued AS issued
    JOIN twice ON twice.stream = issued.stream AND twice.month = issued.month
    LEFT JOIN again ON again.position = issued.position
    LEFT JOIN net_payments AS net ON net.position = issued.position
    WHERE issued.kind = 'regular' OR (issued.kind = 'reissue' AND COALESCE(again.kind, 'regular') = 'regular')
)
SELECT stream AS subject,
       LIST_SORT(ARRAY_AGG(position)) AS positions,
       month AS period,
       SUM(net_fen) - COALESCE(MAX(CASE WHEN kind = 'regular' THEN amount_fen END), MAX(amount_fen)) AS amount_fen,
       month,
       COUNT(*) AS lines
FROM lines
GROUP BY stream, month
HAVING COUNT(*) > 1
   AND SUM(net_fen) > COALESCE(MAX(CASE WHEN kind = 'regular' THEN amount_fen END), MAX(amount_fen))
