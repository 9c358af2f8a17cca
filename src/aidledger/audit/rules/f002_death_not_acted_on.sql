-- id: F002
-- title_zh: 死亡核查超期
-- title_en: death not acted on in time
-- explain_zh: 保障对象死亡后，在规定月数内没有复核、调整、停发，也没有报告终止。钱还在以死者的名义发放，
--   或者家庭的待遇没有重新核定。
-- explain_en: After a death nothing was reviewed, adjusted, suspended or reported for termination within the
--   months of the pack. Money goes on in the name of the dead, or the support of the household was not
--   set anew.
-- not_zh: 期限未满的；期限内已复核、调整、停发或报告终止的。
-- not_en: the time is not over; a review, an adjustment, a suspension or a report of termination within it
-- severity: high
-- basis_zh: 社会救助扩围增效通知（2022）（三个月）
-- basis: N22 (three months)
-- parameters: death_review_months
-- remedy_zh: 立即复核；多发的按月追回。
-- remedy_en: review at once; recover by month what was paid too much
-- message_zh: {died_on} 死亡，应于 {due_on} 前处理，处理日：{acted_on}；
--   死亡次月起发放 {amount_fen} 元。
-- message_en: died on {died_on}, to be acted on by {due_on}, done on {acted_on}; {amount_fen} yuan were paid for
--   the months after the death
-- needs: death_recorded; 没有死亡记录; no death is recorded
-- facts: F002
WITH died AS (
    SELECT stream, MIN(position) AS known_position, MAX_BY(died_on, position) AS died_on,
           LEAST(MIN(effective_on), MAX(parameters.as_of)) AS entered_on, MAX(parameters.as_of) AS as_of,
           ARRAY_AGG(position) AS positions
    FROM death_recorded
    CROSS JOIN parameters
    GROUP BY stream
),
programme AS (
    SELECT stream, MAX_BY(programme, position) AS programme FROM application_submitted GROUP BY stream
),
asked AS (
    SELECT pack_in_force.day, pack_in_force.programme, pack_in_force.adoption, given.days AS months
    FROM pack_in_force
    JOIN pack_parameters AS given
      ON given.adoption = pack_in_force.adoption AND given.name = 'death_review_months'
),
limited AS (
    -- the pack of the programme; where it says nothing, that of the county
    SELECT died.stream, died.known_position, died.died_on, died.as_of, died.positions,
           COALESCE(own.months, county.months) AS months,
           COALESCE(own.adoption, county.adoption) AS adoption,
           CAST(died.died_on + TO_MONTHS(COALESCE(own.months, county.months)) AS DATE) AS due_on
    FROM died
    LEFT JOIN programme ON programme.stream = died.stream
    LEFT JOIN asked AS own
      ON own.day = died.entered_on AND own.programme = COALESCE(programme.programme, '')
    LEFT JOIN asked AS county ON county.day = died.entered_on AND county.programme = ''
    WHERE died.died_on >= DATE '1850-01-01'
),
acts AS (
    SELECT stream, position, effective_on FROM support_reviewed
    UNION ALL
    SELECT stream, position, effective_on FROM termination_reported
    UNION ALL
    SELECT stream, position, effective_on FROM support_suspended
    UNION ALL
    SELECT stream, position, effective_on FROM entitlement_set
),
acted AS (
    SELECT limited.stream, MIN(acts.effective_on) AS acted_on,
           MIN_BY(acts.position, ROW(acts.effective_on, acts.position)) AS position
    FROM limited
    JOIN acts ON acts.stream = limited.stream AND acts.position > limited.known_position
    GROUP BY limited.stream
),
overdue AS (
    SELECT limited.stream, limited.positions, limited.adoption, limited.died_on, limited.due_on,
           acted.acted_on, acted.position AS act
    FROM limited
    LEFT JOIN acted ON acted.stream = limited.stream
    WHERE limited.due_on < LEAST(limited.as_of, COALESCE(acted.acted_on, limited.as_of))
),
paid AS (
    SELECT overdue.stream, SUM(issued.amount_fen) AS amount_fen, MIN(issued.month) AS first_month,
           MAX(issued.month) AS last_month
    FROM overdue
    JOIN payment_issued AS issued
      ON issued.stream = overdue.stream
     AND issued.month > SUBSTRING(CAST(overdue.died_on AS VARCHAR), 1, 7)
     AND issued.kind <> 'reissue'
    GROUP BY overdue.stream
)
SELECT overdue.stream AS subject,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT(overdue.positions, [overdue.adoption, COALESCE(overdue.act, overdue.adoption)])
           )
       ) AS positions,
       paid.first_month || '/' || paid.last_month AS period,
       COALESCE(paid.amount_fen, 0) AS amount_fen,
       overdue.died_on,
       overdue.due_on,
       overdue.acted_on
FROM overdue
LEFT JOIN paid ON paid.stream = overdue.stream
