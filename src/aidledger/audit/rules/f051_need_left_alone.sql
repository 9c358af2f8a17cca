-- id: F051
-- title_zh: 应保未保
-- title_en: eligible and not taken in
-- explain_zh: 主动发现的人员研判符合条件，或者预警研判属实，规定天数内没有申请、转介或者其他处置。该救助的人没有得到救助。
-- explain_en: Somebody was discovered and found eligible, or a warning was found real, and within the days of the pack
--   nothing was done: no application, no referral, no other disposal. Who should be helped was not.
-- not_zh: 最后一天办理的；研判不符合或不清的、预警不实的；期限未满的；处置为观察的预警。
--   逾期才办理的，降为中等。
-- not_en: done on the last day; found not eligible or unclear, a warning that was false; the time is not over; a warning
--   that is being watched. What was done late is of medium severity
-- severity: high
-- basis_zh: 2022 年公开审计（应保未保）；S3-025、S3-027；天数为地方参数
-- basis: Ganzhou 2022 (to be helped and not helped); S3-025, S3-027; the days are local parameters
-- parameters: discovery_act_days, warning_dispose_days
-- remedy_zh: 立即上门核实并办理；查明为何搁置。
-- remedy_en: go there and take the case in at once; ask why it was left
-- message_zh: {from_on} {what}，应于 {due_on} 前办理，办理日：{done_on}。
-- message_en: {what} of {from_on}, to be acted on by {due_on}, done on {done_on}
-- facts: F051, S3-025, S3-027
WITH discovered AS (
    SELECT "case" AS stream, discovered_on AS from_on, due_on, first_act_on AS done_on,
           CASE WHEN state = 'missed' THEN 'high' ELSE 'medium' END AS severity, 'NeedDiscovered' AS what, positions
    FROM discoveries
    WHERE assessment = 'eligible' AND state IN ('missed', 'late')
),
real AS (
    SELECT stream, position, effective_on FROM warning_assessed WHERE result = 'real'
),
overdue AS (
    SELECT deadlines.stream, deadlines.from_on, deadlines.due_on, deadlines.done_on,
           CASE WHEN deadlines.state = 'missed' THEN 'high' ELSE 'medium' END AS severity,
           'WarningAssessed' AS what, deadlines.positions
    FROM deadlines
    JOIN real ON real.position = deadlines.from_position
    WHERE deadlines.limit_id = 'limit-warning-disposed' AND deadlines.state IN ('missed', 'late')
),
dropped AS (
    SELECT warning AS stream, assessed_on AS from_on, CAST(NULL AS DATE) AS due_on, disposed_on AS done_on,
           'high' AS severity, 'WarningDisposed' AS what, positions
    FROM warnings
    WHERE state = 'left'
),
found AS (
    SELECT stream, from_on, due_on, done_on, severity, what, positions FROM discovered
    UNION ALL
    SELECT stream, from_on, due_on, done_on, severity, what, positions FROM overdue
    UNION ALL
    SELECT stream, from_on, due_on, done_on, severity, what, positions FROM dropped
)
SELECT stream AS subject,
       positions,
       CAST(from_on AS VARCHAR) || '/' || COALESCE(CAST(done_on AS VARCHAR), '') AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       severity,
       what,
       from_on,
       due_on,
       done_on
FROM found
