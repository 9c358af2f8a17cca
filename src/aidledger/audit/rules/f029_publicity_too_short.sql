-- id: F029
-- title_zh: 公示期不足
-- title_en: publicity too short
-- explain_zh: 村（居）公示，或者政策包要求的县级公示，从张贴到撤下的时间短于政策包规定的期限，按其规定的单位（日或工作日）计算；群众来不及提出异议。
-- explain_en: A notice, of the village or of the county where the pack asks for one, was up for less time than the pack asks, counted in the pack's own unit (days or working days).
--   People had no time to object.
-- not_zh: 恰满期限的；仍在公示的；终止公示（见 F049）；没有公示（见 F028）。
-- not_en: exactly as long as asked; a notice that is still up; the notice of a termination (F049); no notice at all (F028)
-- severity: high
-- basis: K21 art. 15 (7 days); local rules may ask for working days
-- parameters: publicity_days, county_publicity_days
-- remedy_zh: 重新公示满期；期间的批准予以复核。
-- remedy_en: publish again for the whole period, and review what was approved on it
-- message_zh: {board}：{started_on} 张贴、{ended_on} 撤下，共 {shown} {unit}，规定 {asked} {unit}。
-- message_en: {board}: put up {started_on}, taken down {ended_on}: {shown} {unit} of the {asked} that are asked
-- needs: publicity_notices; 没有公示记录; no notice is recorded
-- facts: F029, S1-034, C5
WITH boards AS (
    SELECT position, pack_hash, 'village' AS board FROM publicity_started
    UNION ALL
    SELECT position, pack_hash, 'county' FROM county_publicity_started
),
notices AS (
    SELECT publicity_notices.notice, publicity_notices."case", publicity_notices.started_on,
           publicity_notices.ended_on, publicity_notices.positions, boards.pack_hash, boards.board
    FROM publicity_notices
    JOIN boards ON boards.position = publicity_notices.notice
    WHERE publicity_notices.ended_on IS NOT NULL
),
programme AS (
    SELECT stream, MAX_BY(programme, position) AS programme FROM application_submitted GROUP BY stream
),
adopted AS (
    SELECT data_pack_hash AS pack_hash, MAX(position) AS adoption FROM pack_adopted GROUP BY data_pack_hash
),
under AS (
    SELECT notices.notice, notices."case", notices.started_on, notices.ended_on, notices.positions, notices.board,
           COALESCE(adopted.adoption, pack_in_force.adoption) AS adoption
    FROM notices
    LEFT JOIN programme ON programme.stream = notices."case"
    LEFT JOIN adopted ON adopted.pack_hash = notices.pack_hash
    LEFT JOIN pack_in_force
      ON pack_in_force.day = notices.started_on
     AND pack_in_force.programme = COALESCE(programme.programme, '')
),
counted AS (
    SELECT under."case", under.started_on, under.ended_on, under.positions, under.adoption, under.board,
           asked.days AS asked, COALESCE(unit.value, 'days') AS unit,
           CASE
               WHEN unit.value = 'working_days' THEN last_day.working_number - first_day.working_number
               ELSE DATE_DIFF('day', under.started_on, under.ended_on)
           END AS shown
    FROM under
    JOIN pack_parameters AS asked
      ON asked.adoption = under.adoption
     AND asked.name = CASE WHEN under.board = 'county' THEN 'county_publicity_days' ELSE 'publicity_days' END
    LEFT JOIN pack_parameters AS unit ON unit.adoption = under.adoption AND unit.name = 'publicity_unit'
    LEFT JOIN calendar_days AS first_day ON first_day.day = under.started_on
    LEFT JOIN calendar_days AS last_day ON last_day.day = under.ended_on
)
SELECT "case" AS subject,
       LIST_SORT(LIST_CONCAT(positions, [adoption])) AS positions,
       CAST(started_on AS VARCHAR) || '/' || CAST(ended_on AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       started_on,
       ended_on,
       shown,
       asked,
       unit,
       board
FROM counted
WHERE shown < asked
