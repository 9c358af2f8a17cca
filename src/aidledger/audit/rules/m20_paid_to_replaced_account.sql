-- id: M20
-- title_zh: 付至已更换的账户
-- title_en: paid to an account that had been replaced
-- explain_zh: 案件早已改绑新账户，钱仍发到旧账户：花名册没有跟着改，旧账户可能已挂失、注销或在他人手里。
-- explain_en: Another account was bound to the case long before, and the money still went to the old one: the roster was not
--   changed, and the old account may be lost, closed or in somebody else's hands.
-- not_zh: 改绑后门槛天数之内发放的；其后又改绑回旧账户的；改绑在批次批准之后才录入的；从未登记过的账户（见 M10）；银行退回的。
-- not_en: paid within the days of the threshold after the change; bound back to the old account since; a change that was
--   recorded only after the run was approved; an account that was never bound (M10); what the bank gave back
-- severity: high
-- basis_zh: 最低生活保障审核确认办法（2021）第二十六条：发放到本人账户
-- basis: D21 art. 26: paid into the account of the person
-- thresholds: days = 15
-- remedy_zh: 问本人是否收到，查旧账户由谁取款；改用现账户，追回被他人领走的。
-- remedy_en: ask the person whether the money came, and who draws from the old account; use the new one, recover what others kept
-- message_zh: {since} 已改绑新账户，其后仍有 {lines} 笔 {amount_fen} 元发到旧账户，首次 {first_on}。
-- message_en: another account was bound on {since}; {lines} lines of {amount_fen} yuan went to the old one since, first on
--   {first_on}
-- needs: account_bound; 没有账户登记; no account is bound
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- facts: F063, S4-115
WITH paid AS (
    SELECT issued.stream, issued.account, issued.paid_on, issued.month, issued.position, net.amount_fen, net.approved
    FROM payment_issued AS issued
    JOIN net_payments AS net ON net.position = issued.position
),
newest AS (
    -- the account that was known when the run was approved, and had been for longer than the threshold
    SELECT paid.position, MAX_BY(bound.account, (bound.effective_on, bound.position)) AS account,
           MAX_BY(bound.position, (bound.effective_on, bound.position)) AS binding,
           MAX(bound.effective_on) AS since
    FROM paid
    JOIN account_bound AS bound
      ON bound.stream = paid.stream
     AND bound.position < paid.approved
     AND DATE_DIFF('day', bound.effective_on, paid.paid_on) > $days
    GROUP BY paid.position
),
astray AS (
    SELECT paid.stream, paid.account, paid.paid_on, paid.month, paid.position, paid.amount_fen,
           newest.binding, newest.since
    FROM paid
    JOIN newest ON newest.position = paid.position
    WHERE paid.account <> newest.account
      -- all zeros: the number was not given
      AND newest.account <> 'a00000000000000000000000000000000'
      AND EXISTS (
        SELECT 1 FROM account_bound AS bound
        WHERE bound.stream = paid.stream AND bound.account = paid.account AND bound.effective_on <= newest.since
      )
      AND NOT EXISTS (
        SELECT 1 FROM account_bound AS bound
        WHERE bound.stream = paid.stream AND bound.account = paid.account
          AND bound.effective_on BETWEEN newest.since AND paid.paid_on AND bound.position > newest.binding
      )
)
SELECT stream AS subject,
       LIST_SORT(LIST_CONCAT([binding], ARRAY_AGG(position))) AS positions,
       MIN(month) || '/' || MAX(month) AS period,
       SUM(amount_fen) AS amount_fen,
       since,
       MIN(paid_on) AS first_on,
       COUNT(*) AS lines
FROM astray
GROUP BY stream, account, binding, since
