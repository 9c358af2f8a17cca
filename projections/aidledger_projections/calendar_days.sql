-- title_zh: 工作日历
-- title_en: working days
-- key: day
-- for: every day with its number in the count of working days, as known on the day asked for
-- facts: S1-038
WITH ranked AS (
    SELECT c.position, c.year, c.off_days, c.work_days,
           ROW_NUMBER() OVER (
               PARTITION BY c.year ORDER BY c.known_since DESC, c.calendar_hash DESC, c.position DESC
           ) AS place
    FROM calendar_adopted AS c
    CROSS JOIN parameters
    WHERE parameters.known_on IS NULL OR c.known_since <= parameters.known_on
),
newest AS (
    SELECT position, year, off_days, work_days FROM ranked WHERE place = 1
),
off_day AS (
    SELECT DISTINCT UNNEST(off_days) AS day FROM newest
),
work_day AS (
    SELECT DISTINCT UNNEST(work_days) AS day FROM newest
),
reach AS (
    -- a working-day limit rarely takes twice its number of days; two months cover long holidays
    SELECT COALESCE(
               MAX(n * CASE unit WHEN 'working_days' THEN 2 WHEN 'months' THEN 31 ELSE 1 END), 0
           ) + 60 AS days
    FROM pack_limits
),
longer AS (
    -- and what extensions add, as far as a limit may be long
    SELECT COALESCE(MAX(LEAST(days, 620000)), 0) AS days
    FROM (
        SELECT SUM(extended * CASE unit WHEN 'working_days' THEN 2 WHEN 'months' THEN 31 ELSE 1 END) AS days
        FROM limit_extended
        GROUP BY stream, "limit"
        UNION ALL
        SELECT SUM(days) FROM complaint_extended GROUP BY stream
    ) AS granted
),
counted_again AS (
    -- a suspension may end on a day that is still to come
    SELECT MAX(resumed_on) AS day FROM limit_resumed
),
span AS (
    -- no record is about days before 1850: the bound keeps a hostile one from filling the disk
    SELECT GREATEST(MIN(entry.effective_on), DATE '1850-01-02') - 1 AS first_on,
           GREATEST(
               MAX(parameters.as_of),
               LEAST(
                   COALESCE(MAX(counted_again.day), MAX(parameters.as_of)),
                   MAX(parameters.as_of) + 20000
               )
           ) + CAST(MAX(reach.days) + MAX(longer.days) AS INTEGER) AS last_on
    FROM entry
    CROSS JOIN parameters
    CROSS JOIN reach
    CROSS JOIN longer
    CROSS JOIN counted_again
),
days AS (
    SELECT CAST(series.day AS DATE) AS day
    FROM span
    CROSS JOIN UNNEST(GENERATE_SERIES(span.first_on, span.last_on, INTERVAL '1' DAY)) AS series(day)
),
marked AS (
    SELECT days.day,
           -- 0001-01-01 was a Monday
           CASE
               WHEN DATE_DIFF('day', DATE '0001-01-01', days.day) % 7 >= 5
                   THEN work_day.day IS NOT NULL
               ELSE off_day.day IS NULL
           END AS working,
           newest.position IS NULL AS unknown,
           CASE WHEN newest.position IS NULL THEN CAST([] AS BIGINT[]) ELSE [newest.position] END
               AS positions
    FROM days
    LEFT JOIN off_day ON off_day.day = days.day
    LEFT JOIN work_day ON work_day.day = days.day
    LEFT JOIN newest ON newest.year = YEAR(days.day)
)
SELECT day,
       working,
       SUM(CASE WHEN working THEN 1 ELSE 0 END) OVER (ORDER BY day) AS working_number,
       unknown,
       SUM(CASE WHEN unknown THEN 1 ELSE 0 END) OVER (ORDER BY day) AS unknown_number,
       positions
FROM marked
