-- id: F058
-- title_zh: 起始月错误
-- title_en: wrong first month
-- explain_zh: 待遇应自批准的次月起发放：批准的起始月，或第一次发放的月份，不是批准的次月。
-- explain_en: Support begins with the month after the approval: the month that was decided, or the first that was paid,
--   is another.
-- not_zh: 次月起发放的；补发较早月份的补差；首月随次月补发的；尚未发放的。
-- not_en: from the next month on; arrears; the first month paid as arrears with a later one; nothing paid yet
-- severity: medium
-- basis_zh: 特困人员认定办法（2021）第十七条；最低生活保障审核确认办法（2021）第二十一条
-- basis: K21 art. 17; D21 art. 21
-- remedy_zh: 更正起始月，补发少发的月份或追回多发的。
-- remedy_en: put the first month right; pay the months that are missing, or recover those too many
-- message_zh: {approved_on} 批准，应自 {right_month} 起；批准自 {from_month} 起，首次发放 {paid_month}。
-- message_en: approved on {approved_on}, so from {right_month} on; decided from {from_month} on, first paid for
--   {paid_month}
-- needs: application_approved; 没有批准记录; no approval is recorded
-- facts: F058
WITH approved AS (
    SELECT stream, MIN(position) AS position, MIN_BY(effective_on, position) AS approved_on,
           MIN_BY(from_month, position) AS from_month
    FROM application_approved
    GROUP BY stream
),
first_paid AS (
    SELECT stream, MIN(month) AS month, MIN_BY(position, (month, position)) AS position
    FROM payment_issued
    WHERE kind = 'regular'
    GROUP BY stream
),
begun AS (
    SELECT approved.stream, approved.position, approved.approved_on, approved.from_month,
           SUBSTRING(CAST(LAST_DAY(approved.approved_on) + 1 AS VARCHAR), 1, 7) AS right_month,
           first_paid.month AS paid_month, first_paid.position AS paid
    FROM approved
    LEFT JOIN first_paid ON first_paid.stream = approved.stream
)
SELECT stream AS subject,
       CASE WHEN paid IS NULL THEN [position] ELSE LIST_SORT([position, paid]) END AS positions,
       LEAST(right_month, from_month, COALESCE(paid_month, from_month)) || '/'
           || GREATEST(right_month, from_month, COALESCE(paid_month, from_month)) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       approved_on,
       right_month,
       from_month,
       paid_month
FROM begun
WHERE from_month <> right_month
   OR paid_month < right_month
   -- paid with the second month it was paid all the same
   OR (
       paid_month > right_month
       AND (stream, right_month) NOT IN (SELECT stream, month FROM payment_issued WHERE kind = 'arrears')
   )
