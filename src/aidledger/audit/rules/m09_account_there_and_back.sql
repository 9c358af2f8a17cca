-- id: M09
-- title_zh: 收款账户换出又换回
-- title_en: an account changed for a payment and changed back
-- explain_zh: 发放之前把收款账户换成另一个，钱到账后不久又换回原来的账户。这是截留一笔发放最省事的办法，事后看登记账户看不出来。
-- explain_en: Before a payment the account was changed to another, and soon after it back to the one before. It is the
--   easiest way to take one payment, and the account on record shows nothing of it afterwards.
-- not_zh: 换后没有换回的，或者换成第三个账户的；超过门槛天数才换回的；其间没有发放到该账户的；发放到该账户后被银行退回的；发放之前由他人向本人核实确认过变更的。
-- not_en: a change that stays, or goes on to a third account; one taken back after more days than the threshold; an account
--   that nothing was paid to meanwhile; payments to it that the bank gave back; a change that somebody confirmed with the
--   person before the payment
-- severity: high
-- basis_zh: 最低生活保障审核确认办法（2021）第二十六条：发放到本人账户
-- basis: D21 art. 26: paid into the account of the person
-- thresholds: days = 62
-- remedy_zh: 查该账户的开户人和取款人，问本人是否收到；冒领的追回并移送。
-- remedy_en: ask who holds the account and who drew from it, and whether the person had the money; recover what somebody
--   else kept, and hand it over
-- message_zh: {changed_on} 换户，发放 {lines} 笔 {amount_fen} 元，{back_on} 换回原账户。
-- message_en: account changed on {changed_on}, {lines} lines of {amount_fen} yuan paid to it, changed back on {back_on}
-- needs: account_bound; 没有账户登记; no account is bound
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- facts: S4-115
WITH bound AS (
    SELECT stream, account, effective_on, position,
           LAG(account) OVER (PARTITION BY stream ORDER BY effective_on, position) AS before
    FROM account_bound
),
changes AS (
    -- the same account bound again is no change
    SELECT stream, account, effective_on, position, before,
           LEAD(account) OVER (PARTITION BY stream ORDER BY effective_on, position) AS after,
           LEAD(effective_on) OVER (PARTITION BY stream ORDER BY effective_on, position) AS back_on,
           LEAD(position) OVER (PARTITION BY stream ORDER BY effective_on, position) AS back_position
    FROM bound
    WHERE before IS NULL OR before <> account
),
kept AS (
    SELECT issued.stream, issued.account, issued.paid_on, issued.month, net.amount_fen, issued.position
    FROM payment_issued AS issued
    JOIN net_payments AS net ON net.position = issued.position
),
there AS (
    SELECT changes.stream, changes.position, changes.back_position, changes.effective_on AS changed_on, changes.back_on,
           COUNT(*) AS lines, SUM(kept.amount_fen) AS amount_fen, ARRAY_AGG(kept.position) AS paid,
           MIN(kept.month) AS first_month, MAX(kept.month) AS last_month
    FROM changes
    JOIN kept
      ON kept.stream = changes.stream AND kept.account = changes.account
     AND kept.paid_on >= changes.effective_on AND DATE_DIFF('day', changes.effective_on, kept.paid_on) <= $days
    WHERE changes.before = changes.after AND DATE_DIFF('day', changes.effective_on, changes.back_on) <= $days
      AND NOT EXISTS (
        SELECT 1 FROM account_change_confirmed AS confirmed
        WHERE confirmed.stream = changes.stream AND confirmed.account = changes.account
          AND confirmed.position < kept.position
      )
    GROUP BY changes.stream, changes.position, changes.back_position, changes.effective_on, changes.back_on
)
SELECT stream AS subject,
       LIST_SORT(LIST_DISTINCT(LIST_CONCAT(paid, [position, back_position]))) AS positions,
       first_month || '/' || last_month AS period,
       amount_fen,
       changed_on,
       back_on,
       lines
FROM there
