-- title_zh: 需求台账
-- title_en: needs reported and followed up
-- key: case, position
-- for: every need that a visit reported, when something was done about it, and whether that was in time
-- facts: S4-086
WITH reported AS (
    SELECT stream, position, effective_on AS reported_on, visitor
    FROM visit_made
    WHERE need = 'reported'
),
answers AS (
    SELECT reported.position AS need, need_followed_up.position, need_followed_up.effective_on,
           ROW_NUMBER() OVER (
               PARTITION BY reported.position
               ORDER BY need_followed_up.effective_on, need_followed_up.position
           ) AS place
    FROM reported
    JOIN need_followed_up
      ON need_followed_up.stream = reported.stream
     AND need_followed_up.effective_on >= reported.reported_on
     AND need_followed_up.position > reported.position
),
followed AS (
    -- what is done first answers every need that was open then
    SELECT need, position, effective_on AS followed_on FROM answers WHERE place = 1
),
rules AS (
    SELECT reported.position, county_pack.adoption, asked.days
    FROM reported
    JOIN county_pack ON county_pack.day = reported.reported_on
    JOIN pack_parameters AS asked
      ON asked.adoption = county_pack.adoption AND asked.name = 'need_follow_up_days'
    WHERE asked.days IS NOT NULL
)
SELECT reported.stream AS "case",
       reported.position,
       reported.visitor,
       reported.reported_on,
       followed.followed_on,
       DATE_DIFF('day', reported.reported_on, COALESCE(followed.followed_on, parameters.as_of)) AS days,
       reported.reported_on + rules.days AS due_on,
       CASE
           WHEN followed.followed_on IS NULL AND parameters.as_of > reported.reported_on + rules.days
               THEN 'missed'
           WHEN followed.followed_on IS NULL THEN 'open'
           WHEN followed.followed_on > reported.reported_on + rules.days THEN 'late'
           ELSE 'met'
       END AS state,
       LIST_SORT(
           LIST_CONCAT(
               CASE WHEN rules.adoption IS NULL THEN CAST([] AS BIGINT[]) ELSE [rules.adoption] END,
               CASE
                   WHEN followed.position IS NULL THEN [reported.position]
                   ELSE [reported.position, followed.position]
               END
           )
       ) AS positions
FROM reported
CROSS JOIN parameters
LEFT JOIN followed ON followed.need = reported.position
LEFT JOIN rules ON rules.position = reported.position
