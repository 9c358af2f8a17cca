-- id: F005
-- title_zh: 一证多名
-- title_en: one number, several names
-- explain_zh: 同一身份证号码先后以不同的姓名申请（比较的是账本里遮掩后的姓名），没有更正说明。可能是借用、冒用证件。
-- explain_en: One identity number applied under different names (as masked in the ledger), and no correction says
--   why. A number may have been borrowed.
-- not_zh: 更名后已更正旧记录的；不显示姓名的未成年人；遮掩后相同的姓名（看不出差别）。
-- not_en: the older entry was corrected after a change of name; minors, who are not named; names that are the
--   same once masked (nobody can tell)
-- severity: high
-- basis_zh: 松滋审计做法：同一号码比对姓名
-- basis: audit practice in Songzi: compare names within one number
-- remedy_zh: 核对证件与户籍；确属更名的更正记录，冒用的停发追回。
-- remedy_en: compare document and register; correct the entry after a change of name, stop and recover where it
--   was borrowed
-- message_zh: 同一号码 {names} 个姓名，{cases} 个案件。
-- message_en: {names} names under one number, in {cases} cases
-- needs: application_submitted; 没有申请记录; no application is recorded
-- facts: F005
WITH named AS (
    SELECT applicant, COUNT(DISTINCT display_name) AS names, COUNT(DISTINCT stream) AS cases,
           LIST_SORT(ARRAY_AGG(position)) AS positions
    FROM application_submitted
    -- minors are not named
    WHERE TRIM(display_name) <> ''
      -- all zeros: the number was not given
      AND applicant <> 'p00000000000000000000000000000000'
    GROUP BY applicant
    HAVING COUNT(DISTINCT display_name) > 1
)
SELECT applicant AS subject,
       positions,
       CAST(NULL AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       names,
       cases
FROM named
