-- title_zh: 事项与人员
-- title_en: people of cases
-- key: case, person
-- for: whom each case is about, as applicant or covered member, with its programme and whether it is supported
-- facts: S4-053, S4-060, S4-061
WITH named AS (
    SELECT stream AS "case", MAX_BY(applicant, position) AS person, MAX(position) AS position
    FROM application_submitted
    GROUP BY stream
    UNION ALL
    SELECT households."case", households.person, households.joined
    FROM households
    CROSS JOIN parameters
    WHERE households.covered
      AND households.from_on <= parameters.as_of
      AND (households.to_on IS NULL OR parameters.as_of < households.to_on)
)
SELECT named."case",
       named.person,
       MAX(case_state.programme) AS programme,
       BOOL_OR(case_state.stage IN ('approved', 'terminating')) AS supported,
       MAX(CASE WHEN case_state.from_month IS NOT NULL THEN case_state.decided_on END) AS approved_on,
       LIST_SORT(LIST_DISTINCT(ARRAY_AGG(named.position))) AS positions
FROM named
JOIN case_state ON case_state."case" = named."case"
GROUP BY named."case", named.person
