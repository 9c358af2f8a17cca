-- id: F066
-- title_zh: 发放不及时
-- title_en: late payment
-- explain_zh: 当月待遇在规定日期以后才发放，或两个已发放月份之间漏发一个月，
--   或此后本项目的他人已发、本件应发而再未发放。
-- explain_en: The month was paid after the day that the pack asks for, or a month between two that were paid was left
--   out, or others of the programme were paid and this case no more, though it was due.
-- not_zh: 恰在当日发放的；补差、补发、一次性救助；停发、失踪、服刑或者应发为零的月份；没有政策包规定日期的；下月尚未有人发放的；为以后月份提前发放的（见 M21）；
--   退回未再发的（见 F065）。
-- not_en: paid on the day itself; arrears, what is sent again, help once; months of a suspension, of an
--   absence, or for which nothing was due; no pack with a day; nobody was paid for the month after yet;
--   what was paid for months to come (M21);
--   what came back and was not sent again (F065)
-- severity: medium
-- basis_zh: 最低生活保障审核审批办法（2012）第三十一条（每月 10 日前）
-- basis: D12 art. 31 (by the 10th of the month)
-- parameters: payment_day
-- remedy_zh: 查明原因，漏发的补发。
-- remedy_en: find out why, and pay what was left out
-- message_zh: 迟发 {late} 个月，漏发 {skipped} 个月；规定每月 {asked_day} 日前。
-- message_en: {late} months late, {skipped} left out; by day {asked_day} of the month
-- needs: payment_issued where kind = 'regular'; 没有按月发放; no month is paid
-- facts: F066
WITH asked AS (
    SELECT county_pack.day, county_pack.adoption, rule.days AS asked_day
    FROM county_pack
    JOIN pack_parameters AS rule ON rule.adoption = county_pack.adoption AND rule.name = 'payment_day'
    WHERE rule.days BETWEEN 1 AND 31
),
late AS (
    SELECT issued.stream, issued.month, [issued.position] AS positions, issued.amount_fen, 1 AS late, 0 AS skipped,
           asked.asked_day
    FROM payment_issued AS issued
    JOIN asked ON asked.day = issued.effective_on
    WHERE issued.kind = 'regular'
      AND issued.paid_on > CAST(issued.month || '-01' AS DATE) + (asked.asked_day - 1)
),
begun AS (
    -- what was paid for a month to come says nothing yet of the months before it: mostly its month is wrong
    SELECT issued.stream, issued.month, issued.position, issued.effective_on, issued.kind
    FROM payment_issued AS issued
    CROSS JOIN parameters
    WHERE issued.month <= SUBSTRING(CAST(parameters.as_of AS VARCHAR), 1, 7)
),
followed AS (
    SELECT stream, month, position, effective_on,
           LEAD(month) OVER (PARTITION BY stream ORDER BY month, position) AS next_month,
           LEAD(position) OVER (PARTITION BY stream ORDER BY month, position) AS next_position
    FROM begun
    WHERE kind IN ('regular', 'arrears')
),
gaps AS (
    SELECT followed.stream, followed.month, followed.next_month, followed.position, followed.next_position,
           asked.asked_day
    FROM followed
    JOIN asked ON asked.day = followed.effective_on
    WHERE followed.next_month > followed.month
),
between_them AS (
    -- no record is about months before 1850
    SELECT gaps.position, SUBSTRING(CAST(series.day AS VARCHAR), 1, 7) AS month
    FROM gaps
    CROSS JOIN UNNEST(
        GENERATE_SERIES(
            CAST(GREATEST(gaps.month, '1850-01') || '-01' AS DATE) + INTERVAL '1' MONTH,
            CAST(gaps.next_month || '-01' AS DATE) - INTERVAL '1' MONTH,
            INTERVAL '1' MONTH
        )
    ) AS series(day)
),
absences AS (
    $absences
),
skipped AS (
    -- each month between is judged by itself: a suspension of one excuses no other
    SELECT DISTINCT gaps.stream, between_them.month, [gaps.position, gaps.next_position] AS positions,
           COALESCE(due.payable_fen, 0) AS amount_fen, 0 AS late, 1 AS skipped, gaps.asked_day
    FROM gaps
    JOIN between_them ON between_them.position = gaps.position
    LEFT JOIN entitlements AS due ON due."case" = gaps.stream AND due.month = between_them.month
    LEFT JOIN suspensions
      ON suspensions."case" = gaps.stream
     AND suspensions.from_month <= between_them.month
     AND (suspensions.to_month IS NULL OR between_them.month < suspensions.to_month)
    LEFT JOIN absences
      ON absences.stream = gaps.stream
     AND absences.from_month <= between_them.month
     AND (absences.to_month IS NULL OR between_them.month <= absences.to_month)
    WHERE (due."case" IS NULL OR due.payable_fen > 0) AND suspensions."case" IS NULL AND absences.stream IS NULL
),
programmes AS (
    SELECT stream, MAX_BY(programme, position) AS programme FROM application_submitted GROUP BY stream
),
paid_to_others AS (
    -- a month counts once the month after was paid too: a first month may be paid with the second
    SELECT programmes.programme, MAX(issued.month) AS last_month
    FROM begun AS issued
    JOIN programmes ON programmes.stream = issued.stream
    WHERE issued.kind = 'regular'
    GROUP BY programmes.programme
),
paid_last AS (
    SELECT stream, MAX(month) AS month, MAX_BY(position, (month, position)) AS position
    FROM begun
    WHERE kind IN ('regular', 'arrears')
    GROUP BY stream
),
unpaid AS (
    SELECT due."case" AS stream, due.month, due.payable_fen AS amount_fen,
           LIST_CONCAT(
               due.positions,
               CASE WHEN paid_last.position IS NULL THEN CAST([] AS BIGINT[]) ELSE [paid_last.position] END
           ) AS positions
    FROM entitlements AS due
    JOIN programmes ON programmes.stream = due."case"
    JOIN paid_to_others ON paid_to_others.programme = programmes.programme AND due.month < paid_to_others.last_month
    LEFT JOIN paid_last ON paid_last.stream = due."case"
    LEFT JOIN absences
      ON absences.stream = due."case"
     AND absences.from_month <= due.month
     AND (absences.to_month IS NULL OR due.month <= absences.to_month)
    WHERE due.payable_fen > 0 AND due.month > COALESCE(paid_last.month, '') AND absences.stream IS NULL
),
wrong AS (
    SELECT stream, month, positions, amount_fen, late, skipped, asked_day FROM late
    UNION ALL
    SELECT stream, month, positions, amount_fen, late, skipped, asked_day FROM skipped
    UNION ALL
    SELECT unpaid.stream, unpaid.month, unpaid.positions, unpaid.amount_fen, 0, 1, asked.asked_day
    FROM unpaid
    CROSS JOIN parameters
    JOIN asked ON asked.day = parameters.as_of
)
SELECT stream AS subject,
       LIST_SORT(LIST_DISTINCT(FLATTEN(ARRAY_AGG(positions)))) AS positions,
       MIN(month) || '/' || MAX(month) AS period,
       SUM(amount_fen) AS amount_fen,
       SUM(late) AS late,
       SUM(skipped) AS skipped,
       MIN(asked_day) AS asked_day
FROM wrong
GROUP BY stream
