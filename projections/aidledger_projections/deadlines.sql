-- title_zh: 时限台账
-- title_en: deadlines
-- key: from_position, limit_id
-- for: every time limit that began, its last day as known after its moves, and whether it was kept (open, met, late, missed, suspended; early for a least time)
-- facts: S1-031, S1-038, S1-041, S4-112
WITH granted_units AS (
    SELECT position, stream, effective_on AS granted_on, extended AS units, unit, "limit" AS limit_id,
           '' AS ends_with
    FROM limit_extended
    UNION ALL
    SELECT position, stream, effective_on, days, 'days', NULL, 'ComplaintAnswered'
    FROM complaint_extended
),
pauses AS (
    -- from a suspension to the next day on which the days count again, if there is one
    SELECT s.stream, s."limit" AS limit_id, s.position, s.suspended_on AS from_on,
           MIN(r.resumed_on) AS to_on
    FROM limit_suspended AS s
    LEFT JOIN limit_resumed AS r
      ON r.stream = s.stream
     AND r."limit" = s."limit"
     AND (r.resumed_on > s.suspended_on OR (r.resumed_on = s.suspended_on AND r.position > s.position))
    GROUP BY s.stream, s."limit", s.position, s.suspended_on
),
programmes AS (
    SELECT stream, MAX_BY(programme, position) AS programme FROM application_submitted GROUP BY stream
),
begun AS (
    -- most entries begin no limit: they are left out before anything is looked up for them
    SELECT entry.position, entry.stream, entry.type, entry.effective_on
    FROM entry
    JOIN (SELECT DISTINCT from_type FROM pack_limits WHERE NOT repeats) AS kinds
      ON kinds.from_type = entry.type
),
starts AS (
    SELECT begun.position AS from_position, begun.stream, begun.effective_on AS from_on,
           pack_limits.adoption, pack_limits.limit_id, pack_limits.n, pack_limits.unit,
           pack_limits.roll, pack_limits.count_from, pack_limits.severity, pack_limits.bound,
           pack_limits.to_types,
           CASE WHEN pack_limits.count_from = 'same_day' THEN 1 ELSE 0 END AS same_day
    FROM begun
    LEFT JOIN programmes ON programmes.stream = begun.stream
    JOIN pack_in_force
      ON pack_in_force.day = begun.effective_on
     AND pack_in_force.programme = COALESCE(programmes.programme, '')
    JOIN pack_limits
      ON pack_limits.adoption = pack_in_force.adoption
     AND pack_limits.from_type = begun.type
     AND NOT pack_limits.repeats
),
end_types AS (
    SELECT adoption, limit_id, TRIM(end_type) AS end_type
    FROM (
        SELECT adoption, limit_id, UNNEST(STRING_SPLIT(to_types, ',')) AS end_type FROM pack_limits
    ) AS listed
),
ends AS (
    SELECT starts.from_position, starts.limit_id, MIN(entry.effective_on) AS done_on,
           MIN_BY(entry.position, (entry.effective_on, entry.position)) AS done_position
    FROM starts
    JOIN end_types
      ON end_types.adoption = starts.adoption AND end_types.limit_id = starts.limit_id
    JOIN entry
      ON entry.stream = starts.stream
     AND entry.type = end_types.end_type
     AND entry.effective_on >= starts.from_on
     AND entry.position <> starts.from_position
    GROUP BY starts.from_position, starts.limit_id
),
lasts AS (
    -- days and months: the last day by the calendar, before it is moved to a working day
    SELECT starts.from_position, starts.limit_id,
           CASE starts.unit
               WHEN 'days' THEN starts.from_on + CAST(
                   starts.n - starts.same_day AS INTEGER
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
plain AS (
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
),
extensions AS (
    SELECT starts.from_position, starts.limit_id, granted_units.position, granted_units.granted_on,
           ROW_NUMBER() OVER (
               PARTITION BY starts.from_position, starts.limit_id
               ORDER BY granted_units.granted_on, granted_units.position
           ) AS step,
           SUM(granted_units.units) OVER (
               PARTITION BY starts.from_position, starts.limit_id
               ORDER BY granted_units.granted_on, granted_units.position
           ) AS units
    FROM starts
    JOIN granted_units
      ON granted_units.stream = starts.stream
     AND granted_units.unit = starts.unit
     AND COALESCE(granted_units.limit_id, starts.limit_id) = starts.limit_id
     AND CONTAINS(starts.to_types, granted_units.ends_with)
     AND (granted_units.granted_on > starts.from_on
         OR (granted_units.granted_on = starts.from_on AND granted_units.position > starts.from_position))
),
moved AS (
    -- the limits that were moved, and the first day that could count
    SELECT starts.from_position, starts.limit_id, starts.stream, starts.from_on, starts.n, starts.unit,
           starts.unit <> 'working_days' AND starts.roll = 'next_working_day' AS rolls,
           starts.same_day,
           starts.from_on + CASE WHEN starts.unit = 'months' THEN 1 ELSE 1 - starts.same_day END
               AS first_on
    FROM starts
    JOIN (
        SELECT from_position, limit_id FROM extensions
        UNION
        SELECT starts.from_position, starts.limit_id
        FROM starts
        JOIN pauses ON pauses.stream = starts.stream AND pauses.limit_id = starts.limit_id
    ) AS those
      ON those.from_position = starts.from_position AND those.limit_id = starts.limit_id
    WHERE starts.unit IN ('working_days', 'days', 'months')
),
steps AS (
    SELECT from_position, limit_id, 0 AS step, n AS total FROM moved
    UNION ALL
    SELECT moved.from_position, moved.limit_id, extensions.step,
           LEAST(moved.n + extensions.units, 20000)
    FROM moved
    JOIN extensions
      ON extensions.from_position = moved.from_position AND extensions.limit_id = moved.limit_id
),
wanted AS (
    -- how many days have to count: working days, or all up to the last day by the calendar
    SELECT steps.from_position, steps.limit_id, steps.step, steps.total,
           CASE moved.unit
               WHEN 'months' THEN DATE_DIFF(
                   'day',
                   moved.from_on,
                   CAST(moved.from_on + CAST(steps.total AS INTEGER) * INTERVAL '1' MONTH AS DATE)
               )
               ELSE steps.total
           END AS days
    FROM steps
    JOIN moved ON moved.from_position = steps.from_position AND moved.limit_id = steps.limit_id
),
paused_days AS (
    SELECT DISTINCT pauses.stream, pauses.limit_id, calendar_days.day
    FROM pauses
    JOIN calendar_days
      ON calendar_days.day >= pauses.from_on
     AND (pauses.to_on IS NULL OR calendar_days.day < pauses.to_on)
),
counting AS (
    SELECT moved.from_position, moved.limit_id, calendar_days.day, calendar_days.working,
           calendar_days.unknown_number, calendar_days.unknown, calendar_days.positions,
           ROW_NUMBER() OVER (
               PARTITION BY moved.from_position, moved.limit_id ORDER BY calendar_days.day
           ) AS day_number,
           SUM(CASE WHEN calendar_days.working THEN 1 ELSE 0 END) OVER (
               PARTITION BY moved.from_position, moved.limit_id ORDER BY calendar_days.day
           ) AS working_number
    FROM moved
    JOIN calendar_days ON calendar_days.day >= moved.first_on
    LEFT JOIN paused_days
      ON paused_days.stream = moved.stream
     AND paused_days.limit_id = moved.limit_id
     AND paused_days.day = calendar_days.day
    WHERE paused_days.day IS NULL
),
reached AS (
    SELECT wanted.from_position, wanted.limit_id, wanted.step, wanted.total, counting.day,
           counting.working_number + CASE WHEN counting.working THEN 0 ELSE 1 END AS rolled_number,
           counting.unknown_number - CASE WHEN counting.unknown THEN 1 ELSE 0 END AS unknown_before,
           counting.positions
    FROM wanted
    JOIN moved ON moved.from_position = wanted.from_position AND moved.limit_id = wanted.limit_id
    JOIN counting
      ON counting.from_position = wanted.from_position
     AND counting.limit_id = wanted.limit_id
     AND CASE WHEN moved.unit = 'working_days' THEN counting.working_number ELSE counting.day_number END
         = wanted.days
     AND (counting.working OR moved.unit <> 'working_days')
),
arrived AS (
    -- the last day of each step, on a working day where the rule says so
    SELECT wanted.from_position, wanted.limit_id, wanted.step, wanted.total,
           CASE WHEN moved.rolls THEN rolled.day ELSE reached.day END AS due_on,
           CASE
               WHEN moved.rolls THEN rolled.unknown_number > reached.unknown_before
               WHEN moved.unit = 'working_days' THEN rolled.unknown_number
                   > begun.unknown_number - CASE WHEN begun.unknown THEN 1 ELSE 0 END
               ELSE FALSE
           END AS provisional,
           LIST_CONCAT(begun.positions, COALESCE(rolled.positions, CAST([] AS BIGINT[])))
               AS calendar_positions
    FROM wanted
    JOIN moved ON moved.from_position = wanted.from_position AND moved.limit_id = wanted.limit_id
    LEFT JOIN calendar_days AS begun ON begun.day = moved.from_on
    LEFT JOIN reached
      ON reached.from_position = wanted.from_position
     AND reached.limit_id = wanted.limit_id
     AND reached.step = wanted.step
    LEFT JOIN counting AS rolled
      ON rolled.from_position = reached.from_position
     AND rolled.limit_id = reached.limit_id
     AND rolled.working
     AND rolled.working_number = reached.rolled_number
),
settled AS (
    -- the step before the first extension that was granted too late, or the last one
    SELECT arrived.from_position, arrived.limit_id, MIN(arrived.step) AS step
    FROM arrived
    LEFT JOIN extensions
      ON extensions.from_position = arrived.from_position
     AND extensions.limit_id = arrived.limit_id
     AND extensions.step = arrived.step + 1
    WHERE extensions.step IS NULL OR extensions.granted_on > arrived.due_on
    GROUP BY arrived.from_position, arrived.limit_id
),
open_pauses AS (
    SELECT stream, limit_id, MIN(from_on) AS since FROM pauses WHERE to_on IS NULL GROUP BY stream, limit_id
),
moving_positions AS (
    SELECT those.from_position, those.limit_id, ARRAY_AGG(those.position) AS positions
    FROM (
        SELECT extensions.from_position, extensions.limit_id, extensions.position
        FROM extensions
        JOIN settled
          ON settled.from_position = extensions.from_position
         AND settled.limit_id = extensions.limit_id
         AND extensions.step <= settled.step
        UNION
        SELECT moved.from_position, moved.limit_id, limit_suspended.position
        FROM moved
        JOIN limit_suspended
          ON limit_suspended.stream = moved.stream AND limit_suspended."limit" = moved.limit_id
        UNION
        SELECT moved.from_position, moved.limit_id, limit_resumed.position
        FROM moved
        JOIN limit_resumed
          ON limit_resumed.stream = moved.stream AND limit_resumed."limit" = moved.limit_id
    ) AS those
    GROUP BY those.from_position, those.limit_id
),
stopped AS (
    -- days that did not count before the one on which the limit ends
    SELECT settled.from_position, settled.limit_id, COUNT(*) AS days
    FROM settled
    JOIN arrived
      ON arrived.from_position = settled.from_position
     AND arrived.limit_id = settled.limit_id
     AND arrived.step = settled.step
    JOIN moved ON moved.from_position = settled.from_position AND moved.limit_id = settled.limit_id
    JOIN paused_days
      ON paused_days.stream = moved.stream
     AND paused_days.limit_id = moved.limit_id
     AND paused_days.day >= moved.first_on
     AND paused_days.day <= arrived.due_on
    GROUP BY settled.from_position, settled.limit_id
),
dues AS (
    SELECT plain.from_position, plain.limit_id, plain.due_on, plain.provisional,
           plain.calendar_positions, 0 AS extended, 0 AS suspended_days, CAST(NULL AS DATE) AS suspended_since
    FROM plain
    LEFT JOIN moved
      ON moved.from_position = plain.from_position AND moved.limit_id = plain.limit_id
    WHERE moved.from_position IS NULL
    UNION ALL
    SELECT arrived.from_position, arrived.limit_id, arrived.due_on, arrived.provisional,
           arrived.calendar_positions,
           COALESCE(arrived.total - moved.n, 0),
           COALESCE(stopped.days, 0),
           CASE WHEN arrived.due_on IS NULL AND moved.n IS NOT NULL THEN open_pauses.since END
    FROM settled
    JOIN arrived
      ON arrived.from_position = settled.from_position
     AND arrived.limit_id = settled.limit_id
     AND arrived.step = settled.step
    JOIN moved ON moved.from_position = settled.from_position AND moved.limit_id = settled.limit_id
    LEFT JOIN stopped
      ON stopped.from_position = settled.from_position AND stopped.limit_id = settled.limit_id
    LEFT JOIN open_pauses
      ON open_pauses.stream = moved.stream AND open_pauses.limit_id = moved.limit_id
)
SELECT starts.stream,
       starts.limit_id,
       starts.from_position,
       starts.from_on,
       starts.n,
       COALESCE(dues.extended, 0) AS extended,
       starts.unit,
       starts.count_from,
       starts.roll,
       starts.bound,
       dues.due_on,
       dues.provisional,
       COALESCE(dues.suspended_days, 0) AS suspended_days,
       dues.suspended_since,
       ends.done_on,
       ends.done_position,
       CASE
           WHEN dues.suspended_since IS NOT NULL AND ends.done_on IS NULL THEN 'suspended'
           WHEN dues.suspended_since IS NOT NULL AND starts.bound = 'at_least' THEN 'early'
           WHEN dues.suspended_since IS NOT NULL THEN 'met'
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
                       COALESCE(moving_positions.positions, CAST([] AS BIGINT[])),
                       COALESCE(dues.calendar_positions, CAST([] AS BIGINT[]))
                   )
               )
           )
       ) AS positions
FROM starts
CROSS JOIN parameters
LEFT JOIN ends ON ends.from_position = starts.from_position AND ends.limit_id = starts.limit_id
LEFT JOIN dues ON dues.from_position = starts.from_position AND dues.limit_id = starts.limit_id
LEFT JOIN moving_positions
  ON moving_positions.from_position = starts.from_position AND moving_positions.limit_id = starts.limit_id
