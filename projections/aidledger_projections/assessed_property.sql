-- title_zh: 财产核定与限额
-- title_en: property assessed against the limits
-- key: approval, kind
-- for: what was last assessed of each kind of property before an approval, against what the pack of that approval allows
-- facts: S1-008
WITH granted AS (
    SELECT approved.stream, approved.position, approved.effective_on, approved.pack_hash,
           MAX(assessed.position) AS assessment
    FROM application_approved AS approved
    JOIN property_assessed AS assessed
      ON assessed.stream = approved.stream AND assessed.position < approved.position
    GROUP BY approved.stream, approved.position, approved.effective_on, approved.pack_hash
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
counted AS (
    SELECT position, effective_on, 'vehicles' AS kind, 'vehicles_max' AS name, vehicles AS counted
    FROM property_assessed
    UNION ALL
    SELECT position, effective_on, 'dwellings', 'dwellings_max', dwellings FROM property_assessed
    UNION ALL
    SELECT position, effective_on, 'firms', 'firms_max', firms FROM property_assessed
    UNION ALL
    SELECT position, effective_on, 'deposits_fen', 'deposit_limit_fen', deposits_fen FROM property_assessed
),
programme AS (
    SELECT stream, MAX_BY(programme, position) AS programme FROM application_submitted GROUP BY stream
),
adopted AS (
    SELECT data_pack_hash AS pack_hash, MAX(position) AS adoption FROM pack_adopted GROUP BY data_pack_hash
),
under AS (
    SELECT granted.stream, granted.position, granted.assessment,
           COALESCE(adopted.adoption, pack_in_force.adoption) AS adoption
    FROM granted
    LEFT JOIN programme ON programme.stream = granted.stream
    LEFT JOIN adopted ON adopted.pack_hash = granted.pack_hash
    LEFT JOIN pack_in_force
      ON pack_in_force.day = granted.effective_on
     AND pack_in_force.programme = COALESCE(programme.programme, '')
)
SELECT under.position AS approval,
       counted.kind,
       under.stream AS "case",
       counted.effective_on AS assessed_on,
       counted.counted,
       TRY_CAST(asked.value AS BIGINT) AS allowed_each,
       -- deposits are limited by the head
       CASE WHEN counted.kind = 'deposits_fen' THEN GREATEST(COALESCE(heads.persons, 1), 1) ELSE 1 END AS heads,
       LIST_SORT([under.assessment, under.position, under.adoption]) AS positions
FROM under
JOIN counted ON counted.position = under.assessment
JOIN pack_parameters AS asked ON asked.adoption = under.adoption AND asked.name = counted.name
LEFT JOIN heads ON heads.position = under.position
