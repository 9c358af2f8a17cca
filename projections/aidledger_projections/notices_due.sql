-- title_zh: 政策公开应公开台账
-- title_en: notices due
-- key: unit, year, kind
-- for: for each office that must make it public: policy, procedure, standard and complaint phone of each year
-- facts: S1-077, S4-108, S4-110, S4-119
WITH given AS (
    SELECT county_pack.day, county_pack.adoption, held.name, held.value
    FROM county_pack
    JOIN pack_parameters AS held ON held.adoption = county_pack.adoption
    WHERE held.name IN ('notice_kinds', 'notice_units')
),
rules AS (
    SELECT YEAR(given.day) AS year, MAX(given.adoption) AS adoption,
           MAX_BY(CASE WHEN given.name = 'notice_kinds' THEN given.value END, given.day) AS kinds,
           MAX_BY(CASE WHEN given.name = 'notice_units' THEN given.value END, given.day) AS units
    FROM given
    GROUP BY YEAR(given.day)
),
begun AS (
    -- what was due before the ledger knew any rule is not asked for
    SELECT MIN(effective_on) AS first_on FROM pack_adopted
),
units AS (
    SELECT data_office AS unit, MIN(position) AS position, MIN(effective_on) AS since,
           MAX_BY(kind, position) AS kind
    FROM office_registered
    GROUP BY data_office
),
names AS (
    SELECT UNNEST(['policy', 'procedure', 'standard', 'complaint_phone', 'fund_use']) AS kind
),
due AS (
    SELECT units.unit, units.position, rules.year, names.kind, rules.adoption
    FROM rules
    JOIN begun ON YEAR(begun.first_on) <= rules.year
    JOIN units
      ON CONTAINS(rules.units, '"' || units.kind || '"') AND YEAR(units.since) <= rules.year
    JOIN names ON CONTAINS(rules.kinds, '"' || names.kind || '"')
),
published AS (
    SELECT stream, year, kind, MIN(effective_on) AS published_on,
           COUNT(DISTINCT medium) AS media, ARRAY_AGG(position) AS positions
    FROM notice_published
    GROUP BY stream, year, kind
)
SELECT due.unit,
       due.year,
       due.kind,
       published.published_on,
       COALESCE(published.media, 0) AS media,
       CASE
           WHEN published.published_on IS NOT NULL THEN 'met'
           WHEN YEAR(parameters.as_of) <= due.year THEN 'open'
           ELSE 'missed'
       END AS state,
       LIST_SORT(
           LIST_CONCAT(
               [due.position, due.adoption], COALESCE(published.positions, CAST([] AS BIGINT[]))
           )
       ) AS positions
FROM due
CROSS JOIN parameters
LEFT JOIN published
  ON published.stream = 'unit/' || due.unit AND published.year = due.year
 AND published.kind = due.kind
