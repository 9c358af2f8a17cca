-- id: F087
-- title_zh: 批准未公布
-- title_en: approval not announced
-- explain_zh: 批准后没有在规定工作日内在本村（居）公布，或者公布在别的村。群众不知道谁得到了救助，无从监督。
-- explain_en: An approval was not announced in the household's own village within the working days of the pack. Nobody there
--   knows who is supported, and nobody can object.
-- not_zh: 期限未满的；期限最后一天公布的；迁移后在新村公布的；不对外公布的项目（儿童）；期限中止或延长的；期限内本人去世的（按户保障的除外）。公开名单不算：名单
--   只有文件的哈希，看不出名单上有没有这个人。
-- not_en: the time is not over; announced on its last day; programmes of which nothing is shown (children); a
--   time that was suspended or made longer; the person died within it (not so of a household); announced where the household had moved to. A public list does not count:
--   of its file the ledger has the hash, and nothing says whether the person is on it
-- severity: high
-- basis_zh: S1-040；特困人员认定办法（2021）第十七条；最低生活保障审核确认办法（2021）第二十四条
-- basis: S1-040; K21 art. 17; D21 art. 24
-- parameters: announcement_working_days
-- remedy_zh: 立即公布。
-- remedy_en: announce it now
-- message_zh: {approved_on} 批准，应于 {due_on} 前公布，公布日：{announced_on}。
-- message_en: approved on {approved_on}, to be announced by {due_on}, announced on {announced_on}
-- needs: application_approved; 没有批准记录; no approval is recorded
-- facts: F087, S1-040
WITH programme AS (
    SELECT stream, MAX_BY(programme, position) AS programme FROM application_submitted GROUP BY stream
),
asked AS (
    SELECT county_pack.day, county_pack.adoption,
           MAX(CASE WHEN given.name = 'announcement_working_days' THEN given.days END) AS days,
           MAX(CASE WHEN given.name = 'unpublished_programmes' THEN given.value END) AS unpublished
    FROM county_pack
    JOIN pack_parameters AS given ON given.adoption = county_pack.adoption
    WHERE given.name IN ('announcement_working_days', 'unpublished_programmes')
    GROUP BY county_pack.day, county_pack.adoption
),
approved AS (
    SELECT approvals.stream, approvals.position, approvals.effective_on, approvals.form, asked.days,
           asked.adoption
    FROM application_approved AS approvals
    JOIN asked ON asked.day = approvals.effective_on
    LEFT JOIN programme ON programme.stream = approvals.stream
    WHERE NOT COALESCE(CONTAINS(asked.unpublished, '"' || programme.programme || '"'), FALSE)
),
due AS (
    -- the limit of the programme's pack knows extensions and pauses; else the county's days count
    SELECT approved.stream, approved.position, approved.effective_on, approved.form, approved.adoption,
           COALESCE(limits.due_on, last_day.day) AS due_on, limits.suspended_since,
           COALESCE(
               limits.provisional,
               last_day.unknown_number > first_day.unknown_number - CASE WHEN first_day.unknown THEN 1 ELSE 0 END
           ) AS provisional
    FROM approved
    LEFT JOIN deadlines AS limits
      ON limits.from_position = approved.position AND limits.limit_id = 'limit-announcement'
    LEFT JOIN calendar_days AS first_day ON first_day.day = approved.effective_on
    LEFT JOIN calendar_days AS last_day
      ON last_day.working AND last_day.working_number = first_day.working_number + approved.days
),
died AS (
    SELECT stream, MIN(died_on) AS died_on FROM death_recorded GROUP BY stream
),
villages AS (
    SELECT stream, village FROM application_submitted
    UNION
    SELECT stream, village FROM case_moved
),
known AS (
    SELECT DISTINCT stream FROM villages
),
announced AS (
    SELECT due.position, MIN(told.effective_on) AS announced_on,
           MIN_BY(told.position, ROW(told.effective_on, told.position)) AS announcement
    FROM due
    JOIN approval_announced AS told
      ON told.stream = due.stream AND told.effective_on >= due.effective_on
    LEFT JOIN known ON known.stream = told.stream
    LEFT JOIN villages ON villages.stream = told.stream AND villages.village = told.village
    -- where a household lives is in its application; of one without, any village will do
    WHERE known.stream IS NULL OR villages.village IS NOT NULL
    GROUP BY due.position
)
SELECT due.stream AS subject,
       LIST_SORT(
           LIST_DISTINCT([due.position, due.adoption, COALESCE(announced.announcement, due.position)])
       ) AS positions,
       CAST(due.effective_on AS VARCHAR) || '/' || CAST(due.due_on AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       CASE WHEN announced.announced_on IS NULL THEN 'high' ELSE 'medium' END AS severity,
       due.effective_on AS approved_on,
       due.due_on,
       announced.announced_on,
       due.provisional
FROM due
CROSS JOIN parameters
LEFT JOIN announced ON announced.position = due.position
-- of somebody who died within the time nothing has to be announced; a household lives on
LEFT JOIN died ON died.stream = due.stream AND due.form <> 'household' AND died.died_on <= due.due_on
WHERE due.due_on < COALESCE(announced.announced_on, parameters.as_of)
  AND due.suspended_since IS NULL
  AND died.stream IS NULL
