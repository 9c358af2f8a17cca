-- id: F029
-- title_zh: 公示期不足
-- title_en: publicity too short
-- explain_zh: 村（居）公示，或者政策包要求的县级公示，从张贴到撤下的时间短于政策包规定的期限，按其规定的单位（日或工作日）计算；群众来不及提出异议。
-- explain_en: A notice, of the village or of the county where the pack asks for one, was up for less time than the pack asks, counted in the pack's own unit (days or working days).
--   People had no time to object.
-- not_zh: 恰满期限的；仍在公示的；终止公示（见 F049）；没有公示（见 F028）；公示期间撤回申请或本人死亡而撤下的。
-- not_en: exactly as long as asked; a notice that is still up; the notice of a termination (F049); no notice at all (F028);
--   one that came down because the applicant withdrew or died while it was up
-- severity: high
-- basis_zh: 特困人员认定办法（2021）第十五条（七日）；地方规定可以按工作日计
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
gone AS (
    SELECT stream, effective_on AS gone_on FROM application_withdrawn
    UNION ALL
    SELECT stream, died_on FROM death_recorded
),
relied AS (
    -- the notice behind an approval
    SELECT MAX(publicity_notices.notice) AS notice
    FROM publicity_notices
    JOIN application_approved AS approved
      ON approved.stream = publicity_notices."case" AND approved.position > publicity_notices.notice
    GROUP BY approved.position
),
spared AS (
    -- who withdrew or died while it was up: nothing is decided any more, and it may come down
    SELECT DISTINCT publicity_notices.notice
    FROM publicity_notices
    JOIN gone
      ON gone.stream = publicity_notices."case"
     AND gone.gone_on BETWEEN publicity_notices.started_on AND publicity_notices.ended_on
    LEFT JOIN relied ON relied.notice = publicity_notices.notice
    WHERE relied.notice IS NULL
),
decided AS (
    SELECT publicity_notices."case" AS stream, publicity_notices.started_on AS effective_on,
           publicity_notices.ended_on, publicity_notices.positions, boards.pack_hash, boards.board
    FROM publicity_notices
    JOIN boards ON boards.position = publicity_notices.notice
    LEFT JOIN spared ON spared.notice = publicity_notices.notice
    WHERE publicity_notices.ended_on IS NOT NULL AND spared.notice IS NULL
),
under AS (
    $decided_under
),
counted AS (
    SELECT under.stream, under.effective_on AS started_on, under.ended_on, under.positions, under.adoption, under.board,
           asked.days AS asked, COALESCE(unit.value, 'days') AS unit,
           CASE
               WHEN unit.value = 'working_days' THEN last_day.working_number - first_day.working_number
               ELSE DATE_DIFF('day', under.effective_on, under.ended_on)
           END AS shown
    FROM under
    JOIN pack_parameters AS asked
      ON asked.adoption = under.adoption
     AND asked.name = CASE WHEN under.board = 'county' THEN 'county_publicity_days' ELSE 'publicity_days' END
    LEFT JOIN pack_parameters AS unit ON unit.adoption = under.adoption AND unit.name = 'publicity_unit'
    LEFT JOIN calendar_days AS first_day ON first_day.day = under.effective_on
    LEFT JOIN calendar_days AS last_day ON last_day.day = under.ended_on
)
SELECT stream AS subject,
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
