-- id: M17
-- title_zh: 付至已故户主的账户
-- title_en: paid into the account of a head who died
-- explain_zh: 户主死亡已作为家庭成员变化记录，低保继续发放，钱却仍进其生前登记的本人账户，没有改绑到在世成员的账户。
--   谁在支取，账本说不清。
-- explain_en: The death of the head is recorded as a change of the household, and what is due to the others still goes into
--   the account that was the head's own. Nobody can say from the record who draws from it.
-- not_zh: 死亡后门槛天数之内发放的；死亡后重新登记过账户的（含监护人、机构账户）；银行退回的；账户登记时就不是本人的。
-- not_en: paid within the days of the threshold after the death; an account bound again since the death, also one of a
--   guardian or an institution; what the bank gave back; an account that was not the head's own
-- severity: high
-- basis_zh: 最低生活保障审核确认办法（2021）第二十六条：发放到本人账户；家庭成员死亡后须复核（F002）；账户非本人（F063）
-- basis: D21 art. 26: paid into the account of the person; a household is reviewed after a death (F002); accounts of others (F063)
-- thresholds: days = 30
-- remedy_zh: 登记在世成员的账户，查死亡后该账户的取款人；被他人领走的追回并移送。
-- remedy_en: bind an account of somebody who lives, ask who drew from the old one since the death; recover what others kept
-- message_zh: 户主 {died_on} 死亡，其后仍有 {lines} 笔 {amount_fen} 元发到其生前账户，首次 {first_on}。
-- message_en: the head died on {died_on}; {lines} lines of {amount_fen} yuan paid into the head's own account since, first on
--   {first_on}
-- needs: household_member_changed where change = 'died'; 没有家庭成员死亡记录; no death of a member is recorded
-- needs: account_bound; 没有账户登记; no account is bound
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- facts: F002, F063, S4-115
WITH heads AS (
    SELECT stream, MAX_BY(applicant, position) AS person FROM application_submitted GROUP BY stream
),
died AS (
    SELECT gone.stream, MAX(gone.position) AS position, MAX_BY(gone.changed_on, gone.position) AS died_on
    FROM household_member_changed AS gone
    JOIN heads ON heads.stream = gone.stream AND heads.person = gone.person
    WHERE gone.change = 'died'
    GROUP BY gone.stream
),
owned AS (
    -- the accounts that were the head's own, and were not confirmed since the death
    SELECT bound.stream, bound.account, MAX(bound.position) AS position
    FROM account_bound AS bound
    JOIN died ON died.stream = bound.stream
    GROUP BY bound.stream, bound.account
    HAVING MAX_BY(bound.holder, bound.position) = 'self' AND BOOL_AND(bound.effective_on <= died.died_on)
)
SELECT died.stream AS subject,
       LIST_SORT(LIST_CONCAT([died.position, owned.position], ARRAY_AGG(issued.position))) AS positions,
       MIN(issued.month) || '/' || MAX(issued.month) AS period,
       SUM(net.amount_fen) AS amount_fen,
       died.died_on,
       MIN(issued.paid_on) AS first_on,
       COUNT(*) AS lines
FROM died
JOIN owned ON owned.stream = died.stream
JOIN payment_issued AS issued ON issued.stream = died.stream AND issued.account = owned.account
JOIN net_payments AS net ON net.position = issued.position
WHERE DATE_DIFF('day', died.died_on, issued.paid_on) > $days
GROUP BY died.stream, died.position, died.died_on, owned.position
