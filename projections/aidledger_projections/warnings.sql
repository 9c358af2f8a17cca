-- title_zh: 风险预警台账
-- title_en: warnings
-- key: warning
-- for: every warning: when it was raised, how it was assessed, what was done about it, and whether that was done
-- facts: S3-025, S3-026, S3-027, S4-018, S4-107
WITH raised AS (
    SELECT stream, MIN(position) AS position, MIN_BY(raised_on, position) AS raised_on,
           MIN_BY("group", position) AS "group", MIN_BY(township, position) AS township,
           MIN_BY(village, position) AS village, MIN_BY(comparison, position) AS comparison,
           MIN_BY("case", position) AS "case", MIN_BY(effective_on, position) AS effective_on
    FROM warning_raised
    GROUP BY stream
),
known_groups AS (
    -- the groups to be found are a list of texts in the pack
    SELECT county_pack.day, given.value AS groups
    FROM county_pack
    JOIN pack_parameters AS given ON given.adoption = county_pack.adoption
    WHERE given.name = 'discovery_groups'
),
assessed AS (
    SELECT stream, MAX(position) AS position, MAX_BY(effective_on, position) AS assessed_on,
           MAX_BY(result, position) AS result, MAX_BY("by", position) AS assessed_by
    FROM warning_assessed
    GROUP BY stream
),
disposed AS (
    SELECT stream, MAX(position) AS position, MAX_BY(effective_on, position) AS disposed_on,
           MAX_BY(disposal, position) AS disposal, MAX_BY("case", position) AS "case"
    FROM warning_disposed
    GROUP BY stream
),
applied AS (
    SELECT stream, MIN(position) AS position, MIN(effective_on) AS applied_on
    FROM application_submitted
    GROUP BY stream
)
SELECT raised.stream AS warning,
       raised.raised_on,
       raised."group",
       CONTAINS(known_groups.groups, '"' || raised."group" || '"') AS group_known,
       raised.township,
       raised.village,
       raised.comparison,
       assessed.assessed_on,
       assessed.assessed_by,
       assessed.result,
       disposed.disposed_on,
       disposed.disposal,
       COALESCE(disposed."case", raised."case") AS "case",
       applied.applied_on,
       CASE
           WHEN assessed.result IS NULL THEN 'raised'
           WHEN disposed.disposal IS NULL THEN 'assessed'
           WHEN disposed.disposal = 'application' AND applied.applied_on IS NULL THEN 'not_applied'
           WHEN assessed.result = 'real' AND disposed.disposal = 'none' THEN 'left'
           ELSE 'disposed'
       END AS state,
       DATE_DIFF('day', raised.raised_on, COALESCE(disposed.disposed_on, parameters.as_of))
           AS days_open,
       LIST_SORT(
           LIST_CONCAT(
               [raised.position],
               LIST_CONCAT(
                   CASE WHEN assessed.position IS NULL THEN CAST([] AS BIGINT[])
                        ELSE [assessed.position] END,
                   LIST_CONCAT(
                       CASE WHEN disposed.position IS NULL THEN CAST([] AS BIGINT[])
                            ELSE [disposed.position] END,
                       CASE WHEN applied.position IS NULL THEN CAST([] AS BIGINT[])
                            ELSE [applied.position] END
                   )
               )
           )
       ) AS positions
FROM raised
CROSS JOIN parameters
LEFT JOIN known_groups ON known_groups.day = raised.effective_on
LEFT JOIN assessed ON assessed.stream = raised.stream
LEFT JOIN disposed ON disposed.stream = raised.stream
LEFT JOIN applied ON applied.stream = COALESCE(disposed."case", raised."case")
