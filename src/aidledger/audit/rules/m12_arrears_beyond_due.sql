-- id: M12
-- title_zh: 补差超过应发
-- title_en: arrears beyond what is due
-- explain_zh: 某月补差以后，当月实发合计超过当月的待遇核定。补差不受"一月一笔"的限制，花名册也不比对金额，是重复领取最省事的办法。
-- explain_en: With its arrears a month was paid more than the entitlement of that month. No rule keeps arrears to one line a
--   month or to a sum, so they are the easiest way to draw a month again.
-- not_zh: 补到核定为止的；银行退回后改按补差发放的；追回以后又补发的；发放当时的核定足额、以后才调低的；没有待遇核定的案件（见 F067）；
--   死亡、终止以后的月份（见 F001、F050）。
-- not_en: arrears up to the entitlement; a line that the bank gave back and that was paid as arrears; what was recovered
--   and paid again; an entitlement that was lowered after the payment; cases without any entitlement (F067); months after a
--   death or an end (F001, F050)
-- severity: high
-- basis_zh: 按核定标准发放（S4-023）
-- basis: paid by the standard of the month (S4-023)
-- remedy_zh: 追回超过核定的部分，查明补差的依据和经办人。
-- remedy_en: recover what is beyond the entitlement, and ask who put the arrears on the roster and why
-- message_zh: {month} 应发 {due_fen} 元，实发 {paid_fen} 元，其中补差 {arrears_fen} 元。
-- message_en: {due_fen} yuan were due for {month} and {paid_fen} yuan paid, {arrears_fen} yuan of them as arrears
-- needs: payment_issued where kind = 'arrears'; 没有补差; no arrears were paid
-- needs: entitlement_set; 没有待遇核定; no entitlement is set
-- facts: F054, F064, S4-023
WITH asked AS (
    SELECT DISTINCT stream, month
    FROM payment_issued
    WHERE kind = 'arrears' AND stream IN (SELECT stream FROM entitlement_set)
),
issued AS (
    SELECT paid.stream, paid.month, paid.run, paid.position, paid.kind, paid.amount_fen
    FROM payment_issued AS paid
    JOIN asked ON asked.stream = paid.stream AND asked.month = paid.month
),
again AS (
    $sent_again
),
lines AS (
    SELECT issued.stream, issued.month, issued.position, net.amount_fen,
           COALESCE(again.kind, issued.kind) = 'arrears' AS is_arrears
    FROM issued
    JOIN net_payments AS net ON net.position = issued.position
    LEFT JOIN again ON again.position = issued.position
    WHERE COALESCE(again.kind, issued.kind) <> 'one_off'
),
recovered AS (
    SELECT stream, month, SUM(amount_fen) AS fen FROM payment_recovered GROUP BY stream, month
),
sums AS (
    SELECT lines.stream, lines.month, SUM(lines.amount_fen) - MAX(COALESCE(recovered.fen, 0)) AS paid_fen,
           SUM(CASE WHEN lines.is_arrears THEN lines.amount_fen ELSE 0 END) AS arrears_fen,
           ARRAY_AGG(lines.position) AS positions
    FROM lines
    LEFT JOIN recovered ON recovered.stream = lines.stream AND recovered.month = lines.month
    GROUP BY lines.stream, lines.month
),
moments AS (
    -- as it was set when each line was paid, and as it is set now
    SELECT stream, month, position FROM lines
    UNION ALL
    SELECT stream, month, 9007199254740991 FROM asked
),
held AS (
    SELECT moments.stream, moments.month, moments.position,
           MAX_BY(sets.monthly_fen, (sets.from_month, sets.position)) AS fen,
           MAX_BY(sets.position, (sets.from_month, sets.position)) AS entitlement
    FROM moments
    JOIN entitlement_set AS sets
      ON sets.stream = moments.stream AND sets.from_month <= moments.month AND sets.position < moments.position
    GROUP BY moments.stream, moments.month, moments.position
),
due AS (
    SELECT stream, month, MAX(fen) AS fen, MAX_BY(entitlement, (fen, entitlement)) AS entitlement
    FROM held
    GROUP BY stream, month
)
SELECT sums.stream AS subject,
       LIST_SORT(
           CASE WHEN due.entitlement IS NULL THEN sums.positions ELSE LIST_CONCAT([due.entitlement], sums.positions) END
       ) AS positions,
       sums.month AS period,
       sums.paid_fen - COALESCE(due.fen, 0) AS amount_fen,
       sums.month,
       COALESCE(due.fen, 0) AS due_fen,
       sums.paid_fen,
       sums.arrears_fen
FROM sums
LEFT JOIN due ON due.stream = sums.stream AND due.month = sums.month
-- without arrears that stayed, what is too much is another rule's
WHERE sums.arrears_fen > 0 AND sums.paid_fen > COALESCE(due.fen, 0)
