-- title_zh: 老年人动态管理台账
-- title_en: old residents
-- key: resident
-- for: each old resident surveyed: where, how the person lives, and whether of a group to be looked after first
-- facts: S2-003, S2-009, S2-010, S2-011
WITH surveyed AS (
    SELECT stream, MAX(position) AS position, MAX_BY(person, position) AS person,
           MAX_BY(township, position) AS township, MAX_BY(village, position) AS village,
           MAX_BY(lives, position) AS lives, MAX_BY(effective_on, position) AS surveyed_on
    FROM resident_surveyed
    GROUP BY stream
),
screened AS (
    SELECT stream, MAX(position) AS position, MAX_BY("key", position) AS "key",
           MAX_BY(effective_on, position) AS screened_on
    FROM resident_screened
    GROUP BY stream
)
SELECT surveyed.stream AS resident,
       surveyed.person,
       surveyed.township,
       surveyed.village,
       surveyed.lives,
       surveyed.surveyed_on,
       screened.screened_on,
       screened."key",
       LIST_SORT(
           CASE WHEN screened.position IS NULL THEN [surveyed.position]
                ELSE [surveyed.position, screened.position] END
       ) AS positions
FROM surveyed
LEFT JOIN screened ON screened.stream = surveyed.stream
