-- title_zh: 迟录与倒签
-- title_en: late and back-dated entries
-- key: position
-- for: every entry that was recorded after the day on which it holds, by how many working days, and whether the pack allows that
-- facts: S1-038
WITH late AS (
    SELECT entry.position, entry.stream, entry.type, entry.effective_on,
           CAST(entry.recorded_at + INTERVAL '8' HOUR AS DATE) AS recorded_on
    FROM entry
    WHERE entry.effective_on < CAST(entry.recorded_at + INTERVAL '8' HOUR AS DATE)
),
allowed AS (
    SELECT county_pack.day, county_pack.adoption,
           CAST(MAX(given.value) AS BIGINT) AS working_days
    FROM county_pack
    JOIN pack_parameters AS given ON given.adoption = county_pack.adoption
    WHERE given.name = 'late_entry_working_days' AND LENGTH(given.value) <= 9
      AND REGEXP_REPLACE(given.value, '[0-9]', '', 'g') = ''
    GROUP BY county_pack.day, county_pack.adoption
),
counted AS (
    SELECT late.position, late.stream, late.type, late.effective_on, late.recorded_on,
           DATE_DIFF('day', late.effective_on, late.recorded_on) AS days,
           -- not known where the calendar of the day asked about does not reach
           ended.working_number - begun.working_number AS working_days,
           allowed.working_days AS allowed_working_days, allowed.adoption,
           LIST_CONCAT(
               COALESCE(begun.positions, CAST([] AS BIGINT[])),
               COALESCE(ended.positions, CAST([] AS BIGINT[]))
           ) AS calendar_positions
    FROM late
    LEFT JOIN calendar_days AS begun ON begun.day = late.effective_on
    LEFT JOIN calendar_days AS ended ON ended.day = late.recorded_on
    LEFT JOIN allowed ON allowed.day = late.effective_on
)
SELECT position,
       stream,
       type,
       effective_on,
       recorded_on,
       days,
       working_days,
       allowed_working_days,
       working_days <= allowed_working_days AS allowed,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT(
                   CASE WHEN adoption IS NULL THEN [position] ELSE [position, adoption] END,
                   calendar_positions
               )
           )
       ) AS positions
FROM counted
