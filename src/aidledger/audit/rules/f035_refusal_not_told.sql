-- id: F035
-- title_zh: 不予批准未告知
-- title_en: refusal not told
-- explain_zh: 不予批准，没有在规定工作日内书面告知申请人并说明理由。申请人因此不知道可以申辩、复议。
-- explain_en: A refusal was not told to the applicant in writing with its reasons within the working days of the
--   pack. Who does not know can neither answer nor appeal.
-- not_zh: 最后一日送达的（以送达日为准，不以录入日为准）；期限未满的。
-- not_en: served on the last day (by the day on which it was served, not entered); the time is not over
-- severity: high
-- basis_zh: 特困人员认定办法（2021）第十八条；最低生活保障审核确认办法（2021）第二十一条；S1-041、S1-042
-- basis: K21 art. 18; D21 art. 21; S1-041, S1-042
-- parameters: refusal_notice_working_days, refusal_notice_days
-- remedy_zh: 立即书面告知并说明理由；申请人的期限从实际送达起算。
-- remedy_en: tell it in writing with its reasons at once; the applicant's own time runs from the day on which it
--   is served
-- message_zh: {refused_on} 不予批准，应于 {due_on} 前书面告知，
--   送达 {served_on}；只有口头告知：{by_word_only}；没有理由：
--   {unreasoned}。
-- message_en: refused on {refused_on}, to be told in writing by {due_on}, served on {served_on}; by word only:
--   {by_word_only}; no reason: {unreasoned}
-- needs: application_refused; 没有不予批准的记录; nothing is recorded as refused
-- facts: F035, S1-041, S1-042
WITH refused AS (
    SELECT application_refused.stream, application_refused.position, application_refused.effective_on,
           LEN(application_refused.reasons) = 0 AS unreasoned, parameters.as_of
    FROM application_refused
    CROSS JOIN parameters
),
told AS (
    SELECT refused.position, MIN_BY(notice.position, ROW(notice.served_on, notice.position)) AS notice,
           MIN(notice.served_on) AS served_on
    FROM refused
    JOIN refusal_notified AS notice
      ON notice.stream = refused.stream AND notice.position > refused.position AND notice.written
    GROUP BY refused.position
),
spoken AS (
    SELECT DISTINCT refused.position
    FROM refused
    JOIN refusal_notified AS notice
      ON notice.stream = refused.stream AND notice.position > refused.position AND NOT notice.written
),
due AS (
    SELECT from_position, due_on, n, unit, provisional, positions
    FROM deadlines
    WHERE limit_id = 'limit-refusal-notice' AND due_on IS NOT NULL
)
SELECT refused.stream AS subject,
       LIST_SORT(
           LIST_DISTINCT(LIST_CONCAT(due.positions, [refused.position, COALESCE(told.notice, refused.position)]))
       ) AS positions,
       CAST(refused.effective_on AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       refused.effective_on AS refused_on,
       due.due_on,
       told.served_on,
       told.position IS NULL AND spoken.position IS NOT NULL AS by_word_only,
       refused.unreasoned,
       due.provisional AND COALESCE(told.served_on, refused.as_of) > due.due_on AS provisional
FROM refused
JOIN due ON due.from_position = refused.position
LEFT JOIN told ON told.position = refused.position
LEFT JOIN spoken ON spoken.position = refused.position
WHERE COALESCE(told.served_on, refused.as_of) > due.due_on OR refused.unreasoned
