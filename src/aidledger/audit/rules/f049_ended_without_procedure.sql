-- id: F049
-- title_zh: 终止程序缺失
-- title_en: termination without procedure
-- explain_zh: 终止已批准，却没有按政策包的要求公示（或公示期不足），或者没有把理由书面告知本人。本人无从申辩，
--   群众无从监督。
-- explain_en: Support was ended and, though the pack asks it, no notice was put up (or for too few days), or the
--   reasons were not told in writing. Nobody could object.
-- not_zh: 批准后不久、尚在办理的；政策包不要求公示的项目；恰满规定天数的公示。何时撤下账本没有记录，按计划的日期计算。
-- not_en: shortly after the approval, while it is being done; programmes whose pack asks for no notice; a notice for the
--   days exactly. When it came down no entry says: the planned day counts
-- severity: high
-- basis_zh: 特困人员认定办法（2021）第二十六条（七日，书面）
-- basis: K21 art. 26 (7 days, in writing)
-- parameters: prompt_acts, termination_publicity_days
-- thresholds: days = 10
-- remedy_zh: 补公示、补书面告知；有异议的重新核查。
-- remedy_en: put the notice up and tell the reasons in writing; look into what is objected
-- message_zh: {ended_on} 终止。未公示：{unpublished}；未告知：{untold}；口头告知：{oral}；公示 {shown_days} 天，规定 {asked_days} 天。
-- message_en: ended on {ended_on}. No notice: {unpublished}; not told: {untold}; told without writing: {oral}; a notice of
--   {shown_days} days, {asked_days} are asked
-- needs: termination_approved; 没有终止批准记录; no termination is recorded
-- facts: F049, S1-049
WITH decided AS (
    SELECT stream, position, effective_on, pack_hash FROM termination_approved
),
under AS (
    $decided_under
),
asked AS (
    SELECT under.position, rule.adoption, rule.days
    FROM under
    JOIN pack_parameters AS rule
      ON rule.adoption = under.adoption AND rule.name = 'termination_publicity_days'
),
missing AS (
    SELECT from_position, BOOL_OR(owed = 'TerminationPublished') AS unpublished,
           BOOL_OR(owed = 'TerminationNotified') AS untold, FLATTEN(ARRAY_AGG(positions)) AS positions
    FROM owed_acts
    WHERE from_type = 'TerminationApproved' AND state = 'owed' AND days > $days
      AND owed IN ('TerminationPublished', 'TerminationNotified')
    GROUP BY from_position
),
shown AS (
    SELECT ended.position, MAX(DATE_DIFF('day', notice.effective_on, notice.planned_to)) AS shown_days,
           ARRAY_AGG(notice.position) AS positions
    FROM termination_approved AS ended
    JOIN termination_published AS notice
      ON notice.stream = ended.stream AND notice.position > ended.position
    GROUP BY ended.position
),
short AS (
    SELECT shown.position, shown.shown_days, asked.days AS asked_days,
           LIST_CONCAT(shown.positions, [asked.adoption]) AS positions
    FROM shown
    JOIN asked ON asked.position = shown.position
    WHERE shown.shown_days < asked.days
),
told AS (
    SELECT ended.position, BOOL_OR(told.written) AS written, ARRAY_AGG(told.position) AS positions
    FROM termination_approved AS ended
    JOIN termination_notified AS told ON told.stream = ended.stream AND told.position > ended.position
    GROUP BY ended.position
),
wrong AS (
    SELECT ended.stream, ended.position, ended.effective_on,
           COALESCE(missing.unpublished, FALSE) AS unpublished, COALESCE(missing.untold, FALSE) AS untold,
           COALESCE(NOT told.written, FALSE) AS oral, short.shown_days, short.asked_days,
           LIST_CONCAT(
               LIST_CONCAT([ended.position], COALESCE(missing.positions, CAST([] AS BIGINT[]))),
               LIST_CONCAT(
                   COALESCE(short.positions, CAST([] AS BIGINT[])),
                   CASE WHEN told.written THEN CAST([] AS BIGINT[])
                       ELSE COALESCE(told.positions, CAST([] AS BIGINT[])) END
               )
           ) AS positions
    FROM termination_approved AS ended
    LEFT JOIN missing ON missing.from_position = ended.position
    LEFT JOIN short ON short.position = ended.position
    LEFT JOIN told ON told.position = ended.position
)
SELECT stream AS subject,
       LIST_SORT(LIST_DISTINCT(positions)) AS positions,
       CAST(effective_on AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       effective_on AS ended_on,
       unpublished,
       untold,
       oral,
       shown_days,
       asked_days
FROM wrong
WHERE unpublished OR untold OR oral OR shown_days IS NOT NULL
