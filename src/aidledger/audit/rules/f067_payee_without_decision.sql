-- id: F067
-- title_zh: 无批准发放
-- title_en: paid without a decision
-- explain_zh: 发放当日该案件没有任何批准，也没有足额的一次性救助决定。没有批准却在领钱的人，可能根本不存在。
-- explain_en: On the day of the payment the case had neither an approval nor help granted that covers it. Who is paid
--   without a decision may not exist.
-- not_zh: 发放当日或以前已批准的；一次性救助决定以内的；死亡、终止以后的发放（见 F001、F050）。
-- not_en: approved by that day; within the help granted in money; payments after death or termination (F001, F050)
-- severity: critical
-- basis_zh: 社会救助暂行办法（2014）第十一条至第十三条；公开审计中的虚列人员
-- basis: M14 art. 11 to 13; ghost payees in published audits
-- remedy_zh: 停发，核实有无其人；虚构的追回并移送。
-- remedy_en: stop, and look whether there is such a person; recover and hand over what was drawn for an invented one
-- message_zh: {lines} 笔 {amount_fen} 元发放时没有批准。
-- message_en: {lines} lines of {amount_fen} yuan were paid with no decision behind them
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- facts: F067
WITH approved AS (
    SELECT stream, MIN(effective_on) AS approved_on FROM application_approved GROUP BY stream
),
bare AS (
    SELECT issued.stream, issued.position, issued.effective_on, issued.month, issued.amount_fen
    FROM payment_issued AS issued
    LEFT JOIN approved ON approved.stream = issued.stream AND approved.approved_on <= issued.effective_on
    WHERE approved.stream IS NULL
),
moves AS (
    SELECT stream, position, effective_on, month, amount_fen AS fen, -amount_fen AS change_fen FROM bare
    UNION ALL
    SELECT granted.stream, granted.position, granted.effective_on, NULL, NULL, granted.amount_fen
    FROM help_granted AS granted
    WHERE granted.way = 'money' AND granted.stream IN (SELECT stream FROM bare)
    UNION ALL
    SELECT back.stream, back.position, back.effective_on, NULL, NULL, back.amount_fen
    FROM payment_returned AS back
    WHERE back.stream IN (SELECT stream FROM bare)
),
running AS (
    SELECT stream, position, month, fen,
           SUM(change_fen) OVER (PARTITION BY stream ORDER BY effective_on, position) AS left_fen
    FROM moves
)
SELECT stream AS subject,
       LIST_SORT(ARRAY_AGG(position)) AS positions,
       MIN(month) || '/' || MAX(month) AS period,
       SUM(fen) AS amount_fen,
       COUNT(*) AS lines
FROM running
WHERE fen > 0 AND left_fen < 0
GROUP BY stream
