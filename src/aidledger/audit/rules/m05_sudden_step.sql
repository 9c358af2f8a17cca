-- id: M05
-- title_zh: 发放人数骤变
-- title_en: a sudden step in payments
-- explain_zh: 同一项目同一乡镇，发放人数在相邻两月之间骤增或骤减。批量虚增、集中清退或漏发都会这样。
-- explain_en: From one month to the next the number of persons paid in a township and programme jumps. Names added in
--   bulk, removed in bulk or left out look like this.
-- not_zh: 前月人数少于门槛的；变化未超过门槛的；中间隔月的；补发和一次性款项。
-- not_en: fewer persons in the month before than the threshold; a change within the threshold; months that do not follow
--   each other; arrears, what is sent again, help once
-- severity: low
-- basis_zh: 分析性复核：提示先看哪里，本身不是证据
-- basis: analytical review: where to look first, no proof by itself
-- thresholds: percent = 50, persons = 20
-- remedy_zh: 核对两月之间的批准、终止和停发，说明原因。
-- remedy_en: look at what was approved, ended and suspended between the two months, and say what explains it
-- message_zh: {programme} {township}：{before_month} 发放 {before_persons} 人，{month} 发放 {persons} 人。
-- message_en: {programme} in {township}: {before_persons} persons were paid for {before_month}, {persons} for {month}
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- facts: S4-108, S4-115
WITH months AS (
    SELECT case_state.programme, case_places.township, payment_issued.month,
           COUNT(DISTINCT payment_issued.stream) AS persons, SUM(payment_issued.amount_fen) AS fen,
           ARRAY_AGG(payment_issued.position) AS positions
    FROM payment_issued
    JOIN case_state ON case_state."case" = payment_issued.stream
    -- where the case was in that month: whoever moves later takes no month along
    LEFT JOIN case_places
      ON case_places."case" = payment_issued.stream
     AND (case_places.after_month IS NULL OR case_places.after_month < payment_issued.month)
     AND (case_places.last_month IS NULL OR case_places.last_month >= payment_issued.month)
    WHERE payment_issued.kind = 'regular'
    GROUP BY case_state.programme, case_places.township, payment_issued.month
),
pairs AS (
    SELECT programme, township, month, persons, fen, positions,
           LAG(month) OVER (PARTITION BY programme, township ORDER BY month) AS before_month,
           LAG(persons) OVER (PARTITION BY programme, township ORDER BY month) AS before_persons,
           LAG(fen) OVER (PARTITION BY programme, township ORDER BY month) AS before_fen
    FROM months
)
SELECT pairs.township AS subject,
       LIST_SORT(pairs.positions) AS positions,
       pairs.before_month || '/' || pairs.month AS period,
       ABS(pairs.fen - pairs.before_fen) AS amount_fen,
       pairs.programme,
       pairs.township,
       pairs.month,
       pairs.persons,
       pairs.before_month,
       pairs.before_persons
FROM pairs
WHERE pairs.before_persons >= $persons
  AND ABS(pairs.persons - pairs.before_persons) * 100 > pairs.before_persons * $percent
  AND TRY_CAST(SUBSTRING(pairs.month, 1, 4) AS BIGINT) * 12 + TRY_CAST(SUBSTRING(pairs.month, 6, 2) AS BIGINT)
      = TRY_CAST(SUBSTRING(pairs.before_month, 1, 4) AS BIGINT) * 12
        + TRY_CAST(SUBSTRING(pairs.before_month, 6, 2) AS BIGINT) + 1
