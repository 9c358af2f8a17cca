-- id: F033
-- title_zh: 审批超期
-- title_en: county's decision late
-- explain_zh: 从县级收到材料（不上报的，从受理）到批准或不予批准，超过政策包规定的工作日。
-- explain_en: More working days went by from the day on which the county had the file (where nothing is
--   submitted: from the acceptance) to its decision than the pack allows.
-- not_zh: 最后一个工作日；期限未满的；依规延长、中止的；期限内撤回或本人死亡的；
--   收到日期不在日历之内的（无从计算）。
-- not_en: on the last working day; the time is not over; extended or suspended as the pack lets; withdrawn, or
--   the applicant died, within the limit; a day of receipt outside any calendar (nothing can be counted)
-- severity: medium
-- basis_zh: 特困人员认定办法（2021）第十六条（15 个工作日）；此前为 20 个工作日（S1-038）；最低生活保障审核确认办法（2021）（10 个工作日）；最低生活保障审核审批办法（2012）（5 个工作日）
-- basis: K21 art. 16 (15 working days); 20 before it (S1-038); D21 (10); D12 (5)
-- parameters: decision_limit_working_days
-- remedy_zh: 立即决定；说明超期原因。
-- remedy_en: decide at once, and say why it was late
-- message_zh: {received_on} 收到，应在 {days} 个工作日内决定，实际 {done_on}。
-- message_en: received on {received_on}, to be decided within {days} working days, decided on {done_on}
-- facts: F033, S1-038, C4
WITH limits AS (
    SELECT deadlines.stream, deadlines.from_position, deadlines.from_on, deadlines.due_on,
           deadlines.done_on, deadlines.n + deadlines.extended AS days, deadlines.state,
           deadlines.provisional, COALESCE(sent.received_on, deadlines.from_on) AS received_on, deadlines.positions,
           -- where nothing stopped the count, it goes from the day on which the county had the file
           deadlines.unit = 'working_days' AND deadlines.count_from = 'next_day'
               AND deadlines.suspended_days = 0 AND deadlines.suspended_since IS NULL
               AND sent.received_on <> deadlines.from_on AS recount,
           COALESCE(deadlines.done_on, parameters.as_of) AS until
    FROM deadlines
    CROSS JOIN parameters
    LEFT JOIN case_submitted AS sent ON sent.position = deadlines.from_position
    WHERE deadlines.limit_id = 'limit-decision'
),
counted AS (
    SELECT limits.stream, limits.received_on, limits.due_on, limits.done_on, limits.days,
           limits.positions,
           CASE
               WHEN COALESCE(limits.recount, FALSE)
                   THEN last_day.working_number - first_day.working_number > limits.days
               ELSE limits.state IN ('late', 'missed')
           END AS late,
           CASE
               WHEN COALESCE(limits.recount, FALSE)
                   THEN last_day.unknown_number
                       > first_day.unknown_number - CASE WHEN first_day.unknown THEN 1 ELSE 0 END
               ELSE COALESCE(limits.provisional, FALSE)
           END AS provisional
    FROM limits
    LEFT JOIN calendar_days AS first_day ON first_day.day = limits.received_on
    LEFT JOIN calendar_days AS last_day ON last_day.day = limits.until
),
ended AS (
    -- nothing is to be decided about who has died, or asks no longer
    SELECT stream, MIN(over_on) AS over_on
    FROM (
        SELECT stream, died_on AS over_on FROM death_recorded
        UNION ALL
        SELECT stream, effective_on FROM application_withdrawn
    ) AS ends
    GROUP BY stream
)
SELECT counted.stream AS subject,
       counted.positions,
       CAST(counted.received_on AS VARCHAR) || '/' || COALESCE(CAST(counted.done_on AS VARCHAR), '')
           AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       counted.received_on,
       counted.days,
       counted.done_on,
       counted.provisional
FROM counted
LEFT JOIN ended ON ended.stream = counted.stream
WHERE counted.late
  AND (counted.done_on IS NOT NULL OR ended.over_on IS NULL OR ended.over_on > counted.due_on)
