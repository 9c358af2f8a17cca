-- id: F080
-- title_zh: 换人空档
-- title_en: gap between carers
-- explain_zh: 在家供养的人，前一护理人不再照料，超过规定天数仍没有人接替。
-- explain_en: A person supported at home had a carer, and for more days than are allowed nobody has taken the place.
-- not_zh: 恰满允许天数的；其间入住喘息照料的；从未有过护理人的；取消资格仍未终止的（见 F078）；入住机构、死亡或终止以后的。
-- not_en: as many days as are allowed; a respite stay in between; nobody ever cared; a disqualified carer who was kept
--   on (F078); in an institution, dead, or support over
-- severity: medium
-- basis_zh: S4-095、S4-096
-- basis: S4-095, S4-096
-- parameters: carer_gap_days
-- remedy_zh: 立即落实护理人，其间由村（社区）代为照料。
-- remedy_en: find a carer at once; until then the village looks after the person
-- message_zh: {from_on} 至 {to_on} 共 {days} 天无人照料，允许 {allowed_days} 天。
-- message_en: nobody cared from {from_on} to {to_on}, {days} days; {allowed_days} are allowed
-- needs: care_entrusted; 没有委托照料; nobody is entrusted to a carer
-- facts: F080, S4-095, S4-096
WITH gaps AS (
    SELECT "case", from_on, to_on, days, allowed_days FROM care_gaps WHERE kind = 'no_carer' AND state = 'over'
),
between AS (
    SELECT gaps."case", gaps.from_on, gaps.to_on, gaps.days, gaps.allowed_days,
           FLATTEN(ARRAY_AGG(care_periods.positions)) AS positions
    FROM gaps
    JOIN care_periods ON care_periods."case" = gaps."case" AND care_periods.from_on < gaps.from_on
    GROUP BY gaps."case", gaps.from_on, gaps.to_on, gaps.days, gaps.allowed_days
    -- care that lasts as long as the gap is by somebody disqualified
    HAVING MAX(care_periods.to_on) < gaps.to_on
),
after AS (
    SELECT "case", from_on, MAX(position) AS position FROM care_periods GROUP BY "case", from_on
)
SELECT between."case" AS subject,
       LIST_SORT(
           LIST_DISTINCT(
               CASE WHEN after.position IS NULL THEN between.positions
                    ELSE LIST_CONCAT(between.positions, [after.position]) END
           )
       ) AS positions,
       CAST(between.from_on AS VARCHAR) || '/' || CAST(between.to_on AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       between.from_on,
       between.to_on,
       between.days,
       between.allowed_days
FROM between
LEFT JOIN after ON after."case" = between."case" AND after.from_on = between.to_on + 1
