-- id: F018
-- title_zh: 法定义务人有履行能力
-- title_en: obligor is able
-- explain_zh: 批准之前的核查认为法定赡养、抚养、扶养义务人有履行能力，没有记载不能履行的理由，仍给予供养。
-- explain_en: Somebody who is bound by law to support the person was assessed as able, no ground says why not,
--   and support was granted.
-- not_zh: 批准之前重新核查认为没有能力的；有免除理由的（如本人是特困、失踪、服刑）；
--   批准之后才发现的（由复核处理）。
-- not_en: assessed anew as not able before the approval; a ground is recorded (in hardship, missing, in prison
--   …); found only after the approval (a matter of the review)
-- severity: high
-- basis_zh: 特困人员认定办法（2021）第八条；S1-005 至 S1-007
-- basis: K21 art. 8; S1-005 to S1-007
-- remedy_zh: 督促义务人履行；不符合条件的终止供养，向义务人追偿。
-- remedy_en: have the obligor do what the law asks; where the conditions are not met, end support and recover
--   from the obligor
-- message_zh: {approved_on} 批准时义务人有履行能力；已发放 {amount_fen} 元。
-- message_en: an obligor was able when it was approved on {approved_on}; {amount_fen} yuan were paid
-- needs: obligor_assessed; 没有义务人核查记录; no obligor is assessed
-- needs: application_approved; 没有批准记录; no approval is recorded
-- facts: F018, S1-005, S1-006, S1-007
WITH approved AS (
    SELECT stream, position, effective_on FROM application_approved
),
newest AS (
    -- of each obligor the last word before the approval
    SELECT approved.stream, approved.position, MAX(assessed.position) AS assessment,
           MAX_BY(assessed.able, assessed.position) AS able,
           MAX_BY(assessed.ground, assessed.position) AS ground
    FROM approved
    JOIN obligor_assessed AS assessed
      ON assessed.stream = approved.stream AND assessed.position < approved.position
    GROUP BY approved.stream, approved.position, assessed.obligor
),
found AS (
    SELECT stream, position, ARRAY_AGG(assessment) AS assessments
    FROM newest
    WHERE able AND ground = 'none'
    GROUP BY stream, position
)
SELECT approved.stream AS subject,
       LIST_SORT(LIST_CONCAT([approved.position], paid.assessments)) AS positions,
       period,
       amount_fen,
       approved.effective_on AS approved_on
FROM (
    $with_paid
) AS paid
JOIN approved ON approved.position = paid.position
