-- title_zh: 资金使用情况
-- title_en: use of funds
-- key: fund, year, line, item
-- for: each fund and year: received by level, donated and disbursed by purpose, returned, and what is left
-- facts: S4-067, S4-115, S4-118
WITH movements AS (
    SELECT stream AS fund, year, 'received' AS line, level AS item, amount_fen, amount_fen AS change_fen,
           position
    FROM fund_received
    UNION ALL
    SELECT stream, YEAR(effective_on), 'donated', COALESCE(purpose, ''), amount_fen, amount_fen, position
    FROM donation_received
    UNION ALL
    SELECT stream, YEAR(effective_on), 'disbursed', purpose, amount_fen, -amount_fen, position
    FROM fund_disbursed
    UNION ALL
    SELECT stream, YEAR(effective_on), 'returned', '', amount_fen, amount_fen, position
    FROM fund_returned
),
lines AS (
    SELECT fund, year, line, item, SUM(amount_fen) AS amount_fen,
           LIST_SORT(ARRAY_AGG(position)) AS positions
    FROM movements
    GROUP BY fund, year, line, item
),
years AS (
    SELECT DISTINCT fund, year FROM movements
),
balances AS (
    -- what is left at the end of a year is carried into the next
    SELECT years.fund, years.year, 'balance' AS line, '' AS item,
           SUM(movements.change_fen) AS amount_fen,
           LIST_SORT(ARRAY_AGG(movements.position)) AS positions
    FROM years
    JOIN movements ON movements.fund = years.fund AND movements.year <= years.year
    GROUP BY years.fund, years.year
)
SELECT fund, year, line, item, amount_fen, positions FROM lines
UNION ALL
SELECT fund, year, line, item, amount_fen, positions FROM balances
