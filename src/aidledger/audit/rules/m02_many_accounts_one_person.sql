-- id: M02
-- title_zh: 一人多账户
-- title_en: many accounts, one person
-- explain_zh: 一年之内同一人的钱发到了许多不同账户。频繁换户往往是有人代领，或者借名取钱。
-- explain_en: Within one year the money of one person went to many accounts. Who changes accounts so often may not be
--   the one who draws the money.
-- not_zh: 账户数不超过门槛的；先后跨过门槛天数的；同一账户多次发放的。
-- not_en: no more accounts than the threshold; accounts further apart than its days; one account paid again and again
-- severity: medium
-- basis_zh: 最低生活保障审核确认办法（2021）第二十六条：发放到本人账户
-- basis: D21 art. 26: paid into the account of the person
-- thresholds: accounts = 3, days = 365
-- remedy_zh: 核实各账户的户主和取款人，固定为本人账户。
-- remedy_en: ask who holds the accounts and who drew from them; bind the person's own
-- message_zh: {first_on} 至 {last_on} 发到 {accounts} 个账户，共 {amount_fen} 元。
-- message_en: from {first_on} to {last_on} paid to {accounts} accounts, {amount_fen} yuan in all
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- facts: S4-115
WITH persons AS (
    SELECT stream, MAX_BY(applicant, position) AS person FROM application_submitted GROUP BY stream
),
paid AS (
    SELECT COALESCE(persons.person, payment_issued.stream) AS person, payment_issued.account,
           payment_issued.paid_on, COALESCE(net.amount_fen, 0) AS amount_fen, payment_issued.position
    FROM payment_issued
    LEFT JOIN net_payments AS net ON net.position = payment_issued.position
    LEFT JOIN persons ON persons.stream = payment_issued.stream
),
firsts AS (
    -- the first payment to each account of a person
    SELECT person, account, MIN(paid_on) AS paid_on, MIN_BY(position, position) AS position,
           SUM(amount_fen) AS amount_fen
    FROM paid
    GROUP BY person, account
),
within AS (
    SELECT this.person, this.paid_on AS first_on, MAX(other.paid_on) AS last_on, COUNT(*) AS accounts,
           SUM(other.amount_fen) AS amount_fen, ARRAY_AGG(other.position) AS positions,
           ROW_NUMBER() OVER (PARTITION BY this.person ORDER BY COUNT(*) DESC, this.paid_on, this.account) AS place
    FROM firsts AS this
    JOIN firsts AS other
      ON other.person = this.person AND other.paid_on >= this.paid_on
     AND DATE_DIFF('day', this.paid_on, other.paid_on) < $days
    GROUP BY this.person, this.account, this.paid_on
    HAVING COUNT(*) > $accounts
)
SELECT person AS subject,
       LIST_SORT(positions) AS positions,
       CAST(first_on AS VARCHAR) || '/' || CAST(last_on AS VARCHAR) AS period,
       amount_fen,
       first_on,
       last_on,
       accounts
FROM within
WHERE place = 1
