-- id: F034
-- title_zh: 总时限超期
-- title_en: whole procedure late
-- explain_zh: 从受理到决定超过政策包的全程期限；政策包没有全程期限的（特困），超过本案各步期限之和（初审、公示、
--   异议复核、审批，公示按日数计入）。各步都不超期，拖在步与步之间的，只有这里看得出。
-- explain_en: Acceptance to decision took longer than the pack allows for the whole; where it gives no such limit
--   (extreme hardship), longer than the limits of the case's steps together (opinion, notice,
--   objection, decision; a notice by all its days). Delay between steps that are each in time shows
--   only here.
-- not_zh: 最后一个工作日；期限未满的；依规延长、中止的；期限内撤回或本人死亡的；
--   没有全程期限又尚未决定的（见 F032、F033）。
-- not_en: on the last working day; the time is not over; extended or suspended as the pack lets; withdrawn, or
--   the applicant died, within the limit; undecided where there is no limit for the whole (F032, F033)
-- severity: medium
-- basis_zh: 最低生活保障审核确认办法（2021）第二十二条（30 个工作日，有特殊理由的 45 个）；社会救助扩围增效通知（2022）（乡镇确认的 20 个工作日）；特困人员认定办法（2021）第十四条至第十六条
-- basis: D21 art. 22 (30 working days, 45 with a ground); N22 (20 where townships decide); K21 art. 14 to 16
-- parameters: whole_limit_working_days, opinion_limit_working_days
-- remedy_zh: 查明拖在哪一步；立即决定。
-- remedy_en: find out between which steps it lay; decide at once
-- message_zh: {from_on} 受理，{days} 个工作日为限（按各步之和：{by_steps}），
--   实际 {done_on} 决定。
-- message_en: accepted on {from_on}, {days} working days allowed (steps together: {by_steps}), decided on
--   {done_on}
-- needs: application_accepted; 没有受理记录; nothing is recorded as accepted
-- facts: F034
WITH whole AS (
    SELECT stream, from_on, due_on, done_on, n + extended AS days, provisional, positions
    FROM deadlines
    WHERE limit_id = 'limit-whole' AND state IN ('late', 'missed')
),
steps AS (
    -- a pack that gives no limit for the whole gives one for each step: together they are the most
    SELECT stream, SUM(n + extended + suspended_days) AS days,
           MIN(CASE WHEN limit_id = 'limit-opinion' THEN from_on END) AS from_on,
           MIN(CASE WHEN limit_id = 'limit-opinion' THEN from_position END) AS from_position,
           MAX(CASE WHEN limit_id = 'limit-decision' THEN done_on END) AS done_on
    FROM deadlines
    WHERE limit_id IN (
              'limit-opinion', 'limit-publicity', 'limit-objection', 'limit-decision', 'limit-whole'
          )
      AND n IS NOT NULL
    GROUP BY stream
    HAVING NOT BOOL_OR(limit_id = 'limit-whole')
),
beyond AS (
    SELECT steps.stream, steps.from_on, steps.done_on, steps.days,
           last_day.unknown_number > first_day.unknown_number - CASE WHEN first_day.unknown THEN 1 ELSE 0 END
               AS provisional
    FROM steps
    JOIN application_accepted AS accepted ON accepted.position = steps.from_position
    JOIN calendar_days AS first_day ON first_day.day = steps.from_on
    JOIN calendar_days AS last_day ON last_day.day = steps.done_on
    WHERE last_day.working_number - first_day.working_number > steps.days
),
summed AS (
    SELECT beyond.stream, beyond.from_on, beyond.done_on, beyond.days, beyond.provisional,
           LIST_SORT(LIST_DISTINCT(FLATTEN(ARRAY_AGG(deadlines.positions)))) AS positions
    FROM beyond
    JOIN deadlines
      ON deadlines.stream = beyond.stream
     AND deadlines.limit_id IN (
             'limit-opinion', 'limit-publicity', 'limit-objection', 'limit-decision'
         )
    GROUP BY beyond.stream, beyond.from_on, beyond.done_on, beyond.days, beyond.provisional
),
died AS (
    SELECT stream, MIN(died_on) AS died_on FROM death_recorded GROUP BY stream
)
SELECT whole.stream AS subject,
       whole.positions,
       CAST(whole.from_on AS VARCHAR) || '/' || COALESCE(CAST(whole.done_on AS VARCHAR), '') AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       whole.from_on,
       CAST(whole.days AS BIGINT) AS days,
       whole.done_on,
       FALSE AS by_steps,
       whole.provisional
FROM whole
LEFT JOIN died ON died.stream = whole.stream
WHERE whole.done_on IS NOT NULL OR died.died_on IS NULL OR died.died_on > whole.due_on
UNION ALL
SELECT stream,
       positions,
       CAST(from_on AS VARCHAR) || '/' || CAST(done_on AS VARCHAR),
       CAST(NULL AS BIGINT),
       from_on,
       CAST(days AS BIGINT),
       done_on,
       TRUE,
       provisional
FROM summed
