-- title_zh: 资金用途
-- title_en: purposes of the funds
-- key: fund, year, purpose
-- for: what a fund was spent on in a year, and whether the pack in force on each day allows it
-- facts: S4-115, S4-118, S3-021
WITH spent AS (
    SELECT stream AS fund, YEAR(effective_on) AS year, purpose, effective_on, amount_fen, position
    FROM fund_disbursed
),
allowing AS (
    SELECT county_pack.day, county_pack.adoption, MAX(given.value) AS purposes
    FROM county_pack
    JOIN pack_parameters AS given ON given.adoption = county_pack.adoption
    WHERE given.name = 'allowed_purposes'
    GROUP BY county_pack.day, county_pack.adoption
),
judged AS (
    SELECT spent.fund, spent.year, spent.purpose, spent.amount_fen, spent.position,
           CONTAINS(allowing.purposes, '"' || spent.purpose || '"') AS allowed, allowing.adoption
    FROM spent
    LEFT JOIN allowing ON allowing.day = spent.effective_on
)
SELECT fund,
       year,
       purpose,
       SUM(amount_fen) AS spent_fen,
       SUM(CASE WHEN allowed = FALSE THEN amount_fen ELSE 0 END) AS not_allowed_fen,
       BOOL_AND(allowed) AS allowed,
       LIST_SORT(
           LIST_DISTINCT(LIST_CONCAT(ARRAY_AGG(position), ARRAY_AGG(COALESCE(adoption, position))))
       ) AS positions
FROM judged
GROUP BY fund, year, purpose
