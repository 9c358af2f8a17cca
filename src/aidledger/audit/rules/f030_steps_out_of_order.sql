-- id: F030
-- title_zh: 程序倒置
-- title_en: steps in wrong order
-- explain_zh: 公示在初审意见之前，批准在上报或入户调查之前：按各步发生的日期比较。后补的步骤说明决定先于调查。
-- explain_en: The notice was before the opinion, or the approval before the submission or the survey, by the days
--   on which they took place. A step that was made up afterwards says that the decision came first.
-- not_zh: 同一天的；复核后的再次公示；批准后的复核入户；没有记录的步骤（未调查见 F037，
--   未公示见 F028）；补录的、发生日期在前的（见 F045）。
-- not_en: on one day; the second notice after an objection; a survey of a later review; a step that is not
--   recorded (F037, F028); what was entered later of a day before (F045)
-- severity: high
-- basis_zh: 特困人员认定办法（2021）第十三条至第十六条；最低生活保障审核确认办法（2021）第十八条至第二十一条
-- basis: K21 art. 13 to 16; D21 art. 18 to 21
-- remedy_zh: 查明各步实际日期；颠倒的，重走被颠倒的程序。
-- remedy_en: find out when each took place; what was out of order is done again
-- message_zh: 公示早于初审意见：{notice_first}；批准早于上报：
--   {before_submission}；批准早于入户调查：{before_survey}。
-- message_en: notice before the opinion: {notice_first}; approved before the submission: {before_submission};
--   before the survey: {before_survey}
-- facts: F030, S1-030
WITH opined AS (
    SELECT stream, MIN(effective_on) AS day, MIN_BY(position, ROW(effective_on, position)) AS position
    FROM review_opinion_given
    GROUP BY stream
),
shown AS (
    SELECT stream, MIN_BY(effective_on, position) AS day, MIN(position) AS position
    FROM publicity_started
    GROUP BY stream
),
sent AS (
    SELECT stream, MIN(effective_on) AS day, MIN_BY(position, ROW(effective_on, position)) AS position
    FROM case_submitted
    GROUP BY stream
),
surveyed AS (
    SELECT stream, MIN(effective_on) AS day, MIN_BY(position, ROW(effective_on, position)) AS position
    FROM household_surveyed
    GROUP BY stream
),
approved AS (
    SELECT stream, MIN(effective_on) AS day, MIN_BY(position, ROW(effective_on, position)) AS position
    FROM application_approved
    GROUP BY stream
),
wrong AS (
    SELECT shown.stream, 'notice' AS step, shown.day AS done_on, opined.day AS before_on,
           [shown.position, COALESCE(opined.position, shown.position)] AS positions
    FROM shown
    LEFT JOIN opined ON opined.stream = shown.stream
    WHERE opined.day IS NULL OR opined.day > shown.day
    UNION ALL
    SELECT approved.stream, 'submission', approved.day, sent.day, [approved.position, sent.position]
    FROM approved
    JOIN sent ON sent.stream = approved.stream AND sent.day > approved.day
    UNION ALL
    SELECT approved.stream, 'survey', approved.day, surveyed.day, [approved.position, surveyed.position]
    FROM approved
    JOIN surveyed ON surveyed.stream = approved.stream AND surveyed.day > approved.day
)
SELECT stream AS subject,
       LIST_SORT(LIST_DISTINCT(FLATTEN(ARRAY_AGG(positions)))) AS positions,
       CAST(MIN(done_on) AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       BOOL_OR(step = 'notice') AS notice_first,
       BOOL_OR(step = 'submission') AS before_submission,
       BOOL_OR(step = 'survey') AS before_survey
FROM wrong
GROUP BY stream
