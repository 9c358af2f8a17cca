-- id: F048
-- title_zh: 能力复评超期
-- title_en: reassessment of ability late
-- explain_zh: 报告自理能力变化后，没有在政策包规定的工作日内重新评估。护理档次因此长期不符。
-- explain_en: A change of ability was reported and not assessed anew within the working days of the pack. Until then
--   the person is cared for at the wrong level.
-- not_zh: 最后一个工作日；期限未满的；期限内死亡、终止的。
-- not_en: on the last working day; the time is not over; the person died, or support ended, within it
-- severity: medium
-- basis_zh: 特困人员认定办法（2021）第二十三条
-- basis: K21 art. 23
-- parameters: reassessment_working_days
-- remedy_zh: 立即评估，按结果调整护理档次和待遇。
-- remedy_en: assess at once, and set care and support by the result
-- message_zh: {reported_on} 报告变化，应于 {due_on} 前评估，评估日：{done_on}。
-- message_en: reported on {reported_on}, to be assessed by {due_on}, done on {done_on}
-- needs: ability_change_reported; 没有自理能力变化报告; no change of ability is reported
-- facts: F048
WITH ended AS (
    SELECT stream, MIN(ended_on) AS ended_on
    FROM (
        SELECT stream, died_on AS ended_on FROM death_recorded
        UNION ALL
        SELECT stream, effective_on FROM termination_approved
    ) AS ends
    GROUP BY stream
)
SELECT deadlines.stream AS subject,
       deadlines.positions,
       CAST(deadlines.from_on AS VARCHAR) || '/' || COALESCE(CAST(deadlines.done_on AS VARCHAR), '') AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       deadlines.from_on AS reported_on,
       deadlines.due_on,
       deadlines.done_on,
       deadlines.provisional
FROM deadlines
LEFT JOIN ended ON ended.stream = deadlines.stream
WHERE deadlines.limit_id = 'limit-reassessment'
  AND deadlines.state IN ('late', 'missed')
  AND (ended.ended_on IS NULL OR ended.ended_on > deadlines.due_on)
