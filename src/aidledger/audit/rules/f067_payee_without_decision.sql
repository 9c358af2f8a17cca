-- id: F067
-- title_zh: 无批准发放
-- title_en: paid without a decision
-- explain_zh: 发放当日该案件没有任何批准，也没有足额的一次性救助决定；或者已批准的案件，一次性发放超出给予的救助。没有批准却在领钱的人，可能根本不存在。
-- explain_en: On the day of the payment the case had neither an approval nor help granted that covers it, or an approved
--   case was paid help once beyond what was granted. Who is paid without a decision may not exist.
-- not_zh: 发放当日或以前已批准的按月发放；一次性救助决定以内的；死亡、终止以后的发放（见 F001、F050）。
-- not_en: paid by the month and approved by that day; within the help granted in money; payments after death or
--   termination (F001, F050)
-- severity: critical
-- basis_zh: 社会救助暂行办法（2014）第十一条至第十三条；公开审计中的虚列人员
-- basis: M14 art. 11 to 13; ghost payees in published audits
-- remedy_zh: 停发，核实有无其人；虚构的追回并移送。
-- remedy_en: stop, and look whether there is such a person; recover and hand over what was drawn for an invented one
-- message_zh: {lines} 笔 {amount_fen} 元发放时没有批准或者给予救助的决定。
-- message_en: {lines} lines of {amount_fen} yuan were paid with no decision behind them
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- facts: F067
WITH approved AS (
    SELECT stream, MIN(effective_on) AS approved_on FROM application_approved GROUP BY stream
),
issues AS (
    -- a run may be named with its kind before it or without
    SELECT stream, position, effective_on, month, kind, amount_fen,
           CASE WHEN run LIKE 'run/%' THEN run ELSE 'run/' || run END AS run
    FROM payment_issued
),
once AS (
    -- a return and what is sent once more do not say of which kind the line was: run, month and sum do
    SELECT DISTINCT stream, run, month, amount_fen FROM issues WHERE kind = 'one_off'
),
own_run AS (
    -- of a run in which a case has nothing but help once, every sum is
    SELECT once.stream, once.run, once.month
    FROM once
    LEFT JOIN issues AS other
      ON other.stream = once.stream AND other.run = once.run AND other.month = once.month
     AND other.kind IN ('regular', 'arrears')
    GROUP BY once.stream, once.run, once.month
    HAVING COUNT(other.position) = 0
),
bare AS (
    SELECT issued.stream, issued.position, issued.effective_on, issued.run, issued.month, issued.amount_fen,
           approved.stream IS NULL AS undecided
    FROM issues AS issued
    LEFT JOIN approved ON approved.stream = issued.stream AND approved.approved_on <= issued.effective_on
    LEFT JOIN once
      ON once.stream = issued.stream AND once.run = issued.run AND once.month = issued.month
     AND once.amount_fen = issued.amount_fen
    LEFT JOIN own_run
      ON own_run.stream = issued.stream AND own_run.run = issued.run AND own_run.month = issued.month
    WHERE approved.stream IS NULL
       OR issued.kind = 'one_off'
       OR (issued.kind = 'reissue' AND (once.stream IS NOT NULL OR own_run.stream IS NOT NULL))
),
moves AS (
    SELECT stream, position, effective_on, month, amount_fen AS fen, -amount_fen AS change_fen FROM bare
    UNION ALL
    SELECT granted.stream, granted.position, granted.effective_on, NULL, NULL, granted.amount_fen
    FROM help_granted AS granted
    WHERE granted.way = 'money' AND granted.stream IN (SELECT stream FROM bare)
    UNION ALL
    SELECT back.stream, back.position, back.effective_on, NULL, NULL, back.amount_fen
    FROM (
        SELECT stream, position, effective_on, month, amount_fen,
               CASE WHEN run LIKE 'run/%' THEN run ELSE 'run/' || run END AS run
        FROM payment_returned
    ) AS back
    WHERE (back.stream, back.run, back.month, back.amount_fen) IN (
              SELECT stream, run, month, amount_fen FROM bare
          )
       OR (back.stream, back.run, back.month) IN (
              SELECT stream, run, month FROM own_run
              UNION ALL
              SELECT stream, run, month FROM bare WHERE undecided
          )
),
running AS (
    SELECT stream, position, month, fen,
           SUM(change_fen) OVER (PARTITION BY stream ORDER BY effective_on, position) AS left_fen
    FROM moves
)
SELECT running.stream AS subject,
       LIST_SORT(ARRAY_AGG(running.position)) AS positions,
       MIN(running.month) || '/' || MAX(running.month) AS period,
       SUM(COALESCE(net.amount_fen, 0)) AS amount_fen,
       COUNT(*) AS lines
FROM running
LEFT JOIN net_payments AS net ON net.position = running.position
WHERE running.fen > 0 AND running.left_fen < 0
GROUP BY running.stream
