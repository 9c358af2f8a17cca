-- title_zh: 财产限额
-- title_en: limits of property
-- key: approval, kind
-- for: what the pack of an approval allows of each kind of property, and for how many heads
-- facts: S1-008
WITH granted AS (
    SELECT stream, position, effective_on, pack_hash FROM application_approved
),
people AS (
    SELECT stream, applicant AS person, CAST(NULL AS DATE) AS from_on, CAST(NULL AS DATE) AS to_on
    FROM application_submitted
    UNION ALL
    SELECT "case", person, from_on, to_on FROM households
),
heads AS (
    SELECT granted.position, COUNT(DISTINCT people.person) AS persons
    FROM granted
    JOIN people
      ON people.stream = granted.stream
     AND (people.from_on IS NULL OR people.from_on <= granted.effective_on)
     AND (people.to_on IS NULL OR granted.effective_on < people.to_on)
    GROUP BY granted.position
),
programme AS (
    SELECT stream, MAX_BY(programme, position) AS programme FROM application_submitted GROUP BY stream
),
adopted AS (
    SELECT data_pack_hash AS pack_hash, MAX(position) AS adoption FROM pack_adopted GROUP BY data_pack_hash
),
under AS (
    SELECT granted.stream, granted.position, COALESCE(adopted.adoption, pack_in_force.adoption) AS adoption
    FROM granted
    LEFT JOIN programme ON programme.stream = granted.stream
    LEFT JOIN adopted ON adopted.pack_hash = granted.pack_hash
    LEFT JOIN pack_in_force
      ON pack_in_force.day = granted.effective_on
     AND pack_in_force.programme = COALESCE(programme.programme, '')
)
SELECT under.position AS approval,
       CASE asked.name
           WHEN 'vehicles_max' THEN 'vehicles'
           WHEN 'dwellings_max' THEN 'dwellings'
           WHEN 'firms_max' THEN 'firms'
           ELSE 'deposits_fen'
       END AS kind,
       under.stream AS "case",
       TRY_CAST(asked.value AS BIGINT) AS allowed_each,
       -- deposits are limited by the head
       CASE WHEN asked.name = 'deposit_limit_fen' THEN GREATEST(COALESCE(heads.persons, 1), 1)
            ELSE 1 END AS heads,
       LIST_SORT([under.position, under.adoption]) AS positions
FROM under
JOIN pack_parameters AS asked
  ON asked.adoption = under.adoption
 AND asked.name IN ('vehicles_max', 'dwellings_max', 'firms_max', 'deposit_limit_fen')
LEFT JOIN heads ON heads.position = under.position
