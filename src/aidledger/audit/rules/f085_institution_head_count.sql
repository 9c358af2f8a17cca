-- id: F085
-- title_zh: 机构虚报人数
-- title_en: institution head count too high
-- explain_zh: 机构清点的在住人数，少于当月按该机构发放供养金的人数：有人已离开、住院或死亡，钱照付。
-- explain_en: An institution counted fewer residents than were paid as living in it that month: somebody has left or
--   died, and the money goes on.
-- not_zh: 清点人数不少于发放人数的；当月死亡或终止、在清点前离开的；全额退回的。
-- not_en: a count that is not below those paid; who died or ended in that month before the count; lines given back in
--   full
-- severity: critical
-- basis_zh: 供养机构公开审计（许昌、三门峡等地）
-- basis: published audits of institutions (Xuchang, Taizhou, Sanmenxia)
-- remedy_zh: 当场逐人核对，停发并追回虚报的。
-- remedy_en: go there and check person by person; stop and recover what was claimed for people who are not there
-- message_zh: {counted_on} 清点在住 {counted} 人，当月按在住发放 {paid} 人。
-- message_en: {counted} residents were counted on {counted_on}; {paid} were paid as residents that month
-- needs: institution_census_taken; 没有机构清点记录; no institution has counted its residents
-- facts: F085, S1-070, S1-078
WITH census AS (
    SELECT position, SUBSTRING(stream, 10) AS facility, effective_on AS counted_on,
           SUBSTRING(CAST(effective_on AS VARCHAR), 1, 7) AS month, able + partly + unable AS counted
    FROM institution_census_taken
),
moves AS (
    SELECT stream, effective_on, position, COALESCE(institution, '') AS institution FROM support_form_set
    UNION ALL
    SELECT stream, from_on, position, institution FROM placement_made
),
days AS (
    SELECT stream, effective_on AS from_on, MAX_BY(institution, position) AS institution
    FROM moves
    GROUP BY stream, effective_on
),
stays AS (
    SELECT stream, from_on,
           CASE
               WHEN institution LIKE 'facility/%' THEN SUBSTRING(institution, 10) ELSE institution
           END AS facility,
           LEAD(from_on) OVER (PARTITION BY stream ORDER BY from_on) AS next_from_on
    FROM days
),
ended AS (
    SELECT stream, MIN(ended_on) AS ended_on
    FROM (
        SELECT stream, died_on AS ended_on FROM death_recorded
        UNION ALL
        SELECT stream, effective_on FROM termination_approved
    ) AS ends
    GROUP BY stream
),
there AS (
    SELECT census.position AS census, census.facility, census.month, stays.stream
    FROM census
    JOIN stays
      ON stays.facility = census.facility
     AND stays.from_on <= census.counted_on
     AND (stays.next_from_on IS NULL OR census.counted_on < stays.next_from_on)
    LEFT JOIN ended ON ended.stream = stays.stream
    WHERE ended.ended_on IS NULL
       OR ended.ended_on > census.counted_on
       OR SUBSTRING(CAST(ended.ended_on AS VARCHAR), 1, 7) < census.month
),
lines AS (
    SELECT stream, month, amount_fen, position, 1 AS paid
    FROM payment_issued
    WHERE kind IN ('regular', 'reissue') AND stream IN (SELECT stream FROM there)
    UNION ALL
    SELECT stream, month, -amount_fen, position, 0
    FROM payment_returned
    WHERE stream IN (SELECT stream FROM there)
),
paid AS (
    SELECT stream, month, SUM(amount_fen) AS amount_fen, MAX(CASE WHEN paid = 1 THEN position END) AS position
    FROM lines
    GROUP BY stream, month
    HAVING SUM(amount_fen) > 0
),
counted AS (
    SELECT there.census, COUNT(*) AS paid, SUM(paid.amount_fen) AS amount_fen, ARRAY_AGG(paid.position) AS positions
    FROM there
    JOIN paid ON paid.stream = there.stream AND paid.month = there.month
    GROUP BY there.census
)
SELECT 'facility/' || census.facility AS subject,
       LIST_SORT(LIST_CONCAT(counted.positions, [census.position])) AS positions,
       census.month AS period,
       -- who is missing is not known: their part of what all were paid
       counted.amount_fen // counted.paid * (counted.paid - census.counted) AS amount_fen,
       census.counted_on,
       census.counted,
       counted.paid
FROM census
JOIN counted ON counted.census = census.position
WHERE counted.paid > census.counted
