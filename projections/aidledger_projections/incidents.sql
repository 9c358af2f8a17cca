-- title_zh: 底线事件复盘台账
-- title_en: incidents
-- key: position
-- for: each incident that assistance is there to prevent, and whether a meeting has since discussed the case
-- facts: S4-019, S3-004
WITH discussed AS (
    SELECT incident_recorded.position, MIN(case_discussed.effective_on) AS discussed_on,
           MIN_BY(case_discussed.meeting, case_discussed.position) AS meeting,
           MIN(case_discussed.position) AS discussion
    FROM incident_recorded
    JOIN case_discussed
      ON case_discussed.stream = incident_recorded.stream
     AND case_discussed.position > incident_recorded.position
    GROUP BY incident_recorded.position
),
rules AS (
    SELECT county_pack.day, given.days
    FROM county_pack
    JOIN pack_parameters AS given ON given.adoption = county_pack.adoption
    WHERE given.name = 'incident_review_days'
)
SELECT incident_recorded.position,
       incident_recorded.stream AS "case",
       incident_recorded.kind,
       incident_recorded.effective_on AS happened_on,
       discussed.discussed_on,
       discussed.meeting,
       incident_recorded.effective_on + rules.days AS due_on,
       CASE
           WHEN discussed.discussed_on > incident_recorded.effective_on + rules.days THEN 'late'
           WHEN discussed.discussed_on IS NOT NULL THEN 'met'
           WHEN parameters.as_of > incident_recorded.effective_on + rules.days THEN 'missed'
           ELSE 'open'
       END AS state,
       CASE WHEN discussed.discussion IS NULL THEN [incident_recorded.position]
            ELSE [incident_recorded.position, discussed.discussion] END AS positions
FROM incident_recorded
CROSS JOIN parameters
LEFT JOIN discussed ON discussed.position = incident_recorded.position
LEFT JOIN rules ON rules.day = incident_recorded.effective_on
