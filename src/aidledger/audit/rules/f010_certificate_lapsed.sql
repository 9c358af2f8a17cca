-- id: F010
-- title_zh: 残疾证不支持残疾情形
-- title_en: disability not carried by a certificate
-- explain_zh: 以残疾情形批准，但批准之日没有有效的残疾证。
-- explain_en: Approved on the disability limb, and no certificate was valid on the day of the decision.
-- not_zh: 当天仍有效或长期有效的；以其他情形批准的。残疾类别与等级已密封，本规则看不到，只看有效期：
--   等级是否符合须凭授权查阅。
-- not_en: a certificate valid on that day or for good; an approval on another limb. Kind and grade are sealed,
--   and this rule reads the validity only: whether the grade carries the limb takes somebody who may open
--   it
-- severity: high
-- basis_zh: 特困人员认定办法（2021）第五条；C6
-- basis: K21 art. 5; C6
-- remedy_zh: 请残联核对；证已失效且未换发的，复核是否符合其他情形。
-- remedy_en: ask the disabled persons' federation; where it was not renewed, see whether another limb holds
-- message_zh: {approved_on} 以残疾情形批准，残疾证有效至 {valid_to}；
--   已发放 {amount_fen} 元。
-- message_en: approved for a disability on {approved_on}, certified until {valid_to}; {amount_fen} yuan were paid
-- needs: application_approved where limb = 'disability'; 没有以残疾情形批准的; nobody was approved for a disability
-- facts: F010, C6
WITH approved AS (
    SELECT stream, position, effective_on FROM application_approved WHERE limb = 'disability'
),
held AS (
    SELECT approved.position, ARRAY_AGG(certified.position) AS positions,
           MAX(certified.valid_to) AS valid_to,
           BOOL_OR(certified.valid_to IS NULL OR certified.valid_to >= approved.effective_on) AS valid
    FROM approved
    JOIN disability_certified AS certified
      ON certified.stream = approved.stream AND certified.position < approved.position
    GROUP BY approved.position
),
found AS (
    SELECT approved.stream, approved.position, approved.effective_on, held.valid_to,
           COALESCE(held.positions, CAST([] AS BIGINT[])) AS certificates
    FROM approved
    LEFT JOIN held ON held.position = approved.position
    WHERE NOT COALESCE(held.valid, FALSE)
)
SELECT paid.stream AS subject,
       LIST_SORT(LIST_CONCAT([paid.position], paid.certificates)) AS positions,
       period,
       amount_fen,
       paid.effective_on AS approved_on,
       paid.valid_to
FROM (
    $with_paid
) AS paid
