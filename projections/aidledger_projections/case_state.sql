-- title_zh: 个案现状
-- title_en: state of each case
-- key: case
-- for: what every case is on the day in question; must equal the fold of domain/case.py, case by case
-- facts: S1-030, S1-038, S1-047, S1-069
WITH question AS (
    SELECT SUBSTRING(CAST(as_of AS VARCHAR), 1, 7) AS month FROM parameters
),
live AS (
    SELECT stream, MAX(position) AS last_position, MAX_BY(version, position) AS version,
           LIST_SORT(ARRAY_AGG(position)) AS positions
    FROM entry
    WHERE stream LIKE 'case/%'
    GROUP BY stream
),
stages AS (
    SELECT stream, position,
           CASE type
               WHEN 'ApplicationSubmitted' THEN 'applied'
               WHEN 'ApplicationAccepted' THEN 'accepted'
               WHEN 'ApplicationWithdrawn' THEN 'withdrawn'
               WHEN 'ReviewOpinionGiven' THEN 'opined'
               WHEN 'PublicityStarted' THEN 'in_publicity'
               WHEN 'PublicityEnded' THEN 'published'
               WHEN 'CaseSubmitted' THEN 'submitted'
               WHEN 'ApplicationApproved' THEN 'approved'
               WHEN 'ApplicationRefused' THEN 'refused'
               WHEN 'TerminationReported' THEN 'terminating'
               WHEN 'TerminationApproved' THEN 'terminated'
           END AS stage
    FROM entry
    UNION ALL
    SELECT stream, position, 'approved' AS stage FROM termination_audited WHERE NOT agreed
),
support_began AS (
    SELECT stream, MIN(position) AS position FROM application_approved GROUP BY stream
),
support_ended AS (
    SELECT stream, MIN(position) AS position FROM termination_approved GROUP BY stream
),
last_stage AS (
    SELECT stages.stream, MAX_BY(stages.stage, stages.position) AS stage, MAX(stages.position) AS position
    FROM stages
    LEFT JOIN support_began AS began ON began.stream = stages.stream
    LEFT JOIN support_ended AS ended ON ended.stream = stages.stream
    WHERE stages.stage IS NOT NULL
      -- a support that runs is ended by no step of another application
      AND (
          stages.stage IN ('approved', 'terminating', 'terminated')
          OR began.position IS NULL
          OR stages.position < began.position
          OR ended.position < stages.position
      )
    GROUP BY stages.stream
),
helped AS (
    SELECT stream, MAX(position) AS position FROM help_granted GROUP BY stream
),
stage AS (
    -- help once ends the case that asked for it; monthly support runs on beside it
    SELECT COALESCE(last_stage.stream, helped.stream) AS stream,
           CASE
               WHEN last_stage.stage IN ('approved', 'terminating', 'terminated')
                   THEN last_stage.stage
               WHEN helped.position > COALESCE(last_stage.position, -1) THEN 'helped'
               ELSE last_stage.stage
           END AS stage
    FROM last_stage
    FULL JOIN helped ON helped.stream = last_stage.stream
),
application AS (
    SELECT stream, MAX_BY(applicant, position) AS applicant,
           MAX_BY(display_name, position) AS display_name,
           MAX_BY(programme, position) AS programme,
           MAX_BY(birth_on, position) AS birth_on, MAX_BY(area, position) AS area,
           MAX_BY(effective_on, position) AS applied_on
    FROM application_submitted
    GROUP BY stream
),
discovered AS (
    SELECT stream, MIN_BY(township, position) AS township, MIN_BY(village, position) AS village
    FROM need_discovered
    GROUP BY stream
),
filed AS (
    SELECT stream, position, effective_on, effective_on AS applied_on, township, village
    FROM application_submitted
    UNION ALL
    SELECT stream, position, effective_on, NULL, township, village FROM case_moved
),
since AS (
    -- a move of a day before the application, recorded after it, holds from the application on
    SELECT stream, position, township, village,
           GREATEST(
               effective_on,
               COALESCE(MAX(applied_on) OVER (PARTITION BY stream ORDER BY position), effective_on)
           ) AS from_on
    FROM filed
),
place AS (
    -- what was recorded late of an earlier day moves nobody back
    SELECT stream, MAX_BY(township, (from_on, position)) AS township,
           MAX_BY(village, (from_on, position)) AS village
    FROM since
    GROUP BY stream
),
accepted AS (
    SELECT stream, MAX_BY(effective_on, position) AS accepted_on
    FROM application_accepted
    GROUP BY stream
),
opined AS (
    SELECT stream, MAX_BY(opinion, position) AS opinion,
           MAX_BY(effective_on, position) AS opinion_on
    FROM review_opinion_given
    GROUP BY stream
),
publicity AS (
    SELECT stream, MAX_BY(effective_on, position) AS publicity_from, MAX(position) AS started_at
    FROM publicity_started
    GROUP BY stream
),
publicity_end AS (
    SELECT stream, MAX_BY(to_on, position) AS publicity_to, MAX(position) AS ended_at
    FROM publicity_ended
    GROUP BY stream
),
handed_up AS (
    SELECT stream, MAX_BY(received_on, position) AS submitted_on FROM case_submitted GROUP BY stream
),
decided AS (
    SELECT stream, MAX_BY(effective_on, position) AS decided_on, MAX_BY(actor, position) AS decided_by
    FROM (
        SELECT stream, position, effective_on, actor FROM application_approved
        UNION ALL
        SELECT stream, position, effective_on, actor FROM application_refused
    ) AS decisions
    GROUP BY stream
),
approved AS (
    SELECT stream, MAX_BY(limb, position) AS limb, MIN(from_month) AS from_month
    FROM application_approved
    GROUP BY stream
),
formed AS (
    SELECT stream, MAX_BY(form, (effective_on, position)) AS form
    FROM (
        SELECT stream, position, effective_on, form FROM application_approved
        UNION ALL
        SELECT stream, position, effective_on, form FROM support_form_set
    ) AS forms
    GROUP BY stream
),
placed AS (
    SELECT stream, MAX_BY(institution, position) AS institution
    FROM (
        SELECT stream, position, COALESCE(institution, '') AS institution FROM support_form_set
        UNION ALL
        SELECT stream, position, institution FROM placement_made
    ) AS placements
    GROUP BY stream
),
assessed AS (
    SELECT stream, MAX_BY(level, (effective_on, position)) AS ability
    FROM ability_assessed
    GROUP BY stream
),
entitled AS (
    SELECT e.stream, MAX_BY(e.monthly_fen, (e.from_month, e.position)) AS monthly_fen
    FROM entitlement_set AS e
    CROSS JOIN question
    WHERE e.from_month <= question.month
    GROUP BY e.stream
),
bound AS (
    SELECT stream, MAX_BY(account, (effective_on, position)) AS account
    FROM account_bound
    GROUP BY stream
),
entrusted AS (
    SELECT stream, MAX_BY(carer, position) AS carer, MAX(position) AS entrusted_at
    FROM care_entrusted
    GROUP BY stream
),
left_care AS (
    SELECT DISTINCT entrusted.stream
    FROM entrusted
    JOIN care_ended
      ON care_ended.stream = entrusted.stream
     AND care_ended.carer = entrusted.carer
     AND care_ended.position > entrusted.entrusted_at
),
classed AS (
    SELECT stream, MAX_BY(care_class, position) AS care_class FROM care_class_set GROUP BY stream
),
died AS (
    SELECT stream, MAX_BY(died_on, position) AS died_on FROM death_recorded GROUP BY stream
),
whereabouts AS (
    SELECT stream, MAX_BY(kind, (from_on, position)) AS kind FROM whereabouts_changed GROUP BY stream
),
suspended AS (
    SELECT "case" AS stream, MAX(CASE WHEN to_month IS NULL THEN from_month END) AS suspended_from,
           BOOL_OR(
               from_month <= question.month AND (to_month IS NULL OR question.month < to_month)
           ) AS now
    FROM suspensions
    CROSS JOIN question
    GROUP BY "case"
),
terminated AS (
    SELECT stream, MAX_BY(effective_on, position) AS terminated_on,
           MAX_BY(last_month, position) AS last_month
    FROM termination_approved
    GROUP BY stream
),
grounds AS (
    SELECT stream, MAX_BY(ground, position) AS ground
    FROM (
        SELECT stream, position, ground FROM termination_reported
        UNION ALL
        SELECT stream, position, ground FROM termination_approved
    ) AS given
    GROUP BY stream
),
objection_ends AS (
    SELECT stream, objection, MAX_BY(still_open, position) AS still_open
    FROM (
        SELECT stream, position, objection, 1 AS still_open FROM objection_raised
        UNION ALL
        SELECT stream, position, objection, 0 AS still_open FROM objection_reinvestigated
    ) AS steps
    GROUP BY stream, objection
),
objections AS (
    SELECT stream, SUM(still_open) AS open_objections FROM objection_ends GROUP BY stream
),
visited AS (
    SELECT stream, COUNT(*) AS visits, MAX(effective_on) AS last_visit_on
    FROM visit_made
    GROUP BY stream
),
paid AS (
    SELECT stream, SUM(lines) AS paid_lines, SUM(fen) AS paid_fen
    FROM (
        SELECT stream, 1 AS lines, amount_fen AS fen FROM payment_issued
        UNION ALL
        SELECT stream, 0 AS lines, -amount_fen AS fen FROM payment_returned
        UNION ALL
        SELECT stream, 0 AS lines, -amount_fen AS fen FROM payment_recovered
    ) AS movements
    GROUP BY stream
)
SELECT live.stream AS "case",
       COALESCE(stage.stage, 'discovered') AS stage,
       application.applicant,
       NULLIF(application.display_name, '') AS display_name,
       application.programme,
       application.birth_on,
       application.area,
       COALESCE(place.township, discovered.township) AS township,
       COALESCE(place.village, discovered.village) AS village,
       application.applied_on,
       accepted.accepted_on,
       opined.opinion,
       opined.opinion_on,
       publicity.publicity_from,
       CASE
           WHEN publicity.started_at IS NULL OR publicity_end.ended_at > publicity.started_at
               THEN publicity_end.publicity_to
       END AS publicity_to,
       handed_up.submitted_on,
       decided.decided_on,
       decided.decided_by,
       approved.limb,
       formed.form,
       NULLIF(placed.institution, '') AS institution,
       approved.from_month,
       assessed.ability,
       CASE
           WHEN approved.from_month IS NULL OR question.month < approved.from_month THEN 0
           WHEN question.month > LEAST(
                   COALESCE(terminated.last_month, '9999-99'),
                   COALESCE(SUBSTRING(CAST(died.died_on AS VARCHAR), 1, 7), '9999-99')
               ) THEN 0
           WHEN suspended.now THEN 0
           ELSE COALESCE(entitled.monthly_fen, 0)
       END AS monthly_fen,
       bound.account,
       CASE WHEN left_care.stream IS NULL THEN entrusted.carer END AS carer,
       classed.care_class,
       died.died_on,
       NULLIF(whereabouts.kind, 'returned') AS whereabouts,
       suspended.suspended_from,
       terminated.last_month,
       terminated.terminated_on,
       grounds.ground AS termination_ground,
       COALESCE(objections.open_objections, 0) AS open_objections,
       COALESCE(visited.visits, 0) AS visits,
       visited.last_visit_on,
       COALESCE(paid.paid_lines, 0) AS paid_lines,
       COALESCE(paid.paid_fen, 0) AS paid_fen,
       live.version,
       live.last_position,
       live.positions
FROM live
CROSS JOIN question
LEFT JOIN stage ON stage.stream = live.stream
LEFT JOIN application ON application.stream = live.stream
LEFT JOIN discovered ON discovered.stream = live.stream
LEFT JOIN place ON place.stream = live.stream
LEFT JOIN accepted ON accepted.stream = live.stream
LEFT JOIN opined ON opined.stream = live.stream
LEFT JOIN publicity ON publicity.stream = live.stream
LEFT JOIN publicity_end ON publicity_end.stream = live.stream
LEFT JOIN handed_up ON handed_up.stream = live.stream
LEFT JOIN decided ON decided.stream = live.stream
LEFT JOIN approved ON approved.stream = live.stream
LEFT JOIN formed ON formed.stream = live.stream
LEFT JOIN placed ON placed.stream = live.stream
LEFT JOIN assessed ON assessed.stream = live.stream
LEFT JOIN entitled ON entitled.stream = live.stream
LEFT JOIN bound ON bound.stream = live.stream
LEFT JOIN entrusted ON entrusted.stream = live.stream
LEFT JOIN left_care ON left_care.stream = live.stream
LEFT JOIN classed ON classed.stream = live.stream
LEFT JOIN died ON died.stream = live.stream
LEFT JOIN whereabouts ON whereabouts.stream = live.stream
LEFT JOIN suspended ON suspended.stream = live.stream
LEFT JOIN terminated ON terminated.stream = live.stream
LEFT JOIN grounds ON grounds.stream = live.stream
LEFT JOIN objections ON objections.stream = live.stream
LEFT JOIN visited ON visited.stream = live.stream
LEFT JOIN paid ON paid.stream = live.stream
