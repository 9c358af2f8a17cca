-- title_zh: 公开事项核查
-- title_en: what was published
-- key: position
-- for: each notice, announcement and list that was put up, and whether it shows what the pack of its day lets nobody see
-- facts: S4-108, S4-109
WITH shown AS (
    SELECT position, stream, effective_on, 'PublicityStarted' AS type, village AS place FROM publicity_started
    UNION ALL
    SELECT position, stream, effective_on, 'CountyPublicityStarted', place FROM county_publicity_started
    UNION ALL
    SELECT position, stream, effective_on, 'ApprovalAnnounced', village FROM approval_announced
    UNION ALL
    SELECT position, stream, effective_on, 'TerminationPublished', village FROM termination_published
),
counted_only AS (
    -- programmes of which only counts are shown
    SELECT pack_in_force.day, pack_in_force.programme, pack_in_force.adoption
    FROM pack_in_force
    JOIN pack_parameters AS given
      ON given.adoption = pack_in_force.adoption AND given.name = 'unpublished_programmes'
     AND CONTAINS(given.value, '"' || pack_in_force.programme || '"')
    WHERE pack_in_force.programme <> ''
),
of_cases AS (
    SELECT shown.position, shown.type, shown.stream AS subject, shown.place, shown.effective_on,
           case_state.programme,
           CASE
               WHEN counted_only.adoption IS NOT NULL THEN 'unpublished_programme'
               WHEN case_state.programme IS NULL THEN 'unknown'
               ELSE 'none'
           END AS shows,
           counted_only.adoption
    FROM shown
    LEFT JOIN case_state ON case_state."case" = shown.stream
    LEFT JOIN counted_only
      ON counted_only.day = shown.effective_on AND counted_only.programme = case_state.programme
),
rules AS (
    SELECT county_pack.day, MAX(county_pack.adoption) AS adoption,
           MAX(CASE WHEN given.name = 'list_columns' THEN given.value END) AS columns,
           MAX(CASE WHEN given.name = 'list_count_columns' THEN given.value END) AS count_columns
    FROM county_pack
    JOIN pack_parameters AS given ON given.adoption = county_pack.adoption
    WHERE given.name IN ('list_columns', 'list_count_columns')
    GROUP BY county_pack.day
),
listed AS (
    SELECT list_published.position, list_published.kind, list_published.place, list_published.effective_on,
           list_published.columns, counted_only.adoption AS counted,
           rules.adoption,
           CASE WHEN counted_only.adoption IS NULL THEN rules.columns ELSE rules.count_columns END AS allowed
    FROM list_published
    LEFT JOIN rules ON rules.day = list_published.effective_on
    LEFT JOIN counted_only
      ON counted_only.day = list_published.effective_on AND counted_only.programme = list_published.kind
),
beyond AS (
    SELECT listed.position, COUNT(*) AS columns
    FROM (SELECT position, allowed, UNNEST(columns) AS name FROM listed) AS listed
    WHERE NOT CONTAINS(listed.allowed, '"' || listed.name || '"')
    GROUP BY listed.position
),
of_lists AS (
    SELECT listed.position, 'ListPublished' AS type, listed.kind AS subject, listed.place,
           listed.effective_on, CASE WHEN listed.counted IS NOT NULL THEN listed.kind END AS programme,
           CASE
               WHEN listed.columns IS NULL OR listed.allowed IS NULL THEN 'unknown'
               WHEN beyond.columns IS NULL THEN 'none'
               WHEN listed.counted IS NOT NULL THEN 'unpublished_programme'
               ELSE 'columns'
           END AS shows,
           COALESCE(listed.adoption, listed.counted) AS adoption
    FROM listed
    LEFT JOIN beyond ON beyond.position = listed.position
)
SELECT position, type, subject, place, effective_on AS shown_on, programme, shows,
       CASE WHEN shows IN ('stopped', 'unknown') THEN CAST(NULL AS BOOLEAN) ELSE shows = 'none' END AS allowed,
       CASE WHEN adoption IS NULL THEN [position] ELSE LIST_SORT([adoption, position]) END AS positions
FROM (
    SELECT position, type, subject, place, effective_on, programme, shows, adoption FROM of_cases
    UNION ALL
    SELECT position, type, subject, place, effective_on, programme, shows, adoption FROM of_lists
    UNION ALL
    -- what the scanner stopped was never shown
    SELECT position, 'ListStopped', kind, place, effective_on, NULL, 'stopped', NULL
    FROM list_stopped
) AS together
