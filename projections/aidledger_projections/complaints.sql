-- title_zh: 投诉举报台账
-- title_en: complaints
-- key: stream
-- for: every complaint: when it came, who handles it, what was found and answered, and how long it took
-- facts: S4-110, S4-111, S4-112, S4-113, S4-114
WITH live AS (
    SELECT stream, LIST_SORT(ARRAY_AGG(position)) AS positions
    FROM entry
    WHERE stream LIKE 'complaint/%'
    GROUP BY stream
),
received AS (
    SELECT stream, MIN_BY(effective_on, position) AS received_on, MIN_BY(kind, position) AS kind,
           MIN_BY(channel, position) AS channel, MIN_BY(township, position) AS township,
           MIN_BY(COALESCE(subject_case, subject_officer, ''), position) AS subject
    FROM complaint_received
    GROUP BY stream
),
registered AS (
    SELECT stream, MIN_BY(effective_on, position) AS registered_on,
           MAX_BY(handler, position) AS handler
    FROM complaint_registered
    GROUP BY stream
),
extended AS (
    SELECT stream, SUM(days) AS extended_days FROM complaint_extended GROUP BY stream
),
investigated AS (
    SELECT stream, MAX_BY(effective_on, position) AS investigated_on,
           MAX_BY(finding, position) AS finding
    FROM complaint_investigated
    GROUP BY stream
),
asked AS (
    SELECT stream, MIN(effective_on) AS asked_on FROM complaint_review_requested GROUP BY stream
),
reviewed AS (
    SELECT stream, MAX_BY(answered_on, position) AS answered_on, MAX_BY(outcome, position) AS outcome
    FROM complaint_review_answered
    GROUP BY stream
),
asked_again AS (
    SELECT stream, MIN(effective_on) AS asked_on
    FROM complaint_second_review_requested
    GROUP BY stream
),
reviewed_again AS (
    SELECT stream, MAX_BY(answered_on, position) AS answered_on, MAX_BY(outcome, position) AS outcome
    FROM complaint_second_review_answered
    GROUP BY stream
),
answered AS (
    SELECT stream, MAX_BY(answered_on, position) AS answered_on, MAX_BY(outcome, position) AS outcome,
           MAX_BY(told, position) AS told
    FROM complaint_answered
    GROUP BY stream
)
SELECT live.stream,
       received.kind,
       received.channel,
       received.township,
       received.received_on,
       registered.registered_on,
       registered.handler,
       COALESCE(extended.extended_days, 0) AS extended_days,
       investigated.investigated_on IS NOT NULL AS investigated,
       investigated.investigated_on,
       investigated.finding,
       answered.answered_on,
       answered.outcome,
       answered.told,
       DATE_DIFF('day', received.received_on, COALESCE(answered.answered_on, parameters.as_of))
           AS days_open,
       asked.asked_on AS review_asked_on,
       reviewed.answered_on AS review_answered_on,
       reviewed.outcome AS review_outcome,
       asked_again.asked_on AS second_review_asked_on,
       reviewed_again.answered_on AS second_review_answered_on,
       reviewed_again.outcome AS second_review_outcome,
       NULLIF(received.subject, '') AS subject,
       live.positions
FROM live
CROSS JOIN parameters
LEFT JOIN received ON received.stream = live.stream
LEFT JOIN registered ON registered.stream = live.stream
LEFT JOIN extended ON extended.stream = live.stream
LEFT JOIN investigated ON investigated.stream = live.stream
LEFT JOIN asked ON asked.stream = live.stream
LEFT JOIN reviewed ON reviewed.stream = live.stream
LEFT JOIN asked_again ON asked_again.stream = live.stream
LEFT JOIN reviewed_again ON reviewed_again.stream = live.stream
LEFT JOIN answered ON answered.stream = live.stream
