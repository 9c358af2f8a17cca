-- id: F019
-- title_zh: 未核对或核对过期
-- title_en: no check of the registers, or a stale one
-- explain_zh: 政策包要求核对信息，批准之前却没有任何核对报告，或者最近一次核对早于政策包规定的比对周期。收入、财产、人口各项因此都没有当时有效的外部证据。
-- explain_en: The pack asks for a comparison with the registers, and the case was approved without any, or on one older
--   than the months after which the pack has registers compared again. Nothing outside the file then bears out, for
--   that day, what was declared.
-- not_zh: 批准所依政策包不要求核对的；核对在批准之前完成且未过周期的，无论有无疑点（疑点未处置见 F020）；政策包没有规定周期的，不判过期
-- not_en: an approval under a pack that asks for none; a comparison before the approval within those months, whatever
--   it hit (F020 is of hits); a pack that gives no such months calls none stale
-- severity: high
-- basis_zh: 最低生活保障审核确认办法（2021）第十五条、第十七条；特困人员认定办法（2021）第十四条
-- basis: D21 art. 15 and 17; K21 art. 14
-- parameters: data_comparison_required, comparison_months
-- remedy_zh: 补做核对；不符合条件的，停发并追回。
-- remedy_en: compare now; where the conditions are not met, stop and recover
-- message_zh: {approved_on} 批准，此前最近一次核对：{compared_on}；自批准起已发放 {amount_fen} 元。
-- message_en: approved on {approved_on}, last compared before: {compared_on}; {amount_fen} yuan were paid since
-- needs: application_approved; 没有批准记录; no approval is recorded
-- facts: F019, S1-028, S3-024
WITH decided AS (
    SELECT stream, position, effective_on, pack_hash FROM application_approved
),
under AS (
    $decided_under
),
asked AS (
    SELECT under.stream, under.position, under.effective_on, under.adoption
    FROM under
    JOIN pack_parameters
      ON pack_parameters.adoption = under.adoption
     AND pack_parameters.name = 'data_comparison_required' AND pack_parameters.value = 'true'
),
compared AS (
    SELECT asked.position, MAX(compared.run_on) AS compared_on,
           MAX_BY(compared.position, (compared.run_on, compared.position)) AS comparison
    FROM asked
    JOIN data_compared AS compared ON compared.stream = asked.stream AND compared.position < asked.position
    GROUP BY asked.position
),
found AS (
    SELECT asked.*, compared.compared_on, compared.comparison
    FROM asked
    LEFT JOIN compared ON compared.position = asked.position
    LEFT JOIN pack_parameters AS again
      ON again.adoption = asked.adoption AND again.name = 'comparison_months'
    WHERE compared.position IS NULL OR compared.compared_on + TO_MONTHS(again.days) < asked.effective_on
)
SELECT paid.stream AS subject,
       LIST_SORT(LIST_DISTINCT([paid.comparison, paid.position, paid.adoption])) AS positions,
       period,
       amount_fen,
       paid.effective_on AS approved_on,
       paid.compared_on
FROM (
    $with_paid
) AS paid
