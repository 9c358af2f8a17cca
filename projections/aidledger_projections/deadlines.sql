-- title_zh: 时限台账
-- title_en: deadlines
-- key: from_position, limit_id
-- for: every time limit that began, its last day as known, and whether it was kept (open, met, late, missed; early for a least time)
-- facts: S1-031, S1-038, S1-041, S4-112
WITH extensions AS (
    SELECT stream, MIN(effective_on) AS granted_on, LEAST(SUM(days), 20000) AS days,
           ARRAY_AGG(position) AS positions
    FROM complaint_extended
    GROUP BY stream
),
programmes AS (
    SELECT stream, MAX_BY(programme, position) AS programme FROM application_submitted GROUP BY stream
),
starts AS (
    SELECT entry.position AS from_position, entry.stream, entry.effective_on AS from_on,
           pack_limits.adoption, pack_limits.limit_id, pack_limits.n, pack_limits.unit,
           pack_limits.roll, pack_limits.count_from, pack_limits.severity, pack_limits.bound,
           CASE WHEN pack_limits.count_from = 'same_day' THEN 1 ELSE 0 END AS same_day,
           COALESCE(extensions.days, 0) AS extended_days,
           COALESCE(extensions.positions, CAST([] AS BIGINT[])) AS extended_positions
    FROM entry
    LEFT JOIN programmes ON programmes.stream = entry.stream
    JOIN pack_in_force
      ON pack_in_force.day = entry.effective_on
     AND pack_in_force.programme = COALESCE(programmes.programme, '')
    JOIN pack_limits
      ON pack_limits.adoption = pack_in_force.adoption
     AND pack_limits.from_type = entry.type
     AND NOT pack_limits.repeats
    -- more days count for the answer, when they were granted while it was not yet due
    LEFT JOIN extensions
      ON extensions.stream = entry.stream
     AND pack_limits.to_types LIKE '%ComplaintAnswered%'
     AND pack_limits.unit = 'days'
     AND extensions.granted_on <= entry.effective_on + CAST(pack_limits.n AS INTEGER)
),
end_types AS (
    SELECT adoption, limit_id, TRIM(end_type) AS end_type
    FROM (
        SELECT adoption, limit_id, UNNEST(STRING_SPLIT(to_types, ',')) AS end_type FROM pack_limits
    ) AS listed
),
end_order AS (
    SELECT starts.from_position, starts.limit_id, entry.position, entry.effective_on,
           ROW_NUMBER() OVER (
               PARTITION BY starts.from_position, starts.limit_id
               ORDER BY entry.effective_on, entry.position
           ) AS place
    FROM starts
    JOIN end_types
      ON end_types.adoption = starts.adoption AND end_types.limit_id = starts.limit_id
    JOIN entry
      ON entry.stream = starts.stream
     AND entry.type = end_types.end_type
     AND entry.effective_on >= starts.from_on
     AND entry.position <> starts.from_position
),
ends AS (
    SELECT from_position, limit_id, position AS done_position, effective_on AS done_on
    FROM end_order
    WHERE place = 1
),
lasts AS (
    -- days and months: the last day by the calendar, before it is moved to a working day
    SELECT starts.from_position, starts.limit_id,
           CASE starts.unit
               WHEN 'days' THEN starts.from_on + CAST(
                   starts.n + starts.extended_days - starts.same_day AS INTEGER
               )
               WHEN 'months' THEN CAST(starts.from_on + starts.n * INTERVAL '1' MONTH AS DATE)
           END AS last_on
    FROM starts
    WHERE starts.unit IN ('days', 'months')
),
counted AS (
    -- the working day sought, by its number in the calendar's count
    SELECT starts.from_position, starts.limit_id, first.working_number + starts.n AS wanted,
           begun.unknown_number - CASE WHEN begun.unknown THEN 1 ELSE 0 END AS unknown_before,
           begun.positions AS calendar_positions
    FROM starts
    JOIN calendar_days AS first ON first.day = starts.from_on - starts.same_day
    JOIN calendar_days AS begun ON begun.day = starts.from_on
    WHERE starts.unit = 'working_days'
    UNION ALL
    SELECT lasts.from_position, lasts.limit_id, before.working_number + 1,
           begun.unknown_number - CASE WHEN begun.unknown THEN 1 ELSE 0 END, begun.positions
    FROM lasts
    JOIN starts
      ON starts.from_position = lasts.from_position
     AND starts.limit_id = lasts.limit_id
     AND starts.roll = 'next_working_day'
    JOIN calendar_days AS before ON before.day = lasts.last_on - 1
    JOIN calendar_days AS begun ON begun.day = lasts.last_on
),
dues AS (
    SELECT counted.from_position, counted.limit_id, found.day AS due_on,
           found.unknown_number > counted.unknown_before AS provisional,
           LIST_CONCAT(counted.calendar_positions, found.positions) AS calendar_positions
    FROM counted
    JOIN calendar_days AS found ON found.working AND found.working_number = counted.wanted
    UNION ALL
    SELECT lasts.from_position, lasts.limit_id, lasts.last_on, FALSE, CAST([] AS BIGINT[])
    FROM lasts
    JOIN starts
      ON starts.from_position = lasts.from_position
     AND starts.limit_id = lasts.limit_id
     AND starts.roll <> 'next_working_day'
)
SELECT starts.stream,
       starts.limit_id,
       starts.from_position,
       starts.from_on,
       starts.n,
       starts.extended_days,
       starts.unit,
       starts.count_from,
       starts.roll,
       starts.bound,
       dues.due_on,
       dues.provisional,
       ends.done_on,
       ends.done_position,
       CASE
           WHEN dues.due_on IS NULL THEN 'unknown'
           WHEN starts.bound = 'at_least' AND ends.done_on < dues.due_on THEN 'early'
           WHEN starts.bound = 'at_least' AND ends.done_on IS NOT NULL THEN 'met'
           WHEN starts.bound = 'at_least' THEN 'open'
           WHEN ends.done_on IS NOT NULL AND ends.done_on <= dues.due_on THEN 'met'
           WHEN ends.done_on IS NOT NULL THEN 'late'
           WHEN parameters.as_of <= dues.due_on THEN 'open'
           ELSE 'missed'
       END AS state,
       starts.severity,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT(
                   CASE
                       WHEN ends.done_position IS NULL THEN [starts.from_position, starts.adoption]
                       ELSE [starts.from_position, starts.adoption, ends.done_position]
                   END,
                   LIST_CONCAT(
                       starts.extended_positions,
                       COALESCE(dues.calendar_positions, CAST([] AS BIGINT[]))
                   )
               )
           )
       ) AS positions
FROM starts
CROSS JOIN parameters
LEFT JOIN ends ON ends.from_position = starts.from_position AND ends.limit_id = starts.limit_id
LEFT JOIN dues ON dues.from_position = starts.from_position AND dues.limit_id = starts.limit_id
