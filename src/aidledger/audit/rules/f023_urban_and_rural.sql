-- id: F023
-- title_zh: 城乡低保重复
-- title_en: urban and rural allowance together
-- explain_zh: 同一家庭（有共同的计入成员）同月既领取城市低保又领取农村低保。
-- explain_en: One household (with a counted member in common) was paid the urban and the rural allowance in one
--   month.
-- not_zh: 月份前后相接的；已离开原家庭的成员；同一城乡类别的两件（见 F006）；一方已由银行全额退回的。
-- not_en: one month after the other; a member who had left the old household; two cases of one area (F006); a
--   line that the bank gave back in full
-- severity: high
-- basis_zh: 松滋 2012 公开审计
-- basis: published audit of Songzi 2012
-- remedy_zh: 按实际居住地保留一份，终止另一份，追回重复部分。
-- remedy_en: keep the one where the household lives, end the other, and recover
-- message_zh: 与 {urban} 共有 {persons} 名成员，{months} 个月同时发放；
--   重复至少 {amount_fen} 元。
-- message_en: {persons} members in common with {urban}, both paid for {months} months; at least {amount_fen} yuan
--   too much
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- facts: F023
WITH applied AS (
    SELECT stream, MAX_BY(applicant, position) AS person, MAX_BY(programme, position) AS programme,
           MAX_BY(area, position) AS area
    FROM application_submitted
    GROUP BY stream
),
people AS (
    $counted_in_allowance
),
shared AS (
    -- one who is of both for a time
    SELECT rural.stream AS rural, urban.stream AS urban, rural.person,
           GREATEST(rural.from_month, urban.from_month) AS from_month,
           LEAST(COALESCE(rural.to_month, '9999-13'), COALESCE(urban.to_month, '9999-13')) AS to_month
    FROM people AS rural
    JOIN people AS urban ON urban.person = rural.person AND urban.area = 'urban'
    -- all zeros: the number was not given
    WHERE rural.area = 'rural' AND rural.person <> 'p00000000000000000000000000000000'
),
streams AS (
    SELECT rural AS stream FROM shared
    UNION
    SELECT urban FROM shared
),
lines AS (
    $paid_months
),
months AS (
    SELECT shared.rural, shared.urban, one.month, COUNT(DISTINCT shared.person) AS persons,
           MAX(LEAST(one.amount_fen, two.amount_fen)) AS amount_fen,
           MAX(LIST_CONCAT(one.positions, two.positions)) AS positions
    FROM shared
    JOIN lines AS one ON one.stream = shared.rural
    JOIN lines AS two ON two.stream = shared.urban AND two.month = one.month
    WHERE shared.from_month < one.month AND one.month < shared.to_month
    GROUP BY shared.rural, shared.urban, one.month
)
SELECT rural AS subject,
       LIST_SORT(LIST_DISTINCT(FLATTEN(ARRAY_AGG(positions)))) AS positions,
       MIN(month) || '/' || MAX(month) AS period,
       SUM(amount_fen) AS amount_fen,
       urban,
       MAX(persons) AS persons,
       COUNT(*) AS months
FROM months
GROUP BY rural, urban
