-- title_zh: 资金分级负担
-- title_en: shares of the levels in a fund
-- key: fund, year, level
-- for: what each level of government promised and gave to a fund in a year, against the share that the pack asks of it
-- facts: S4-115, S4-118
WITH given AS (
    SELECT stream AS fund, year, level, 0 AS allocated_fen, amount_fen AS received_fen, position
    FROM fund_received
    UNION ALL
    SELECT stream, year, from_level, amount_fen, 0, position FROM fund_allocated
),
levels AS (
    SELECT fund, year, level, SUM(allocated_fen) AS allocated_fen, SUM(received_fen) AS received_fen,
           SUM(CASE WHEN received_fen > 0 THEN 1 ELSE 0 END) AS receipts,
           ARRAY_AGG(position) AS positions
    FROM given
    GROUP BY fund, year, level
),
totals AS (
    SELECT fund, year, SUM(received_fen) AS total_fen, SUM(receipts) AS receipts
    FROM levels
    GROUP BY fund, year
),
asked AS (
    SELECT county_pack.adoption, held.name AS key,
           MAX(
               CASE
                   WHEN TRY_CAST(held.value AS BIGINT) BETWEEN 0 AND 1000
                       THEN TRY_CAST(held.value AS BIGINT)
               END
           ) AS permille
    FROM county_pack
    JOIN parameters ON parameters.as_of = county_pack.day
    JOIN pack_parameters AS held ON held.adoption = county_pack.adoption
    WHERE held.name LIKE 'fund_share_%'
    GROUP BY county_pack.adoption, held.name
)
SELECT levels.fund,
       levels.year,
       levels.level,
       levels.allocated_fen,
       levels.received_fen,
       CASE WHEN totals.total_fen > 0 THEN levels.received_fen * 1000 // totals.total_fen END AS permille,
       asked.permille AS asked_permille,
       -- each receipt may be rounded by less than a fen
       CASE
           WHEN asked.permille IS NOT NULL AND totals.total_fen > 0
               THEN ABS(levels.received_fen * 1000 - totals.total_fen * asked.permille)
                   <= 1000 * totals.receipts
       END AS met,
       LIST_SORT(
           CASE
               WHEN asked.adoption IS NULL THEN levels.positions
               ELSE LIST_CONCAT(levels.positions, [asked.adoption])
           END
       ) AS positions
FROM levels
JOIN totals ON totals.fund = levels.fund AND totals.year = levels.year
LEFT JOIN asked ON asked.key = 'fund_share_' || levels.level || '_permille'
