-- id: F078
-- title_zh: 不合格护理人付费
-- title_en: disqualified carer kept on
-- explain_zh: 护理人已取消资格，委托却没有终止，费用照付。
-- explain_en: A carer lost the qualification, and the entrustment went on, with its fee.
-- not_zh: 取消资格后数日内（见门槛）终止或更换的；重新登记取得资格的；取消资格以前已终止的。
-- not_en: ended or replaced within the days of the threshold; registered again since; ended before the carer was
--   disqualified
-- severity: high
-- basis_zh: S4-093：评分不合格的立即取消资格
-- basis: S4-093: below the pass mark a carer is disqualified at once
-- thresholds: days = 5
-- remedy_zh: 立即终止委托并更换护理人，追回取消资格以后的费用。
-- remedy_en: end it at once and find another carer; recover the fee of the time after
-- message_zh: {disqualified_on} 取消资格，委托持续至 {until_on}（{days} 天），费用 {amount_fen} 元。
-- message_en: disqualified on {disqualified_on}, kept on until {until_on} ({days} days), for {amount_fen} yuan
-- needs: care_entrusted; 没有委托照料; nobody is entrusted to a carer
-- facts: F078, S4-093, S4-095
WITH lost AS (
    SELECT stream, MAX(position) AS position, MAX_BY(effective_on, position) AS disqualified_on
    FROM carer_disqualified
    GROUP BY stream
),
kept AS (
    SELECT care_periods."case", care_periods.position, care_periods.monthly_fee_fen, care_periods.to_on,
           GREATEST(lost.disqualified_on, care_periods.from_on) AS from_on, lost.disqualified_on,
           lost.position AS disqualification
    FROM care_periods
    JOIN lost ON lost.stream = care_periods.carer
    JOIN carers ON carers.carer = care_periods.carer AND NOT carers.qualified
    WHERE care_periods.to_on >= lost.disqualified_on
)
SELECT kept."case" AS subject,
       LIST_SORT([kept.position, kept.disqualification]) AS positions,
       CAST(kept.disqualified_on AS VARCHAR) || '/' || CAST(kept.to_on AS VARCHAR) AS period,
       -- the months that began after it
       CAST(kept.monthly_fee_fen AS HUGEINT) * DATE_DIFF('month', kept.from_on, kept.to_on) AS amount_fen,
       kept.disqualified_on,
       kept.to_on AS until_on,
       DATE_DIFF('day', kept.from_on, kept.to_on) AS days
FROM kept
WHERE DATE_DIFF('day', kept.from_on, kept.to_on) > $days
