-- id: F019
-- title_zh: 未核对
-- title_en: no check of the registers
-- explain_zh: 政策包要求核对信息，批准之前却没有任何核对报告。收入、财产、人口各项因此都没有外部证据。
-- explain_en: The pack asks for a comparison with the registers, and the case was approved without any. Nothing outside
--   the file then bears out what was declared.
-- not_zh: 批准所依政策包不要求核对的；核对在批准之前完成的，无论有无疑点（疑点未处置见 F020）。
-- not_en: an approval under a pack that asks for none; a comparison before the approval, whatever it hit (F020 is of hits)
-- severity: high
-- basis_zh: 最低生活保障审核确认办法（2021）第十五条、第十七条；特困人员认定办法（2021）第十四条
-- basis: D21 art. 15 and 17; K21 art. 14
-- parameters: data_comparison_required
-- remedy_zh: 补做核对；不符合条件的，停发并追回。
-- remedy_en: compare now; where the conditions are not met, stop and recover
-- message_zh: {approved_on} 批准前没有核对报告；自批准起已发放 {amount_fen} 元。
-- message_en: approved on {approved_on} without a comparison; {amount_fen} yuan were paid since
-- needs: application_approved; 没有批准记录; no approval is recorded
-- facts: F019, S1-028
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
found AS (
    SELECT * FROM asked
    WHERE NOT EXISTS (
        SELECT 1 FROM data_compared
        WHERE data_compared.stream = asked.stream AND data_compared.position < asked.position
    )
)
SELECT paid.stream AS subject,
       LIST_SORT([paid.position, paid.adoption]) AS positions,
       period,
       amount_fen,
       paid.effective_on AS approved_on
FROM (
    $with_paid
) AS paid
