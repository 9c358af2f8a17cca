-- id: F094
-- title_zh: 投诉自查自办
-- title_en: handled by the person complained of
-- explain_zh: 投诉由被投诉人本人登记承办、调查，或者由其所在单位的人承办。自己查自己，查不出问题。
-- explain_en: A complaint is handled or looked into by the very officer it is about, or by somebody of the same
--   office. Nobody finds against themselves.
-- not_zh: 由其他单位的人承办的；投诉没有指明人员的；改派给他人以后的承办人。
-- not_en: handled by somebody of another office; a complaint that names no officer; who took it over when it
--   was assigned anew
-- severity: critical
-- basis_zh: 职责分离；S4-114
-- basis: separation of duties; S4-114
-- remedy_zh: 改由无关人员重新调查。
-- remedy_en: have it looked into again by somebody who has no part in it
-- message_zh: 被投诉人 {officer}，承办人 {handler}，是否本人：{himself}。
-- message_en: about {officer}, handled by {handler}; the same person: {himself}
-- needs: complaint_registered; 没有投诉登记; no complaint is registered
-- facts: F094, S4-114
WITH about AS (
    SELECT stream, MIN(position) AS position, MIN_BY(subject_officer, position) AS officer
    FROM complaint_received
    WHERE subject_officer IS NOT NULL
    GROUP BY stream
),
appointed AS (
    SELECT data_actor AS actor, MAX_BY(data_office, position) AS office FROM officer_appointed GROUP BY data_actor
),
acts AS (
    SELECT stream, position, handler FROM complaint_registered
    UNION ALL
    SELECT stream, position, actor FROM complaint_investigated
),
judged AS (
    SELECT about.stream, about.officer, acts.handler, acts.position,
           acts.handler = about.officer AS himself
    FROM about
    JOIN acts ON acts.stream = about.stream
    LEFT JOIN appointed AS theirs ON theirs.actor = about.officer
    LEFT JOIN appointed AS its ON its.actor = acts.handler
    WHERE acts.handler = about.officer OR its.office = theirs.office
)
SELECT stream AS subject,
       LIST_SORT(LIST_DISTINCT(ARRAY_AGG(position))) AS positions,
       CAST(NULL AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       CASE WHEN himself THEN 'critical' ELSE 'high' END AS severity,
       officer,
       handler,
       himself
FROM judged
GROUP BY stream, officer, handler, himself
