-- id: F031
-- title_zh: 异议未复核或未再次公示
-- title_en: objection not followed up
-- explain_zh: 公示期间有异议，没有在规定工作日内重新调查，或者没有复核、没有再次公示就上报、批准。
-- explain_en: Somebody objected to a notice, and it was not looked into within the working days of the pack, or
--   the case was submitted or approved with no new investigation or no second notice.
-- not_zh: 期限未满的；复核后已再次公示的；异议成立而不予批准的（不必再次公示）；期限内撤回申请的。
-- not_en: the time is not over; looked into and shown again; upheld and refused (nothing has to be shown again);
--   withdrawn within the limit
-- severity: high
-- basis_zh: 特困人员认定办法（2021）第十五条；最低生活保障审核审批办法（2012）第二十九条
-- basis: K21 art. 15; D12 art. 29
-- remedy_zh: 重新调查并再次公示；据此复核批准。
-- remedy_en: investigate anew and publish again; review the approval by what is found
-- message_zh: {raised_on} 异议。复核逾期：{late}（应于 {due_on} 前，
--   实际 {done_on}）；未复核即上报：{passed_over}；未再次公示：
--   {not_shown}。
-- message_en: objection of {raised_on}: looked into too late: {late} (by {due_on}, done on {done_on}); submitted
--   without: {passed_over}; no second notice: {not_shown}
-- needs: objection_raised; 没有异议记录; nobody is recorded as objecting
-- facts: F031, S1-036
WITH raised AS (
    SELECT stream, position, effective_on, objection FROM objection_raised
),
again AS (
    SELECT raised.position, MIN(notice.position) AS notice
    FROM raised
    JOIN publicity_started AS notice
      ON notice.stream = raised.stream AND notice.position > raised.position
    GROUP BY raised.position
),
looked AS (
    SELECT raised.position, MIN(found.position) AS answer, MAX_BY(found.upheld, found.position) AS upheld
    FROM raised
    JOIN objection_reinvestigated AS found
      ON found.stream = raised.stream
     AND found.objection = raised.objection
     AND found.position > raised.position
    GROUP BY raised.position
),
sent AS (
    SELECT raised.position, MIN(submitted.position) AS submission
    FROM raised
    JOIN case_submitted AS submitted
      ON submitted.stream = raised.stream AND submitted.position > raised.position
    GROUP BY raised.position
),
approved AS (
    SELECT raised.position, MIN(granted.position) AS approval
    FROM raised
    JOIN application_approved AS granted
      ON granted.stream = raised.stream AND granted.position > raised.position
    GROUP BY raised.position
),
withdrawn AS (
    SELECT stream, MIN(effective_on) AS withdrawn_on FROM application_withdrawn GROUP BY stream
),
overdue AS (
    SELECT deadlines.from_position AS position, deadlines.due_on, deadlines.done_on, deadlines.provisional,
           deadlines.positions
    FROM deadlines
    LEFT JOIN withdrawn ON withdrawn.stream = deadlines.stream
    WHERE deadlines.limit_id = 'limit-objection' AND deadlines.state IN ('late', 'missed')
      -- who withdrew within the limit is objected to no more
      AND (deadlines.done_on IS NOT NULL OR withdrawn.withdrawn_on IS NULL
           OR withdrawn.withdrawn_on > deadlines.due_on)
),
judged AS (
    SELECT raised.stream, raised.position, raised.effective_on AS raised_on, overdue.due_on,
           overdue.done_on, looked.answer, sent.submission, approved.approval,
           overdue.position IS NOT NULL AS late,
           COALESCE(looked.answer, approved.approval, sent.submission) IS NOT NULL
               AND (looked.answer IS NULL
                    OR looked.answer > LEAST(COALESCE(sent.submission, looked.answer),
                                             COALESCE(approved.approval, looked.answer)))
               AS passed_over,
           -- upheld and refused, nothing has to be shown again
           (approved.approval IS NOT NULL AND COALESCE(again.notice, approved.approval) >= approved.approval)
               OR (sent.submission IS NOT NULL AND NOT COALESCE(looked.upheld, FALSE)
                   AND COALESCE(again.notice, sent.submission) >= sent.submission)
               AS not_shown,
           COALESCE(overdue.provisional, FALSE) AS provisional,
           overdue.positions
    FROM raised
    LEFT JOIN again ON again.position = raised.position
    LEFT JOIN looked ON looked.position = raised.position
    LEFT JOIN sent ON sent.position = raised.position
    LEFT JOIN approved ON approved.position = raised.position
    LEFT JOIN overdue ON overdue.position = raised.position
)
SELECT stream AS subject,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT(
                   [position, COALESCE(answer, position), COALESCE(submission, position),
                    COALESCE(approval, position)],
                   COALESCE(positions, CAST([] AS BIGINT[]))
               )
           )
       ) AS positions,
       CAST(raised_on AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       raised_on,
       late,
       passed_over,
       not_shown,
       due_on,
       done_on,
       provisional
FROM judged
WHERE late OR passed_over OR not_shown
