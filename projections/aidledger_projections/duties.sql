-- title_zh: 部门职责台账
-- title_en: duties of the departments
-- key: duty, kind
-- for: for each duty that the pack gives to several kinds of office: which leads, whether it is registered, who acts there, and when it last did
-- facts: S2-013, S2-019, S3-019, S4-042, S4-059, S4-063, S4-066, S4-068, S4-072
WITH lists AS (
    SELECT county_pack.adoption, REPLACE(given.name, 'responsible_offices_', '') AS duty,
           STRING_SPLIT(
               REPLACE(REPLACE(REPLACE(given.value, '[', ''), ']', ''), '"', ''), ','
           ) AS kinds
    FROM county_pack
    JOIN parameters ON parameters.as_of = county_pack.day
    JOIN pack_parameters AS given ON given.adoption = county_pack.adoption
    WHERE STARTS_WITH(given.name, 'responsible_offices_')
),
asked AS (
    -- the first of a list leads
    SELECT duty, kind, MAX(adoption) AS adoption, BOOL_OR(kind = kinds[1]) AS leads
    FROM (SELECT duty, adoption, kinds, UNNEST(kinds) AS kind FROM lists) AS named
    WHERE kind <> ''
    GROUP BY duty, kind
),
offices AS (
    SELECT data_office AS office, MAX_BY(kind, position) AS kind, MIN(position) AS position
    FROM office_registered
    GROUP BY data_office
),
ended AS (
    SELECT role_granted.position
    FROM role_granted
    JOIN role_ended
      ON role_ended.data_actor = role_granted.data_actor
     AND role_ended.data_office = role_granted.data_office
     AND role_ended.place = role_granted.place
     AND role_ended.role = role_granted.role
     AND COALESCE(role_ended.programme, '') = COALESCE(role_granted.programme, '')
     AND role_ended.position > role_granted.position
    GROUP BY role_granted.position
),
roles AS (
    SELECT role_granted.data_office AS office, role_granted.data_actor AS officer,
           role_granted.position
    FROM role_granted
    LEFT JOIN ended ON ended.position = role_granted.position
    WHERE ended.position IS NULL
),
judged AS (
    -- where a ledger grants roles, an appointment alone gives no power
    SELECT COUNT(*) > 0 AS powers FROM role_granted
),
acting AS (
    SELECT office, officer, position FROM roles
    UNION ALL
    SELECT data_office, data_actor, position
    FROM officer_appointed
    CROSS JOIN judged
    WHERE NOT judged.powers
),
staffed AS (
    SELECT office, COUNT(DISTINCT officer) AS officers, MIN(position) AS position
    FROM acting
    GROUP BY office
),
acts AS (
    SELECT office, MAX(effective_on) AS last_on, MAX(position) AS position
    FROM entry
    -- to adopt a rule is no act under it
    WHERE NOT STARTS_WITH(stream, 'policy/')
    GROUP BY office
),
counted AS (
    SELECT offices.kind, COUNT(*) AS offices,
           CAST(SUM(COALESCE(staffed.officers, 0)) AS BIGINT) AS officers,
           MAX(acts.last_on) AS last_on,
           LIST_CONCAT(
               ARRAY_AGG(offices.position),
               LIST_CONCAT(
                   ARRAY_AGG(COALESCE(staffed.position, offices.position)),
                   ARRAY_AGG(COALESCE(acts.position, offices.position))
               )
           ) AS positions
    FROM offices
    LEFT JOIN staffed ON staffed.office = offices.office
    LEFT JOIN acts ON acts.office = offices.office
    GROUP BY offices.kind
)
SELECT asked.duty,
       asked.kind,
       asked.leads,
       COALESCE(counted.offices, 0) AS offices,
       COALESCE(counted.officers, 0) AS officers,
       counted.last_on,
       CASE
           WHEN counted.kind IS NULL THEN 'no_office'
           WHEN counted.officers = 0 THEN 'nobody'
           WHEN counted.last_on IS NULL THEN 'idle'
           ELSE 'acting'
       END AS state,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT([asked.adoption], COALESCE(counted.positions, CAST([] AS BIGINT[])))
           )
       ) AS positions
FROM asked
LEFT JOIN counted ON counted.kind = asked.kind
