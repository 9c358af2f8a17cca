-- id: F069
-- title_zh: 付至经办人
-- title_en: paid to a handler or a relative
-- explain_zh: 案件的收款账户，是工作人员申报的本人或亲属账户。
-- explain_en: The account that a case is bound or paid to is one that an officer has declared: their own or a
--   relative's.
-- not_zh: 未申报为工作人员账户的；工作人员本人依法享受的，复核后排除。
-- not_en: an account that nobody declared. An officer who is lawfully supported is left out on review
-- severity: critical
-- basis_zh: 最低生活保障审核确认办法（2021）第十一条（经办人员及其近亲属备案）；喜德、普格：经工作人员账户套取
-- basis: D21 art. 11 (handlers and their relatives are put on record); Xide, Puge: money drawn through staff accounts
-- remedy_zh: 停付并更换账户；核实领取人，截留的追回并移送。
-- remedy_en: stop and bind the person's own account; see who drew the money, recover what was kept, and hand it over
-- message_zh: 账户为工作人员申报的账户（{holder}），已发放 {lines} 笔 {amount_fen} 元。
-- message_en: the account is one that an officer has declared ({holder}); {lines} lines of {amount_fen} yuan were paid
--   to it
-- needs: staff_account_declared; 没有工作人员账户申报; no officer has declared an account
-- facts: F069
WITH declared AS (
    SELECT account, MIN(position) AS position, MAX_BY(holder, position) AS holder
    FROM staff_account_declared
    GROUP BY account
),
touched AS (
    SELECT bound.stream, bound.account, bound.position, 0 AS fen, 0 AS line, NULL AS month
    FROM account_bound AS bound
    JOIN declared ON declared.account = bound.account
    UNION ALL
    -- what the bank gave back was paid there all the same, and is no money there
    SELECT issued.stream, issued.account, issued.position, COALESCE(net.amount_fen, 0), 1, issued.month
    FROM payment_issued AS issued
    JOIN declared ON declared.account = issued.account
    LEFT JOIN net_payments AS net ON net.position = issued.position
),
summed AS (
    SELECT stream, account, SUM(fen) AS amount_fen, SUM(line) AS lines, ARRAY_AGG(position) AS positions,
           MIN(month) AS first_month, MAX(month) AS last_month
    FROM touched
    GROUP BY stream, account
)
SELECT summed.stream AS subject,
       LIST_SORT(LIST_CONCAT(summed.positions, [declared.position])) AS positions,
       summed.first_month || '/' || summed.last_month AS period,
       summed.amount_fen,
       declared.holder,
       summed.lines
FROM summed
JOIN declared ON declared.account = summed.account
