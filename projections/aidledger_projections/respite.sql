-- title_zh: 喘息照护台账
-- title_en: respite stays
-- key: facility, unit
-- for: for each facility and each kind of stay that the pack asks for (day, week, month): how many stays, persons and days there were
-- facts: S2-015
WITH rules AS (
    SELECT county_pack.adoption, given.value AS units
    FROM county_pack
    JOIN parameters ON parameters.as_of = county_pack.day
    JOIN pack_parameters AS given ON given.adoption = county_pack.adoption
    WHERE given.name = 'respite_units'
),
asked AS (
    SELECT adoption, unit
    FROM (
        SELECT adoption,
               UNNEST(
                   STRING_SPLIT(
                       REPLACE(REPLACE(REPLACE(units, '[', ''), ']', ''), '"', ''), ','
                   )
               ) AS unit
        FROM rules
    ) AS named
    WHERE unit <> ''
),
stays AS (
    SELECT CASE WHEN facility LIKE 'facility/%' THEN facility ELSE 'facility/' || facility END AS facility,
           COALESCE(unit, 'day') AS unit, stream, from_on,
           CASE WHEN from_on <= to_on THEN DATE_DIFF('day', from_on, to_on) + 1 ELSE 0 END AS days,
           position
    FROM respite_stayed
),
offered AS (
    -- a stay of a kind that the pack does not name is shown too
    SELECT facilities.facility, asked.unit, asked.adoption
    FROM (SELECT DISTINCT facility FROM stays) AS facilities
    CROSS JOIN asked
    UNION ALL
    SELECT DISTINCT stays.facility, stays.unit, CAST(NULL AS BIGINT)
    FROM stays
    LEFT JOIN asked ON asked.unit = stays.unit
    WHERE asked.unit IS NULL
),
summed AS (
    SELECT facility, unit, COUNT(*) AS stays, COUNT(DISTINCT stream) AS persons,
           CAST(SUM(days) AS BIGINT) AS days, MAX(from_on) AS last_on,
           ARRAY_AGG(position) AS positions
    FROM stays
    GROUP BY facility, unit
)
SELECT offered.facility,
       offered.unit,
       offered.adoption IS NOT NULL AS asked,
       COALESCE(summed.stays, 0) AS stays,
       COALESCE(summed.persons, 0) AS persons,
       COALESCE(summed.days, 0) AS days,
       summed.last_on,
       LIST_SORT(
           LIST_CONCAT(
               CASE WHEN offered.adoption IS NULL THEN CAST([] AS BIGINT[])
                    ELSE [offered.adoption] END,
               COALESCE(summed.positions, CAST([] AS BIGINT[]))
           )
       ) AS positions
FROM offered
LEFT JOIN summed ON summed.facility = offered.facility AND summed.unit = offered.unit
