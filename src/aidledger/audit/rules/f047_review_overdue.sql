-- id: F047
-- title_zh: 年审超期
-- title_en: periodic review overdue
-- explain_zh: 在享待遇超过政策包规定的月数没有复核；收入不固定（工资、经营）的，按更短的月数。
--   情况变化了，待遇没有变。
-- explain_en: Support ran for more months than the pack allows without a review; fewer where the income is unsteady
--   (wages, a business of one's own). What has changed in the household nobody has looked at.
-- not_zh: 恰在期限最后一天复核的；期限内死亡或报告终止的；政策包不规定复核月数的项目（如特困）；
--   期限未满的。
-- not_en: on the last day; a death, or a report of termination, within the time; programmes whose pack gives no months
--   (extreme hardship); the time is not over
-- severity: medium
-- basis_zh: 最低生活保障审核确认办法（2021）第三十一条（12 个月）；改革完善社会救助制度的意见（2020）第七项（收入不稳定的 6 个月；随附的政策包没有，故列为阈值）
-- basis: D21 art. 31 (12 months); G20 item 7 (6 months of unsteady income; no shipped pack carries it, so it stands
--   here as a threshold)
-- parameters: review_months
-- thresholds: unsteady_months = 6
-- remedy_zh: 立即复核，按结果调整或终止。
-- remedy_en: review at once, and set or end support by the result
-- message_zh: {from_on} 之后 {months} 个月内应复核，至 {until_on} 没有（收入不固定：{unsteady}）。
-- message_en: to be reviewed within {months} months of {from_on}, and not until {until_on} (unsteady income: {unsteady})
-- needs: application_approved; 没有批准记录; no approval is recorded
-- facts: F047
WITH decided AS (
    SELECT stream, MIN(position) AS position, MIN_BY(effective_on, position) AS effective_on,
           MIN_BY(pack_hash, position) AS pack_hash
    FROM application_approved
    GROUP BY stream
),
under AS (
    $decided_under
),
latest AS (
    SELECT stream, MAX_BY(lines, position) AS lines FROM income_assessed GROUP BY stream
),
unsteady AS (
    SELECT DISTINCT stream
    FROM (SELECT stream, UNNEST(lines) AS line FROM latest) AS listed
    WHERE line.kind IN ('wage', 'business')
),
asked AS (
    SELECT under.stream, under.position, under.effective_on, rule.adoption,
           unsteady.stream IS NOT NULL AS unsteady,
           CASE WHEN unsteady.stream IS NULL THEN rule.days ELSE LEAST(rule.days, $unsteady_months) END AS months
    FROM under
    JOIN pack_parameters AS rule ON rule.adoption = under.adoption AND rule.name = 'review_months'
    LEFT JOIN unsteady ON unsteady.stream = under.stream
    WHERE rule.days IS NOT NULL
),
ends AS (
    SELECT stream, MIN(ended_on) AS ended_on
    FROM (
        SELECT stream, died_on AS ended_on FROM death_recorded
        UNION ALL
        SELECT stream, effective_on FROM termination_reported
        UNION ALL
        SELECT stream, effective_on FROM termination_approved
    ) AS every
    GROUP BY stream
),
running AS (
    SELECT asked.stream, asked.position, asked.effective_on, asked.adoption, asked.unsteady, asked.months,
           LEAST(parameters.as_of, COALESCE(ends.ended_on, parameters.as_of)) AS end_on
    FROM asked
    CROSS JOIN parameters
    LEFT JOIN ends ON ends.stream = asked.stream
),
marks AS (
    SELECT stream, position, effective_on AS day FROM running
    UNION ALL
    SELECT running.stream, reviewed.position, reviewed.effective_on
    FROM running
    JOIN support_reviewed AS reviewed
      ON reviewed.stream = running.stream
     AND reviewed.effective_on BETWEEN running.effective_on AND running.end_on
),
followed AS (
    SELECT stream, position, day, LEAD(day) OVER (PARTITION BY stream ORDER BY day, position) AS next_day
    FROM marks
),
gaps AS (
    SELECT followed.stream, followed.position AS mark, followed.day,
           COALESCE(followed.next_day, running.end_on) AS until_on,
           running.position, running.adoption, running.unsteady, running.months,
           ROW_NUMBER() OVER (PARTITION BY followed.stream ORDER BY followed.day, followed.position) AS number
    FROM followed
    JOIN running ON running.stream = followed.stream
    WHERE CAST(followed.day + TO_MONTHS(running.months) AS DATE) < COALESCE(followed.next_day, running.end_on)
)
SELECT stream AS subject,
       LIST_SORT(LIST_DISTINCT([position, mark, adoption])) AS positions,
       CAST(day AS VARCHAR) || '/' || CAST(until_on AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       day AS from_on,
       until_on,
       months,
       unsteady
FROM gaps
WHERE number = 1
