-- id: F062
-- title_zh: 多人同一账户
-- title_en: many persons, one account
-- explain_zh: 一个账户登记为多个案件的收款账户，并收到其中多人的钱。冒名、虚构人员往往这样取钱。
-- explain_en: One account is bound to the cases of more persons than a family explains. Invented and borrowed names are
--   paid out in this way.
-- not_zh: 机构代管账户；同一人先后多次登记同一账户；不超过规定人数的（例如监护人代领几个孩子）。
-- not_en: the account of an institution; one person who binds it again; no more persons than the threshold
-- severity: critical
-- basis_zh: 喜德：611 户、虚报 4,517 人，反复使用同样的账户
-- basis: Xide: 611 households, 4,517 invented persons paid through accounts that were used again and again
-- thresholds: persons = 3
-- remedy_zh: 逐人入户核实；冒名、虚构的停发追回并移送。
-- remedy_en: visit each person; stop and recover what was drawn for invented ones, and hand the matter over
-- message_zh: 账户登记给 {persons} 人（{cases} 个案件），共收到 {amount_fen} 元。
-- message_en: bound to {persons} persons in {cases} cases; it received {amount_fen} yuan
-- needs: account_bound; 没有账户登记; no account is bound
-- facts: F062
WITH bound AS (
    SELECT account_bound.account, account_bound.stream, account_bound.position,
           -- a case without an application is somebody all the same
           COALESCE(applied.applicant, account_bound.stream) AS person
    FROM account_bound
    LEFT JOIN (
        SELECT stream, MAX_BY(applicant, position) AS applicant FROM application_submitted GROUP BY stream
    ) AS applied
      ON applied.stream = account_bound.stream
    -- all zeros: the number was not given
    WHERE account_bound.holder <> 'institution' AND account_bound.account <> 'a00000000000000000000000000000000'
),
shared AS (
    SELECT account, COUNT(DISTINCT person) AS persons, COUNT(DISTINCT stream) AS cases,
           LIST_SORT(ARRAY_AGG(position)) AS positions
    FROM bound
    GROUP BY account
    HAVING COUNT(DISTINCT person) > $persons
),
paid AS (
    SELECT account, SUM(amount_fen) AS amount_fen, MIN(month) AS first_month, MAX(month) AS last_month
    FROM net_payments
    GROUP BY account
)
SELECT shared.account AS subject,
       shared.positions,
       paid.first_month || '/' || paid.last_month AS period,
       COALESCE(paid.amount_fen, 0) AS amount_fen,
       shared.persons,
       shared.cases
FROM shared
LEFT JOIN paid ON paid.account = shared.account
