-- id: F020
-- title_zh: 核对疑点未处置
-- title_en: hits not disposed of
-- explain_zh: 信息核对发现疑点，批准之前没有逐条说明理由的答复。疑点核查处置之前不能批准。
-- explain_en: A comparison had hits, and the case was approved before each of them was answered with a reason. A
--   doubt is found, verified and settled; only then comes the approval.
-- not_zh: 每条疑点在批准之前都有答复的，无论结论如何；批准之后才核对出来的（见 F011 至 F017）。
-- not_en: each hit was answered before the approval, whatever the answer; what a comparison after the approval
--   showed (F011 to F017)
-- severity: critical
-- basis_zh: 最低生活保障审核确认办法（2021）第十五条；甘肃审计做法：发现疑点、核实、处理
-- basis: D21 art. 15; audit practice in Gansu: find the doubt, verify it, settle it
-- remedy_zh: 逐条核实；不符合条件的，停发并追回；查明谁越过了疑点。
-- remedy_en: verify each; where the conditions are not met, stop and recover; ask who passed over it
-- message_zh: {approved_on} 批准时未处置的疑点：{hits}；其后发放 {amount_fen} 元。
-- message_en: approved on {approved_on} with hits not disposed of: {hits}; {amount_fen} yuan were paid
-- needs: data_compared; 没有核对记录（未核对见 F019）; no comparison is recorded (F019 is of those)
-- needs: application_approved; 没有批准记录; no approval is recorded
-- facts: F020
WITH approved AS (
    SELECT stream, position, effective_on FROM application_approved
),
hits AS (
    SELECT DISTINCT approved.position, listed.hit, listed.stream, listed.compared
    FROM approved
    JOIN (SELECT stream, position AS compared, UNNEST(hits) AS hit FROM data_compared) AS listed
      ON listed.stream = approved.stream AND listed.compared < approved.position
),
answered AS (
    -- an answer without a reason is none; one after the approval comes too late
    SELECT DISTINCT hits.position, hits.compared, hits.hit
    FROM hits
    JOIN comparison_hit_disposed AS answer
      ON answer.stream = hits.stream
     AND answer.hit = hits.hit
     AND answer.position > hits.compared
     AND answer.position < hits.position
    WHERE TRIM(answer.reason) <> ''
),
found AS (
    SELECT hits.stream, hits.position, LIST_SORT(LIST_DISTINCT(ARRAY_AGG(hits.hit))) AS hits,
           LIST_DISTINCT(ARRAY_AGG(hits.compared)) AS compared
    FROM hits
    LEFT JOIN answered
      ON answered.position = hits.position AND answered.compared = hits.compared
     AND answered.hit = hits.hit
    WHERE answered.hit IS NULL
    GROUP BY hits.stream, hits.position
)
SELECT approved.stream AS subject,
       LIST_SORT(LIST_CONCAT(paid.compared, [approved.position])) AS positions,
       period,
       amount_fen,
       approved.effective_on AS approved_on,
       paid.hits
FROM (
    $with_paid
) AS paid
JOIN approved ON approved.position = paid.position
