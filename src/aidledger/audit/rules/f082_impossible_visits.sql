-- id: F082
-- title_zh: 探访异常
-- title_en: impossible visits
-- explain_zh: 多次探访使用同一张照片（哈希相同），探访已死亡的人，或一人一天探访的户数多得不可能：探访是编造的。
-- explain_en: Several visits show one photo (the same hash), a dead person was visited, or one visitor made more visits
--   on a day than anybody can: they are made up.
-- not_zh: 没有照片的；死亡当日的探访；同一天数户、不超过门槛的。
-- not_en: visits without a photo; a visit on the day of the death; as many visits on a day as the threshold allows
-- severity: high
-- basis_zh: 审计做法：一次探访一张照片
-- basis: audit practice: one photo, one visit
-- thresholds: visits = 30
-- remedy_zh: 重新探访，查明编造的人；按未探访处理。
-- remedy_en: visit again, find out who made them up, and count them as not made
-- message_zh: 同一照片 {same_photo} 次，死亡后 {after_death} 次，一人一天 {in_a_day} 次。
-- message_en: {same_photo} with one photo, {after_death} after the death, {in_a_day} by one visitor on a day
-- needs: visit_made; 没有探访记录; no visit is recorded
-- facts: F082
WITH shared AS (
    SELECT evidence FROM visit_made WHERE evidence IS NOT NULL GROUP BY evidence HAVING COUNT(*) > 1
),
photos AS (
    SELECT MIN(visits.stream) AS subject, ARRAY_AGG(visits.position) AS positions,
           MIN(visits.effective_on) AS first_on, MAX(visits.effective_on) AS last_on, COUNT(*) AS visits
    FROM visit_made AS visits
    JOIN shared ON shared.evidence = visits.evidence
    GROUP BY visits.evidence
),
died AS (
    SELECT stream, MAX(position) AS position, MAX_BY(died_on, position) AS died_on FROM death_recorded GROUP BY stream
),
dead AS (
    SELECT visits.stream AS subject, LIST_CONCAT(ARRAY_AGG(visits.position), [died.position]) AS positions,
           MIN(visits.effective_on) AS first_on, MAX(visits.effective_on) AS last_on, COUNT(*) AS visits
    FROM visit_made AS visits
    JOIN died ON died.stream = visits.stream AND visits.effective_on > died.died_on
    GROUP BY visits.stream, died.position
),
busy AS (
    SELECT visitor, effective_on FROM visit_made GROUP BY visitor, effective_on HAVING COUNT(*) > $visits
),
hasty AS (
    SELECT visits.visitor AS subject, ARRAY_AGG(visits.position) AS positions, visits.effective_on AS first_on,
           visits.effective_on AS last_on, COUNT(*) AS visits
    FROM visit_made AS visits
    JOIN busy ON busy.visitor = visits.visitor AND busy.effective_on = visits.effective_on
    GROUP BY visits.visitor, visits.effective_on
),
wrong AS (
    SELECT subject, positions, first_on, last_on, visits AS same_photo, 0 AS after_death, 0 AS in_a_day FROM photos
    UNION ALL
    SELECT subject, positions, first_on, last_on, 0, visits, 0 FROM dead
    UNION ALL
    SELECT subject, positions, first_on, last_on, 0, 0, visits FROM hasty
)
SELECT subject,
       LIST_SORT(positions) AS positions,
       CAST(first_on AS VARCHAR) || '/' || CAST(last_on AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       same_photo,
       after_death,
       in_a_day
FROM wrong
