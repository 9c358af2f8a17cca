-- id: F038
-- title_zh: 评议缺失
-- title_en: appraisal missing
-- explain_zh: 政策包要求民主评议，或者调查、核对、抽查已有疑点，初审意见之前却没有评议，也没有依规免予评议。
-- explain_en: The pack asks for an appraisal, or a survey, a comparison or a check had shown a doubt, and the
--   opinion was given before any appraisal was held. Where it may be waived, no ground of the pack was recorded.
-- not_zh: 评议在意见之前举行的，无论结论；无疑点而评议可选的；无疑点并以政策包列明的理由免予评议的；
--   紧急程序没有初审意见的。
-- not_en: held before the opinion, whatever its result; optional, and nobody had a doubt; waived on a ground of the
--   pack, and nobody had a doubt; an emergency, in which no opinion is given
-- severity: medium
-- basis_zh: 最低生活保障审核审批办法（2012）第二十二条；特困人员认定办法（2021）第十四条；S1-027、S3-029
-- basis: D12 art. 22; K21 art. 14; S1-027, S3-029
-- parameters: appraisal_policy, appraisal_waiver_grounds
-- remedy_zh: 补行民主评议；有疑点的重新核实后再批准。
-- remedy_en: hold the appraisal; verify the doubt, and review the approval
-- message_zh: {opinion_on} 提出初审意见，此前没有评议（政策：{policy}；有疑点：{doubt}）。
-- message_en: the opinion of {opinion_on} came before any appraisal (policy: {policy}; doubt: {doubt})
-- needs: review_opinion_given; 没有初审意见; no opinion is recorded
-- facts: F038, S1-027, S3-029, S3-030
WITH held AS (
    SELECT stream, MIN(position) AS position FROM appraisal_held GROUP BY stream
),
decided AS (
    SELECT opinion.stream, opinion.position, opinion.effective_on, opinion.pack_hash
    FROM review_opinion_given AS opinion
    LEFT JOIN held ON held.stream = opinion.stream AND held.position < opinion.position
    WHERE held.position IS NULL
),
doubts AS (
    SELECT stream, position FROM household_surveyed WHERE doubt
    UNION ALL
    SELECT stream, position FROM spot_checked WHERE doubt
    UNION ALL
    SELECT stream, position FROM data_compared WHERE LEN(hits) > 0
),
doubted AS (
    SELECT decided.position, LIST_DISTINCT(ARRAY_AGG(doubts.position)) AS positions
    FROM decided
    JOIN doubts ON doubts.stream = decided.stream AND doubts.position < decided.position
    GROUP BY decided.position
),
waived AS (
    SELECT decided.position, MAX_BY(skipped.ground, skipped.position) AS ground,
           MAX(skipped.position) AS waiver
    FROM decided
    JOIN appraisal_waived AS skipped
      ON skipped.stream = decided.stream AND skipped.position < decided.position
    GROUP BY decided.position
),
asked AS (
    SELECT adoption,
           MAX(CASE WHEN name = 'appraisal_policy' THEN value END) AS policy,
           COALESCE(MAX(CASE WHEN name = 'appraisal_waiver_grounds' THEN value END), '') AS grounds
    FROM pack_parameters
    WHERE name IN ('appraisal_policy', 'appraisal_waiver_grounds')
    GROUP BY adoption
),
under AS (
    $decided_under
),
judged AS (
    SELECT under.stream, under.position, under.effective_on, asked.policy,
           asked.adoption, doubted.positions, waived.waiver, doubted.positions IS NOT NULL AS doubt,
           COALESCE(CONTAINS(asked.grounds, '"' || waived.ground || '"'), FALSE) AS excused
    FROM under
    JOIN asked ON asked.adoption = under.adoption
    LEFT JOIN doubted ON doubted.position = under.position
    LEFT JOIN waived ON waived.position = under.position
)
SELECT stream AS subject,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT(
                   [position, adoption, COALESCE(waiver, position)],
                   COALESCE(positions, CAST([] AS BIGINT[]))
               )
           )
       ) AS positions,
       CAST(effective_on AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       effective_on AS opinion_on,
       policy,
       doubt
FROM judged
WHERE policy IS NOT NULL AND (doubt OR (policy <> 'optional' AND NOT excused))
