-- id: F037
-- title_zh: 入户人数不足或未签字
-- title_en: survey by too few, or unsigned
-- explain_zh: 入户调查的不同调查人员少于政策包规定的人数，或者被调查人没有签字。一个人写的调查没有旁证。
-- explain_en: Fewer different investigators than the pack asks were at the house, or nobody of the household signed.
--   What one person writes down alone nobody bears out.
-- not_zh: 恰为规定人数并已签字的；政策包不要求的；调查人员重名只算一人。
-- not_en: as many as asked, and signed; a pack that asks for neither. One investigator named twice is one
-- severity: medium
-- basis_zh: 最低生活保障审核确认办法（2021）第十六条；S1-024
-- basis: D21 art. 16; S1-024
-- parameters: survey_investigators_min, survey_signature_required
-- remedy_zh: 两人以上重新入户并签字；期间的批准予以复核。
-- remedy_en: survey again with enough people and have it signed; review what was approved on it
-- message_zh: {surveyed_on} 入户 {persons} 人，规定 {asked} 人；已签字：{signed}。
-- message_en: surveyed on {surveyed_on} by {persons}, {asked} are asked; signed: {signed}
-- needs: household_surveyed; 没有入户调查记录; no survey is recorded
-- facts: F037, S1-024
WITH programme AS (
    SELECT stream, MAX_BY(programme, position) AS programme FROM application_submitted GROUP BY stream
),
asked AS (
    SELECT adoption,
           MAX(CASE WHEN name = 'survey_investigators_min' THEN days END) AS persons,
           COALESCE(BOOL_OR(name = 'survey_signature_required' AND value = 'true'), FALSE) AS signature
    FROM pack_parameters
    WHERE name IN ('survey_investigators_min', 'survey_signature_required')
    GROUP BY adoption
),
surveys AS (
    SELECT surveyed.stream, surveyed.position, surveyed.effective_on, surveyed.signed, pack_in_force.adoption,
           LEN(LIST_DISTINCT(surveyed.investigators)) AS persons
    FROM household_surveyed AS surveyed
    LEFT JOIN programme ON programme.stream = surveyed.stream
    JOIN pack_in_force
      ON pack_in_force.day = surveyed.effective_on
     AND pack_in_force.programme = COALESCE(programme.programme, '')
)
SELECT surveys.stream AS subject,
       LIST_SORT([surveys.position, surveys.adoption]) AS positions,
       CAST(surveys.effective_on AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       surveys.effective_on AS surveyed_on,
       surveys.persons,
       asked.persons AS asked,
       surveys.signed
FROM surveys
JOIN asked ON asked.adoption = surveys.adoption
WHERE surveys.persons < COALESCE(asked.persons, 0) OR (asked.signature AND NOT surveys.signed)
