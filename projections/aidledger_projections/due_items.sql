-- title_zh: 到期与应办事项
-- title_en: what is due
-- key: stream, what, origin
-- for: everything that is still to be done: by which day, since when, overdue or not; owed where no rule gives a day, suspended while days don't count
-- facts: S0-014, S1-017, S4-002, S4-019, S4-075, S4-079, S4-082, S4-090, S4-098, S4-100, S4-102, S4-104, S4-110, S4-117
WITH limits AS (
    SELECT deadlines.stream, deadlines.limit_id AS what, deadlines.from_position AS origin, deadlines.due_on,
           deadlines.from_on, deadlines.state, deadlines.bound, deadlines.severity,
           COALESCE(deadlines.provisional, FALSE) AS provisional, deadlines.extended, deadlines.unit,
           deadlines.suspended_since, deadlines.positions
    FROM deadlines
    LEFT JOIN case_state ON case_state."case" = deadlines.stream
    WHERE (deadlines.state = 'suspended'
           OR (deadlines.state IN ('open', 'missed') AND deadlines.due_on IS NOT NULL))
      -- who asks no longer, or died undecided, waits for nothing, and no notice need stay up
      AND COALESCE(case_state.stage, '') <> 'withdrawn'
      AND (case_state.died_on IS NULL OR case_state.decided_on IS NOT NULL)
      -- nor does who died have to be announced; a household lives on
      AND NOT (deadlines.limit_id = 'limit-announcement' AND case_state.form <> 'household'
               AND COALESCE(case_state.died_on <= deadlines.due_on, FALSE))
),
periods AS (
    -- what was missed of a period that is over can't be made up for, but a score can
    SELECT "case" AS stream, 'visit ' || period AS what, to_on AS due_on, from_on, state,
           FALSE AS provisional, positions
    FROM visits_due
    WHERE state = 'open'
    UNION ALL
    SELECT carer, 'score ' || period, to_on, from_on,
           CASE WHEN state = 'open' THEN 'open' ELSE 'missed' END, FALSE, positions
    FROM scores_due
    WHERE state <> 'met'
    UNION ALL
    SELECT 'meeting', 'joint meeting ' || CAST(from_on AS VARCHAR), to_on, from_on, state, FALSE,
           positions
    FROM meetings_due
    WHERE state = 'open'
    UNION ALL
    SELECT 'unit/' || unit, 'return ' || "month", due_on, from_on, state, provisional, positions
    FROM returns_due
    WHERE state IN ('open', 'missed')
    UNION ALL
    SELECT 'unit/' || unit, 'notice ' || kind || ' ' || CAST("year" AS VARCHAR),
           CAST(CAST("year" AS VARCHAR) || '-12-31' AS DATE),
           CAST(CAST("year" AS VARCHAR) || '-01-01' AS DATE), state, FALSE, positions
    FROM notices_due
    WHERE state IN ('open', 'missed')
),
counted AS (
    -- days that a rule counts from something that happened
    SELECT "case" AS stream, 'need' AS what, position AS origin, due_on, reported_on AS from_on, state,
           FALSE AS provisional, positions
    FROM needs
    WHERE state IN ('open', 'missed')
    UNION ALL
    SELECT "case", 'referral ' || referral, positions[1], due_on, made_on, state, FALSE, positions
    FROM referrals
    WHERE state IN ('open', 'missed')
    UNION ALL
    SELECT "case", 'paperwork', position, due_on, from_on, state, provisional, positions
    FROM emergency_paperwork
    WHERE state IN ('open', 'missed')
    UNION ALL
    SELECT finding, 'rectify ' || rule, positions[1], due_on, from_on, state, FALSE, positions
    FROM audit_findings
    WHERE state IN ('open', 'missed')
    UNION ALL
    -- sooner than the pack asks: the pack's own days are among the limits
    SELECT doubts.doubt, 'doubt ' || doubts.rule, doubts.positions[1], doubts.asked_due_on, doubts.assigned_on,
           CASE WHEN parameters.as_of <= doubts.asked_due_on THEN 'open' ELSE 'missed' END, FALSE,
           doubts.positions
    FROM doubts
    CROSS JOIN parameters
    WHERE doubts.asked_due_on IS NOT NULL
    UNION ALL
    SELECT "case", 'give back', positions[1], due_on, from_on,
           CASE WHEN state = 'open' THEN 'open' ELSE 'missed' END, FALSE, positions
    FROM recoveries
    WHERE state IN ('open', 'overdue')
    UNION ALL
    SELECT stream, 'take list down', position, to_on, shown_on,
           CASE WHEN state = 'overdue' THEN 'missed' ELSE 'open' END, FALSE, positions
    FROM lists_up
    WHERE state <> 'withdrawn' AND to_on IS NOT NULL
    UNION ALL
    SELECT "case", 'discuss ' || kind, position, due_on, happened_on, state, FALSE, positions
    FROM incidents
    WHERE state IN ('open', 'missed')
    UNION ALL
    SELECT "case", 'act on discovery', positions[1], due_on, discovered_on, state, FALSE, positions
    FROM discoveries
    WHERE state IN ('open', 'missed')
    UNION ALL
    SELECT carer, 'epidemic watch', positions[1], CAST(watched_on + asked_days AS DATE), watched_on,
           CASE WHEN state = 'overdue' THEN 'missed' ELSE 'open' END, FALSE, positions
    FROM epidemic_watch
    WHERE watched_on IS NOT NULL
    UNION ALL
    SELECT care_gaps."case", care_gaps.kind, care_gaps.positions[1],
           CAST(care_gaps.from_on + care_gaps.allowed_days - 1 AS DATE), care_gaps.from_on,
           CASE WHEN care_gaps.state = 'over' THEN 'missed' ELSE 'open' END, FALSE,
           care_gaps.positions
    FROM care_gaps
    CROSS JOIN parameters
    WHERE care_gaps.to_on >= parameters.as_of AND care_gaps.allowed_days IS NOT NULL
),
owed AS (
    -- to be done, and no rule says by which day
    SELECT stream, owed AS what, from_position AS origin, from_on, positions
    FROM owed_acts
    WHERE state = 'owed'
    UNION ALL
    SELECT county_visits."case", 'county visit', county_visits.origin, county_visits.from_on,
           county_visits.positions
    FROM county_visits
    JOIN case_state ON case_state."case" = county_visits."case"
    -- of a case that is over nobody is visited any more
    WHERE county_visits.state = 'owed' AND case_state.stage NOT IN ('refused', 'terminated', 'withdrawn')
    UNION ALL
    -- somebody on a list that stays up is supported no more
    SELECT stream, 'take list down', position, outdated_since, positions
    FROM lists_up
    WHERE state = 'outdated'
    UNION ALL
    SELECT "case", 'guardian ' || state, positions[1], since_on, positions
    FROM guardians
    WHERE state <> 'in_order'
    UNION ALL
    SELECT "case", 'bearer ' || state, positions[1], NULL, positions
    FROM bearers
    WHERE "key" AND state <> 'one'
    UNION ALL
    SELECT carer, 'epidemic watch', positions[1], NULL, positions
    FROM epidemic_watch
    WHERE watched_on IS NULL
    UNION ALL
    SELECT 'unit/' || unit, 'group ' || state, positions[1], NULL, positions
    FROM "groups"
    WHERE state <> 'formed'
    UNION ALL
    SELECT 'rule/' || kind, 'own rule', positions[1], NULL, positions
    FROM local_rules
    WHERE state = 'missing'
    UNION ALL
    -- not the last entry of the office: it changes each night, and what is owed does not
    SELECT 'duty/' || duty, kind || ' ' || state, positions[1], NULL, [positions[1]]
    FROM duties
    WHERE state <> 'acting'
)
SELECT stream, what, origin, due_on, from_on, state, bound, severity, provisional, extended, unit,
       suspended_since, positions
FROM limits
UNION ALL
SELECT stream, what, positions[1], due_on, from_on, CASE WHEN due_on IS NULL THEN 'owed' ELSE state END,
       'at_most', NULL, provisional, 0, NULL, NULL, positions
FROM periods
UNION ALL
SELECT stream, what, origin, due_on, from_on, CASE WHEN due_on IS NULL THEN 'owed' ELSE state END,
       'at_most', NULL, provisional, 0, NULL, NULL, positions
FROM counted
UNION ALL
SELECT stream, what, origin, NULL, from_on, 'owed', 'at_most', NULL, FALSE, 0, NULL, NULL, positions
FROM owed
