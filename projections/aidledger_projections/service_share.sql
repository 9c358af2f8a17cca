-- title_zh: 购买服务占比
-- title_en: share of bought services
-- key: year
-- for: what was spent on bought services in a year, in thousandths of all that was spent, against the share the pack asks
-- facts: S3-020, S3-021
WITH spent AS (
    SELECT YEAR(effective_on) AS year, SUM(amount_fen) AS spent_fen,
           SUM(CASE WHEN purpose = 'service' THEN amount_fen ELSE 0 END) AS service_fen,
           ARRAY_AGG(position) AS positions
    FROM fund_disbursed
    GROUP BY YEAR(effective_on)
),
asked AS (
    SELECT county_pack.adoption,
           MAX(
               CASE
                   WHEN TRY_CAST(given.value AS BIGINT) BETWEEN 0 AND 1000
                       THEN TRY_CAST(given.value AS BIGINT)
               END
           ) AS permille
    FROM county_pack
    JOIN parameters ON parameters.as_of = county_pack.day
    JOIN pack_parameters AS given ON given.adoption = county_pack.adoption
    WHERE given.name = 'purchased_service_permille_min'
    GROUP BY county_pack.adoption
)
SELECT spent.year,
       spent.spent_fen,
       spent.service_fen,
       CASE WHEN spent.spent_fen > 0 THEN spent.service_fen * 1000 // spent.spent_fen END AS permille,
       asked.permille AS asked_permille,
       CASE WHEN spent.spent_fen > 0 THEN spent.service_fen * 1000 >= spent.spent_fen * asked.permille END
           AS met,
       LIST_SORT(
           CASE
               WHEN asked.adoption IS NULL THEN spent.positions
               ELSE LIST_CONCAT(spent.positions, [asked.adoption])
           END
       ) AS positions
FROM spent
LEFT JOIN asked ON TRUE
