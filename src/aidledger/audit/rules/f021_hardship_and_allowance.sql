-- id: F021
-- title_zh: 特困与低保重复
-- title_en: extreme hardship and the allowance in one month
-- explain_zh: 同一人同月既领取特困供养，又在低保家庭中计发。特困人员不再享受低保。
-- explain_en: One person was paid in extreme hardship and counted in a household of the allowance in one month.
--   Who is supported in extreme hardship has no allowance beside it.
-- not_zh: 低保没有计入的成员（加入当月尚未计入）；月中离开而当月待遇已重新核定、或者当月一日离开的；先后享受、月份不重叠的；一方已由银行全额退回的。
-- not_en: a member whom the allowance does not count, or not yet in the month of joining, or for whose month of
--   leaving it was set anew, or who left on its first day; one after the other, with no month of both; a line that the bank gave back in full
-- severity: high
-- basis_zh: 安吉 2018 公开审计
-- basis: published audit of Anji 2018
-- remedy_zh: 保留特困供养，低保减去本人重新核定，追回重复部分。
-- remedy_en: keep the support in extreme hardship, set the allowance anew without the person, and recover what
--   was paid twice
-- message_zh: {months} 个月同时发放：{hardship} 与 {allowance}；
--   重复至少 {amount_fen} 元。
-- message_en: paid by both {hardship} and {allowance} for {months} months; at least {amount_fen} yuan too much
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- facts: F021
WITH applied AS (
    SELECT stream, MAX_BY(applicant, position) AS person, MAX_BY(programme, position) AS programme,
           MAX_BY(area, position) AS area
    FROM application_submitted
    GROUP BY stream
),
allowed AS (
    $counted_in_allowance
),
both_programmes AS (
    SELECT applied.stream AS hardship, allowed.stream AS allowance, allowed.person, allowed.from_month,
           allowed.to_month
    FROM applied
    JOIN allowed ON allowed.person = applied.person
    -- all zeros: the number was not given
    WHERE applied.programme = 'tekun' AND applied.person <> 'p00000000000000000000000000000000'
),
leaving AS (
    -- who left after the first of a month is counted for it: the allowance is set anew for the next
    SELECT households."case" AS stream, households.person, SUBSTRING(CAST(households.to_on AS VARCHAR), 1, 7) AS month
    FROM households
    WHERE households.covered AND DAY(households.to_on) > 1
      AND NOT EXISTS (
        SELECT 1 FROM entitlement_set AS anew
        WHERE anew.stream = households."case" AND anew.position > households.positions[2]
          AND anew.from_month <= SUBSTRING(CAST(households.to_on AS VARCHAR), 1, 7)
      )
),
streams AS (
    SELECT hardship AS stream FROM both_programmes
    UNION
    SELECT allowance FROM both_programmes
),
lines AS (
    $paid_months
)
SELECT both_programmes.person AS subject,
       LIST_SORT(
           LIST_DISTINCT(FLATTEN(ARRAY_AGG(LIST_CONCAT(one.positions, two.positions))))
       ) AS positions,
       MIN(two.month) || '/' || MAX(two.month) AS period,
       -- one of the two is too much: the smaller is what is certainly at risk
       SUM(LEAST(one.amount_fen, two.amount_fen)) AS amount_fen,
       both_programmes.hardship,
       both_programmes.allowance,
       COUNT(DISTINCT two.month) AS months
FROM both_programmes
JOIN lines AS one ON one.stream = both_programmes.hardship
JOIN lines AS two ON two.stream = both_programmes.allowance AND two.month = one.month
LEFT JOIN leaving
  ON leaving.stream = two.stream AND leaving.person = both_programmes.person AND leaving.month = two.month
WHERE both_programmes.from_month < two.month
  AND (
      both_programmes.to_month IS NULL
      OR two.month < both_programmes.to_month
      OR leaving.month = both_programmes.to_month
  )
GROUP BY both_programmes.person, both_programmes.hardship, both_programmes.allowance
