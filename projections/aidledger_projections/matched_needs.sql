-- title_zh: 供需对接台账
-- title_en: needs matched
-- key: case, need
-- for: each need of a person that somebody outside government offered to meet: who, of which kind, and since when
-- facts: S4-067
SELECT stream AS "case",
       need,
       MIN(effective_on) AS first_on,
       MAX(effective_on) AS last_on,
       COUNT(DISTINCT provider) AS providers,
       MAX_BY(provider, position) AS provider,
       MAX_BY(kind, position) AS kind,
       LIST_SORT(ARRAY_AGG(position)) AS positions
FROM need_matched
GROUP BY stream, need
