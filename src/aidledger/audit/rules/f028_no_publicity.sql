-- id: F028
-- title_zh: 未公示
-- title_en: no publicity
-- explain_zh: 政策包要求公示，批准之前却没有已结束的公示：村（居）公示，政策包要求县级公示的，也包括县级公示。群众没有机会提出异议。
-- explain_en: The pack asks for a notice in the village, some also for one of the county, and the case was approved before
--   such a notice was over. Nobody could object.
-- not_zh: 批准所依政策包不要求公示的（如儿童）；政策包允许紧急程序免予公示的；公示太短的（见 F029）。
-- not_en: an approval under a pack that asks for none (children); an emergency for which the pack leaves it out;
--   a notice that was too short (F029)
-- severity: critical
-- basis_zh: 特困人员认定办法（2021）第十五条；S1-032、S1-033
-- basis: K21 art. 15; S1-032, S1-033
-- parameters: publicity_days, county_publicity_days
-- remedy_zh: 补公示；有异议的重新调查，不符合条件的停发并追回。
-- remedy_en: publish now; look into objections, and where the conditions are not met, stop and recover
-- message_zh: {approved_on} 批准前没有已结束的公示（{boards}）；已发放 {amount_fen} 元。
-- message_en: approved on {approved_on} before a notice was over ({boards}); {amount_fen} yuan were paid
-- needs: application_approved; 没有批准记录; no approval is recorded
-- facts: F028, S1-032, S1-033
WITH decided AS (
    SELECT stream, position, effective_on, pack_hash, limb FROM application_approved
),
under AS (
    $decided_under
),
asked AS (
    SELECT under.stream, under.position, under.effective_on, under.adoption,
           CASE WHEN days.name = 'publicity_days' THEN 'village' ELSE 'county' END AS board
    FROM under
    JOIN pack_parameters AS days
      ON days.adoption = under.adoption AND days.name IN ('publicity_days', 'county_publicity_days')
    LEFT JOIN pack_parameters AS skips
      ON skips.adoption = under.adoption AND skips.name = 'emergency_skips'
     AND under.limb = 'emergency' AND CONTAINS(skips.value, '"publicity"')
    WHERE skips.name IS NULL
),
taken_down AS (
    SELECT stream, position, to_on, 'village' AS board FROM publicity_ended
    UNION ALL
    SELECT stream, position, to_on, 'county' FROM county_publicity_ended
),
shown AS (
    SELECT DISTINCT asked.position, asked.board
    FROM asked
    JOIN taken_down
      ON taken_down.stream = asked.stream
     AND taken_down.board = asked.board
     AND taken_down.position < asked.position
     AND taken_down.to_on <= asked.effective_on
),
found AS (
    SELECT asked.stream, asked.position, asked.effective_on, asked.adoption,
           LIST_SORT(ARRAY_AGG(asked.board)) AS boards
    FROM asked
    LEFT JOIN shown ON shown.position = asked.position AND shown.board = asked.board
    WHERE shown.position IS NULL
    GROUP BY asked.stream, asked.position, asked.effective_on, asked.adoption
)
SELECT paid.stream AS subject,
       LIST_SORT([paid.position, paid.adoption]) AS positions,
       period,
       amount_fen,
       paid.effective_on AS approved_on,
       paid.boards
FROM (
    $with_paid
) AS paid
