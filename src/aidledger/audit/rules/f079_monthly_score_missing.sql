-- id: F079
-- title_zh: 未按月考核
-- title_en: monthly score missing
-- explain_zh: 有委托照料的考核期已过，护理人没有考核，或考核没有告知本人。
-- explain_en: A period of care is over in which the carer had to be scored, and there is no score, or it was not told
--   to the carer.
-- not_zh: 考核期尚未结束的；取消资格以后的；没有委托照料的月份。
-- not_en: a period that is not over; after the carer was disqualified; a period without care
-- severity: medium
-- basis_zh: S4-090 至 S4-092
-- basis: S4-090 to S4-092
-- parameters: carer_score_months
-- remedy_zh: 补行考核并告知。
-- remedy_en: score the carer, and tell
-- message_zh: {periods} 个考核期没有考核，{untold} 个没有告知（{from_on} 至 {to_on}）。
-- message_en: {periods} periods without a score and {untold} without telling it, from {from_on} to {to_on}
-- needs: care_entrusted; 没有委托照料; nobody is entrusted to a carer
-- facts: F079, S4-090, S4-091, S4-092
SELECT carer AS subject,
       LIST_SORT(LIST_DISTINCT(FLATTEN(ARRAY_AGG(positions)))) AS positions,
       CAST(MIN(from_on) AS VARCHAR) || '/' || CAST(MAX(to_on) AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       MIN(from_on) AS from_on,
       MAX(to_on) AS to_on,
       SUM(CASE WHEN state = 'missed' THEN 1 ELSE 0 END) AS periods,
       SUM(CASE WHEN state = 'untold' THEN 1 ELSE 0 END) AS untold
FROM scores_due
WHERE state IN ('missed', 'untold')
GROUP BY carer
