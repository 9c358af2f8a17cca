-- id: F055
-- title_zh: 调标未补发
-- title_en: rise not back-paid
-- explain_zh: 待遇提高追溯到已经发放的月份，其后又造了花名册，差额却没有补发（或没有补足）。
-- explain_en: A higher entitlement reaches back to months that had been rostered; a roster came after it, and the
--   difference was not, or not wholly, put on one.
-- not_zh: 已足额补差的；核定以后还没有造过花名册的（已去世、终止的，看本项目他人的花名册）；从未列入花名册的月份；去世、终止以后的月份；待遇降低的（见 M22）。
-- not_en: arrears in full; no roster since it was set (of who died or whose support ended: none of the programme); months
--   that were never rostered; months after the death or the end; an entitlement that is lower (M22)
-- severity: medium
-- basis_zh: 新标准自执行之日起算，不论何时得知
-- basis: a new standard counts from its day, whenever the office comes to know it
-- remedy_zh: 补发差额。
-- remedy_en: pay the arrears
-- message_zh: 自 {from_month} 起每月 {monthly_fen} 元，{months} 个月共欠 {amount_fen} 元未补。
-- message_en: {monthly_fen} yuan a month from {from_month} on: {amount_fen} yuan of {months} months were never
--   back-paid
-- needs: entitlement_set; 没有待遇核定; no entitlement is set
-- facts: F055
WITH holding AS (
    SELECT stream, position, from_month, monthly_fen,
           LEAD(from_month) OVER (PARTITION BY stream ORDER BY from_month, position) AS next_month
    FROM entitlement_set
),
rosters AS (
    SELECT stream, MAX(position) AS position FROM payment_rostered WHERE kind = 'regular' GROUP BY stream
),
programmes AS (
    SELECT stream, MAX_BY(programme, position) AS programme FROM application_submitted GROUP BY stream
),
by_programme AS (
    SELECT programmes.programme, MAX(rosters.position) AS position
    FROM rosters
    JOIN programmes ON programmes.stream = rosters.stream
    GROUP BY programmes.programme
),
ended AS (
    $last_months
),
last_roster AS (
    -- who died, or whose support ended, is on no roster any more: that of the others counts
    SELECT rosters.stream,
           CASE WHEN ended.stream IS NULL THEN rosters.position
               ELSE COALESCE(by_programme.position, rosters.position) END AS position,
           ended.month AS last_month
    FROM rosters
    LEFT JOIN ended ON ended.stream = rosters.stream
    LEFT JOIN programmes ON programmes.stream = rosters.stream
    LEFT JOIN by_programme ON by_programme.programme = programmes.programme
),
short AS (
    SELECT lines.stream, lines.month, lines.position AS line, holding.position AS entitlement, holding.from_month,
           holding.monthly_fen, holding.monthly_fen - lines.amount_fen AS fen
    FROM payment_rostered AS lines
    JOIN holding
      ON holding.stream = lines.stream
     AND holding.position > lines.position
     AND holding.from_month <= lines.month
     AND (holding.next_month IS NULL OR lines.month < holding.next_month)
     AND holding.monthly_fen > lines.amount_fen
    JOIN last_roster ON last_roster.stream = lines.stream AND last_roster.position > holding.position
    WHERE lines.kind = 'regular' AND (last_roster.last_month IS NULL OR lines.month <= last_roster.last_month)
),
arrears AS (
    SELECT stream, month, SUM(amount_fen) AS fen
    FROM payment_rostered
    WHERE kind = 'arrears'
    GROUP BY stream, month
),
open AS (
    SELECT short.stream, short.month, short.line, short.entitlement, short.from_month, short.monthly_fen,
           short.fen - COALESCE(arrears.fen, 0) AS fen
    FROM short
    LEFT JOIN arrears ON arrears.stream = short.stream AND arrears.month = short.month
    WHERE short.fen > COALESCE(arrears.fen, 0)
)
SELECT stream AS subject,
       LIST_SORT(LIST_CONCAT([entitlement], ARRAY_AGG(line))) AS positions,
       MIN(month) || '/' || MAX(month) AS period,
       SUM(fen) AS amount_fen,
       from_month,
       monthly_fen,
       COUNT(*) AS months
FROM open
GROUP BY stream, entitlement, from_month, monthly_fen
