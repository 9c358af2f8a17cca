-- title_zh: 财产核定与限额
-- title_en: property assessed against the limits
-- key: approval, kind
-- for: what was last assessed of each kind of property before an approval, against what the pack of that approval allows
-- facts: S1-008
WITH last_one AS (
    SELECT approved.position, MAX(assessed.position) AS assessment
    FROM application_approved AS approved
    JOIN property_assessed AS assessed
      ON assessed.stream = approved.stream AND assessed.position < approved.position
    GROUP BY approved.position
),
counted AS (
    SELECT position, effective_on, 'vehicles' AS kind, vehicles AS counted FROM property_assessed
    UNION ALL
    SELECT position, effective_on, 'dwellings', dwellings FROM property_assessed
    UNION ALL
    SELECT position, effective_on, 'firms', firms FROM property_assessed
    UNION ALL
    SELECT position, effective_on, 'deposits_fen', deposits_fen FROM property_assessed
)
SELECT property_limits.approval,
       property_limits.kind,
       property_limits."case",
       counted.effective_on AS assessed_on,
       counted.counted,
       property_limits.allowed_each,
       property_limits.heads,
       LIST_SORT(LIST_CONCAT([last_one.assessment], property_limits.positions)) AS positions
FROM last_one
JOIN property_limits ON property_limits.approval = last_one.position
JOIN counted ON counted.position = last_one.assessment AND counted.kind = property_limits.kind
