-- id: F063
-- title_zh: 账户非本人
-- title_en: account of somebody else
-- explain_zh: 登记的收款账户不是本人、监护人或供养机构的，账本里也没有记录该案件有监护人。钱到了谁手里，无人说得清。
-- explain_en: The account that is bound belongs to neither the person nor a guardian nor the institution, and the
--   ledger knows of no guardian of the case. Nobody can say whose hands the money reached.
-- not_zh: 本人、监护人、供养机构的账户；登记时已有监护人记录的（代管协议本身不入账本，有协议的复核后排除）。
-- not_en: accounts of the person, a guardian or the institution; a case with a guardian on record by then (custody
--   agreements themselves are not recorded: who has one is left out on review)
-- severity: critical
-- basis_zh: 最低生活保障审核确认办法（2021）第二十六条
-- basis: D21 art. 26
-- remedy_zh: 核实资金去向，改为本人账户；冒领的追回并移送。
-- remedy_en: ask where the money went, bind the person's own account; recover what somebody else kept, and hand it over
-- message_zh: {bound_on} 登记他人账户，已发放 {lines} 笔 {amount_fen} 元。
-- message_en: somebody else's account bound on {bound_on}; {lines} lines of {amount_fen} yuan were paid to it
-- needs: account_bound; 没有账户登记; no account is bound
-- facts: F063
WITH guarded AS (
    SELECT stream, MIN(from_on) AS from_on FROM guardian_recorded GROUP BY stream
),
others AS (
    SELECT bound.stream, bound.account, MIN(bound.effective_on) AS bound_on, ARRAY_AGG(bound.position) AS positions
    FROM account_bound AS bound
    LEFT JOIN guarded ON guarded.stream = bound.stream AND guarded.from_on <= bound.effective_on
    WHERE bound.holder = 'other' AND guarded.stream IS NULL
    GROUP BY bound.stream, bound.account
),
paid AS (
    SELECT net."case" AS stream, net.account, COUNT(*) AS lines, SUM(net.amount_fen) AS amount_fen,
           MIN(net.month) AS first_month, MAX(net.month) AS last_month
    FROM net_payments AS net
    JOIN others ON others.stream = net."case" AND others.account = net.account
    GROUP BY net."case", net.account
)
SELECT others.stream AS subject,
       LIST_SORT(others.positions) AS positions,
       paid.first_month || '/' || paid.last_month AS period,
       COALESCE(paid.amount_fen, 0) AS amount_fen,
       others.bound_on,
       COALESCE(paid.lines, 0) AS lines
FROM others
LEFT JOIN paid ON paid.stream = others.stream AND paid.account = others.account
