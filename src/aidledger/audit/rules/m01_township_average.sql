-- id: M01
-- title_zh: 乡镇人均异常
-- title_en: a township's average stands out
-- explain_zh: 同一项目同一月份，某乡镇人均发放额与各乡镇人均的中位数相差过大。可能是标准用错、虚报等级或漏发。
-- explain_en: In one programme and month the average paid to a person of one township is far from the median of the
--   averages of all townships: a wrong standard, levels of care invented, or persons left out.
-- not_zh: 人数少于门槛的乡镇；可比乡镇少于门槛的；相差未超过门槛的；补发、一次性的款项。
-- not_en: a township of fewer persons than the threshold; fewer townships to compare; a distance within the threshold;
--   arrears, what is sent again, help once
-- severity: low
-- basis_zh: 分析性复核：提示先看哪里，本身不是证据
-- basis: analytical review: where to look first, no proof by itself
-- thresholds: percent = 50, persons = 5, townships = 3
-- remedy_zh: 抽查该乡镇的核定等级和标准，说明差异。
-- remedy_en: look at the levels and standards of that township, and say what explains the distance
-- message_zh: {month} {programme}：{township} 人均 {average_fen} 元，各乡镇中位数 {median_fen} 元。
-- message_en: {programme}, {month}: {township} paid {average_fen} yuan a person, the median of the townships is
--   {median_fen} yuan
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- facts: S4-108, S4-115
WITH averages AS (
    SELECT case_state.programme, payment_issued.month, case_places.township,
           COUNT(DISTINCT payment_issued.stream) AS persons, SUM(payment_issued.amount_fen) AS fen,
           SUM(payment_issued.amount_fen) // COUNT(DISTINCT payment_issued.stream) AS average_fen,
           ARRAY_AGG(payment_issued.position) AS positions
    FROM payment_issued
    JOIN case_state ON case_state."case" = payment_issued.stream
    -- where the case was in that month: whoever moves later takes no month along
    LEFT JOIN case_places
      ON case_places."case" = payment_issued.stream
     AND (case_places.after_month IS NULL OR case_places.after_month < payment_issued.month)
     AND (case_places.last_month IS NULL OR case_places.last_month >= payment_issued.month)
    WHERE payment_issued.kind = 'regular'
    GROUP BY case_state.programme, payment_issued.month, case_places.township
),
ranked AS (
    SELECT programme, month, township, persons, fen, average_fen, positions,
           ROW_NUMBER() OVER (PARTITION BY programme, month ORDER BY average_fen, township) AS place,
           COUNT(*) OVER (PARTITION BY programme, month) AS townships
    FROM averages
    WHERE persons >= $persons
),
medians AS (
    -- the middle one, or the mean of the two in the middle
    SELECT programme, month, SUM(average_fen) // COUNT(*) AS median_fen
    FROM ranked
    WHERE place IN ((townships + 1) // 2, (townships + 2) // 2) AND townships >= $townships
    GROUP BY programme, month
)
SELECT ranked.township AS subject,
       LIST_SORT(ranked.positions) AS positions,
       ranked.month AS period,
       ABS(ranked.average_fen - medians.median_fen) * ranked.persons AS amount_fen,
       ranked.month,
       ranked.programme,
       ranked.township,
       ranked.average_fen,
       medians.median_fen
FROM ranked
JOIN medians ON medians.programme = ranked.programme AND medians.month = ranked.month
WHERE ABS(ranked.average_fen - medians.median_fen) * 100 > medians.median_fen * $percent
