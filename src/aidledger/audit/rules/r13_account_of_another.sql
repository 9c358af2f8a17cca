-- id: R13
-- title_zh: 账户属于他人
-- title_en: an account of somebody else
-- explain_zh: 银行代发结果所载的开户人既不是救助对象，也不是家庭成员、监护人：钱发到了别人的账户。
-- explain_en: By the bank's results the account that was paid into belongs to somebody who is neither
--   the person supported, nor a member of the household, nor a guardian.
-- not_zh: 开户人为本人、家庭成员、监护人的；银行没有提供开户人号码的；未发放成功的。
-- not_en: an account of the person, of a member of the household or of a guardian; results without the
--   number of the holder; a line that was not paid
-- severity: high
-- basis_zh: S1-071、S3-023
-- basis: S1-071, S3-023
-- remedy_zh: 核实账户归属和代领手续；属冒领的追回并移送。
-- remedy_en: verify whose account it is and by what right; recover what was taken, and hand it over
-- message_zh: {from_unit} 的结果（第 {line} 行起）：{lines} 笔 {amount_fen} 元发到他人账户。
-- message_en: results of {from_unit} (from line {line} on): {lines} lines of {amount_fen} yuan went to
--   an account of somebody else
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- needs: register_imported where kind = 'bank_results'; 没有导入银行代发结果; no file of results from the
--   bank was imported
-- facts: F061, S3-023
WITH rightful AS (
    SELECT stream AS "case", applicant AS person FROM application_submitted
    UNION
    SELECT stream, person FROM household_member_changed
    UNION
    SELECT stream, guardian FROM guardian_recorded
    UNION
    SELECT stream, person FROM child_recorded
),
others AS (
    SELECT DISTINCT paid."case", paid.position AS payment, paid.month, paid.amount_fen, named.position, named.line,
           registers.from_unit
    FROM register_bank_results AS named
    JOIN registers ON registers.position = named.position AND registers.replaced_by IS NULL
    JOIN net_payments AS paid
      ON paid.account = named.account
     AND paid.month = COALESCE(named.month, SUBSTRING(CAST(named.paid_on AS VARCHAR), 1, 7))
    LEFT JOIN rightful ON rightful."case" = paid."case" AND rightful.person = named.person
    WHERE named.result = 'paid' AND named.person IS NOT NULL AND rightful.person IS NULL
),
lines AS (
    SELECT "case", payment, month, amount_fen, MIN(position) AS position, MIN_BY(line, (position, line)) AS line,
           MIN(from_unit) AS from_unit
    FROM others
    GROUP BY "case", payment, month, amount_fen
)
SELECT "case" AS subject,
       LIST_SORT(LIST_DISTINCT(LIST_CONCAT(ARRAY_AGG(position), ARRAY_AGG(payment)))) AS positions,
       MIN(month) || '/' || MAX(month) AS period,
       SUM(amount_fen) AS amount_fen,
       COUNT(*) AS lines,
       MIN_BY(line, (position, line)) AS line,
       MIN(from_unit) AS from_unit
FROM lines
GROUP BY "case"
