-- id: F004
-- title_zh: 身份证号码无效
-- title_en: impossible identity number
-- explain_zh: 申请所用身份证号码的长度、字符、出生日期或校验位不可能是真的。这样的号码无法与任何登记核对。
-- explain_en: The identity number of an application can't be one by its length, characters, day of birth or check
--   character. No register can be asked about it.
-- not_zh: 行政区划代码不认识的（仅提示，不记录）；已更正的。
-- not_en: a code of an area that is not known (a warning, not recorded); what was corrected since
-- severity: medium
-- basis_zh: GB 11643（校验码 MOD 11-2）
-- basis: GB 11643 (check character MOD 11-2)
-- remedy_zh: 当面核对证件并更正；查不到本人的，停发。
-- remedy_en: look at the document and correct it; where there is no such person, stop
-- message_zh: 身份证号码：{problem}；来源：{source}。
-- message_en: identity number: {problem}; source: {source}
-- needs: application_submitted; 没有申请记录; no application is recorded
-- facts: F004
SELECT stream AS subject,
       [position] AS positions,
       CAST(effective_on AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       identity_problem AS problem,
       source
FROM application_submitted
WHERE TRIM(identity_problem) <> ''
