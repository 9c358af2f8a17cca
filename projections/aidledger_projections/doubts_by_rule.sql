-- title_zh: 疑点统计
-- title_en: doubts by rule
-- key: township, rule
-- for: how many doubts each township has of each rule, in which state, how many are overdue, and the money (township empty: of no township, or of a person in several)
-- facts: S4-115, S4-117
SELECT COALESCE(doubts.township, '') AS township,
       doubts.rule,
       COUNT(*) AS doubts,
       SUM(CASE WHEN doubts.state IN ('raised', 'reopened') THEN 1 ELSE 0 END) AS unassigned,
       SUM(CASE WHEN doubts.state IN ('assigned', 'verified') THEN 1 ELSE 0 END) AS looked_into,
       SUM(CASE WHEN doubts.state IN ('confirmed', 'decided', 'settled') THEN 1 ELSE 0 END) AS confirmed,
       SUM(CASE WHEN doubts.state = 'refuted' THEN 1 ELSE 0 END) AS refuted,
       SUM(CASE WHEN doubts.state = 'closed' THEN 1 ELSE 0 END) AS closed,
       SUM(CASE WHEN doubts.state NOT IN ('refuted', 'closed') THEN 1 ELSE 0 END) AS "open",
       SUM(CASE WHEN doubts.overdue THEN 1 ELSE 0 END) AS overdue,
       MAX(CASE WHEN doubts.state NOT IN ('refuted', 'closed') THEN doubts.age_days END) AS oldest_days,
       CAST(LEAST(SUM(COALESCE(doubts.amount_fen, 0)), 9007199254740991) AS BIGINT) AS amount_fen,
       CAST(LEAST(SUM(COALESCE(doubts.confirmed_fen, 0)), 9007199254740991) AS BIGINT) AS confirmed_fen,
       CAST(LEAST(SUM(COALESCE(doubts.decided_fen, 0)), 9007199254740991) AS BIGINT) AS decided_fen,
       CAST(LEAST(SUM(doubts.settled_fen), 9007199254740991) AS BIGINT) AS settled_fen,
       LIST_SORT(FLATTEN(ARRAY_AGG(doubts.positions))) AS positions
FROM doubts
GROUP BY COALESCE(doubts.township, ''), doubts.rule
