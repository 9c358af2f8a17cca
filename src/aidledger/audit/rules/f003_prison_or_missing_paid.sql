-- id: F003
-- title_zh: 服刑失踪仍发放
-- title_en: paid in prison or missing
-- explain_zh: 已登记服刑或者宣告失踪，次月以后仍有发放。服刑期间由国家供养，失踪的人领不到钱，钱到了别人手里。
-- explain_en: Somebody serves a sentence or is missing, on record, and was paid for the months after. A prisoner
--   is kept by the state, and who is missing draws no money: somebody else does.
-- not_zh: 开始当月的发放；回来当月起的发放；银行已全额退回的；以家庭为单位发放、家中尚有他人在保的。
-- not_en: the month in which it began; from the month of the return on; a line that the bank gave back in full; a
--   household in which others live
-- severity: high
-- basis_zh: 特困人员认定办法（2021）第二十四条
-- basis: K21 art. 24
-- remedy_zh: 停发，按月追回；查明谁领取了这些钱。
-- remedy_en: stop, recover by month, and ask who drew the money
-- message_zh: {from_on} 起 {kind}，其后发放 {lines} 笔 {amount_fen} 元。
-- message_en: {kind} from {from_on} on, and paid {lines} lines of {amount_fen} yuan after
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- needs: whereabouts_changed; 没有服刑、失踪的登记; nobody is recorded as in prison or missing
-- facts: F003
WITH absences AS (
    $absences
),
away AS (
    SELECT stream, position, kind, from_on, from_month, to_month
    FROM absences
    -- a household of one is away with the one
    WHERE stream NOT IN (
        SELECT stream FROM application_approved WHERE form = 'household' AND limb <> 'single_person'
    )
),
paid AS (
    SELECT away.position AS away, paid.position, paid.month, paid.amount_fen
    FROM away
    JOIN net_payments AS paid
      ON paid."case" = away.stream
     AND paid.month > away.from_month
     AND (away.to_month IS NULL OR paid.month < away.to_month)
),
summed AS (
    SELECT away, MIN(month) AS first_month, MAX(month) AS last_month, SUM(amount_fen) AS amount_fen,
           COUNT(*) AS lines, ARRAY_AGG(position) AS positions
    FROM paid
    GROUP BY away
)
SELECT away.stream AS subject,
       LIST_SORT(LIST_CONCAT([away.position], summed.positions)) AS positions,
       summed.first_month || '/' || summed.last_month AS period,
       summed.amount_fen,
       away.kind,
       away.from_on,
       summed.lines
FROM summed
JOIN away ON away.position = summed.away
