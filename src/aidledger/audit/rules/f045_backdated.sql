-- id: F045
-- title_zh: 事后补录
-- title_en: backdated entry
-- explain_zh: 记录的时间比事项的日期晚，超过政策包允许的工作日；或者一个人在同一时刻补录了许多不同日期的事项。
--   补录可能是为了应付检查。
-- explain_en: Something was entered later after its day than the pack allows, by working days; or one person entered
--   things of many different days at one moment. Records may have been made up for an inspection.
-- not_zh: 恰为允许天数的；更正和作废（见 F101）；导入文件的当日由导入人录入的各行（见 F103）；日历没有覆盖的日期。
-- not_en: within the days allowed; corrections and annulments (F101); the rows of a file, entered by who imported it on
--   that day (F103); days that no calendar covers
-- severity: high
-- basis_zh: 账本自查；gz-county-2022 late_entry_working_days（地方）
-- basis: own check of the ledger; gz-county-2022 late_entry_working_days (local)
-- parameters: late_entry_working_days
-- thresholds: days = 5
-- remedy_zh: 核对原始材料；查明何时、由谁、为何补录。
-- remedy_en: look at the papers; ask when, by whom and why it was entered
-- message_zh: 补录 {entries} 条（{types}），最晚的迟 {most_days} 天；同一时刻补录：{at_once}。
-- message_en: {entries} entries ({types}) were made late, the latest by {most_days} days; all at one moment: {at_once}
-- facts: F045
WITH late AS (
    SELECT late_entries.stream, late_entries.position, late_entries.type, late_entries.effective_on,
           late_entries.days, late_entries.positions, FALSE AS at_once,
           ended.unknown_number > begun.unknown_number - CASE WHEN begun.unknown THEN 1 ELSE 0 END AS provisional
    FROM late_entries
    JOIN calendar_days AS begun ON begun.day = late_entries.effective_on
    JOIN calendar_days AS ended ON ended.day = late_entries.recorded_on
    WHERE NOT late_entries.allowed AND late_entries.type NOT IN ('EntryCorrected', 'EntryAnnulled')
),
dated AS (
    SELECT stream, position, type, effective_on, actor, recorded_at,
           -- the civil day of China
           CAST(recorded_at + INTERVAL '8' HOUR AS DATE) AS recorded_on
    FROM entry
    WHERE type NOT IN ('EntryCorrected', 'EntryAnnulled')
),
earlier AS (
    SELECT stream, position, type, effective_on, actor, recorded_at, recorded_on
    FROM dated
    WHERE effective_on < recorded_on
),
bursts AS (
    SELECT actor, recorded_at, MIN(stream) AS stream
    FROM earlier
    GROUP BY actor, recorded_at
    HAVING COUNT(DISTINCT effective_on) > $days
),
imported AS (
    SELECT DISTINCT actor, CAST(recorded_at + INTERVAL '8' HOUR AS DATE) AS recorded_on FROM file_imported
),
burst AS (
    SELECT bursts.stream, earlier.position, earlier.type, earlier.effective_on,
           DATE_DIFF('day', earlier.effective_on, earlier.recorded_on) AS days, [earlier.position] AS positions,
           TRUE AS at_once, FALSE AS provisional
    FROM bursts
    JOIN earlier ON earlier.actor = bursts.actor AND earlier.recorded_at = bursts.recorded_at
    LEFT JOIN imported ON imported.actor = earlier.actor AND imported.recorded_on = earlier.recorded_on
    WHERE imported.actor IS NULL
),
found AS (
    SELECT stream, position, type, effective_on, days, positions, at_once, provisional FROM late
    UNION ALL
    SELECT stream, position, type, effective_on, days, positions, at_once, provisional FROM burst
)
SELECT stream AS subject,
       LIST_SORT(LIST_DISTINCT(FLATTEN(ARRAY_AGG(positions)))) AS positions,
       CAST(MIN(effective_on) AS VARCHAR) || '/' || CAST(MAX(effective_on) AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       COUNT(DISTINCT position) AS entries,
       LIST_SORT(LIST_DISTINCT(ARRAY_AGG(type))) AS types,
       MAX(days) AS most_days,
       at_once,
       BOOL_OR(provisional) AS provisional
FROM found
GROUP BY stream, at_once
