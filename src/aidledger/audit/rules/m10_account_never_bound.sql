-- id: M10
-- title_zh: 付至未登记账户
-- title_en: paid to an account that is not that of the case
-- explain_zh: 案件登记有收款账户，钱却发到了该案件从未登记过的账户，或者登记以后又作废、更正的账户：花名册或银行文件里的账户被换掉了，登记账户看不出来。
-- explain_en: An account is bound to the case, and the money went to one that never was, or whose binding was annulled or corrected
--   since: the roster or the bank's file names another account, and the account on record shows nothing of it.
-- not_zh: 发到以前登记过的账户的；银行退回的；至发放之日尚无任何登记账户的；发放之日已生效、之后才录入的登记。
-- not_en: an account that was bound to the case before; what the bank gave back; cases to which no account was bound by that
--   day; an account that was bound by that day and recorded later
-- severity: critical
-- basis_zh: 最低生活保障审核确认办法（2021）第二十六条：发放到本人账户
-- basis: D21 art. 26: paid into the account of the person
-- remedy_zh: 查该账户的开户人和取款人，核对花名册与银行文件；冒领的追回并移送。
-- remedy_en: ask who holds the account and who drew from it, compare roster and bank file; recover what somebody else kept,
--   and hand it over
-- message_zh: 发放 {lines} 笔 {amount_fen} 元到没有有效登记的账户，首次 {first_on}。
-- message_en: {lines} lines of {amount_fen} yuan paid to an account that no valid binding has, first on {first_on}
-- needs: account_bound; 没有账户登记; no account is bound
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- facts: F063, S4-115
WITH astray AS (
    SELECT issued.stream, issued.account, issued.paid_on, issued.month, net.amount_fen, issued.position
    FROM payment_issued AS issued
    JOIN net_payments AS net ON net.position = issued.position
    WHERE (
        EXISTS (
            -- all zeros: the number was not given, and nothing can be held against it
            SELECT 1 FROM account_bound AS bound
            WHERE bound.stream = issued.stream AND bound.effective_on <= issued.paid_on
              AND bound.account <> 'a00000000000000000000000000000000'
        )
        OR EXISTS (
            -- bound by mistake, and taken back since
            SELECT 1 FROM entry_version AS mistaken
            WHERE mistaken.stream = issued.stream AND mistaken.type = 'AccountBound' AND mistaken.number = 0
              AND mistaken.effective_on <= issued.paid_on
        )
      )
      AND NOT EXISTS (
        SELECT 1 FROM account_bound AS bound
        WHERE bound.stream = issued.stream AND bound.account = issued.account AND bound.effective_on <= issued.paid_on
      )
)
SELECT stream AS subject,
       LIST_SORT(ARRAY_AGG(position)) AS positions,
       MIN(month) || '/' || MAX(month) AS period,
       SUM(amount_fen) AS amount_fen,
       MIN(paid_on) AS first_on,
       COUNT(*) AS lines
FROM astray
GROUP BY stream, account
