-- title_zh: 照料空档
-- title_en: gaps in care
-- key: case, kind, from_on
-- for: days on which a person supported at home had nobody to care for them, and how many are allowed
-- facts: S0-006, S0-007, S4-096
WITH forms AS (
    SELECT stream, effective_on, position, form FROM application_approved
    UNION ALL
    SELECT stream, effective_on, position, form FROM support_form_set
),
form_days AS (
    SELECT stream, effective_on, MAX(position) AS position, MAX_BY(form, position) AS form
    FROM forms
    GROUP BY stream, effective_on
),
form_spans AS (
    SELECT stream, position, form, effective_on AS from_on,
           LEAD(effective_on) OVER (PARTITION BY stream ORDER BY effective_on) - 1 AS to_on
    FROM form_days
),
at_home AS (
    SELECT form_spans.stream, form_spans.position, form_spans.from_on,
           LEAST(
               COALESCE(form_spans.to_on, parameters.as_of), parameters.as_of,
               COALESCE(case_state.died_on, parameters.as_of),
               COALESCE(case_state.terminated_on, parameters.as_of)
           ) AS to_on
    FROM form_spans
    CROSS JOIN parameters
    JOIN case_state ON case_state."case" = form_spans.stream
    WHERE form_spans.form = 'decentralised'
),
cared AS (
    -- who lost the qualification cares on paper only; a stay elsewhere is care as well
    SELECT care_periods."case" AS stream, care_periods.position, care_periods.from_on,
           LEAST(care_periods.to_on, COALESCE(carers.disqualified_on, care_periods.to_on)) AS to_on
    FROM care_periods
    LEFT JOIN carers ON carers.carer = care_periods.carer AND NOT carers.qualified
    UNION ALL
    SELECT respite_stayed.stream, respite_stayed.position, respite_stayed.from_on,
           LEAST(respite_stayed.to_on, parameters.as_of)
    FROM respite_stayed
    CROSS JOIN parameters
),
steps AS (
    SELECT stream, from_on AS day, 1 AS home, 0 AS care FROM at_home WHERE from_on <= to_on
    UNION ALL
    SELECT stream, to_on + 1, -1, 0 FROM at_home WHERE from_on <= to_on
    UNION ALL
    SELECT stream, from_on, 0, 1 FROM cared WHERE from_on <= to_on
    UNION ALL
    SELECT stream, to_on + 1, 0, -1 FROM cared WHERE from_on <= to_on
),
turns AS (
    SELECT stream, day, SUM(home) AS home, SUM(care) AS care FROM steps GROUP BY stream, day
),
spans AS (
    SELECT stream, day AS from_on, LEAD(day) OVER (PARTITION BY stream ORDER BY day) - 1 AS to_on,
           SUM(home) OVER (PARTITION BY stream ORDER BY day) AS home,
           SUM(care) OVER (PARTITION BY stream ORDER BY day) AS care
    FROM turns
    WHERE home <> 0 OR care <> 0
),
sources AS (
    SELECT stream, ARRAY_AGG(position) AS positions
    FROM (
        SELECT stream, position FROM at_home
        UNION
        SELECT stream, position FROM cared
    ) AS used
    GROUP BY stream
),
attended AS (
    SELECT illness_suspected.stream, illness_suspected.position,
           MIN(illness_suspected.effective_on) AS from_on, MIN(service_rendered.effective_on) AS seen_on
    FROM illness_suspected
    LEFT JOIN service_rendered
      ON service_rendered.stream = illness_suspected.stream
     AND service_rendered.kind = 'hospital_attendance'
     AND service_rendered.effective_on >= illness_suspected.effective_on
    GROUP BY illness_suspected.stream, illness_suspected.position
),
alone AS (
    SELECT stream, from_on, MIN(seen_on) - 1 AS seen_to, ARRAY_AGG(position) AS positions
    FROM attended
    GROUP BY stream, from_on
),
gaps AS (
    SELECT spans.stream, 'no_carer' AS kind, 'carer_gap_days' AS rule, spans.from_on, spans.to_on,
           sources.positions
    FROM spans
    JOIN sources ON sources.stream = spans.stream
    WHERE spans.home > 0 AND spans.care <= 0 AND spans.to_on IS NOT NULL
    UNION ALL
    SELECT alone.stream, 'no_attendance', 'attendance_gap_days', alone.from_on,
           COALESCE(alone.seen_to, parameters.as_of), alone.positions
    FROM alone
    CROSS JOIN parameters
    WHERE alone.from_on <= COALESCE(alone.seen_to, parameters.as_of)
)
SELECT gaps.stream AS "case",
       gaps.kind,
       gaps.from_on,
       gaps.to_on,
       DATE_DIFF('day', gaps.from_on, gaps.to_on) + 1 AS days,
       TRY_CAST(allowed.value AS INTEGER) AS allowed_days,
       CASE
           WHEN DATE_DIFF('day', gaps.from_on, gaps.to_on) + 1 > TRY_CAST(allowed.value AS INTEGER)
               THEN 'over'
           WHEN gaps.to_on >= parameters.as_of THEN 'open'
           ELSE 'closed'
       END AS state,
       LIST_SORT(LIST_DISTINCT(gaps.positions)) AS positions
FROM gaps
CROSS JOIN parameters
LEFT JOIN county_pack ON county_pack.day = LEAST(LAST_DAY(gaps.from_on), parameters.as_of)
LEFT JOIN pack_parameters AS allowed
  ON allowed.adoption = county_pack.adoption AND allowed.name = gaps.rule
