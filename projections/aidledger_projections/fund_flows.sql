-- title_zh: 资金流向
-- title_en: ways of the money
-- key: month, fund, way, item, programme
-- for: each way that money took in a month, into a fund and out of it, and to whom of which township; what a picture of the flow is drawn from
-- facts: S4-067, S4-108, S4-115, S4-118
WITH funds AS (
    SELECT stream AS fund, MAX_BY(programme, position) AS programme
    FROM fund_allocated
    GROUP BY stream
),
opened AS (
    SELECT stream AS run,
           MAX_BY(CASE WHEN fund LIKE 'fund/%' THEN fund ELSE 'fund/' || fund END, position) AS fund
    FROM pay_run_opened
    GROUP BY stream
),
moved AS (
    SELECT stream AS fund, CASE WHEN to_fund LIKE 'fund/%' THEN to_fund ELSE 'fund/' || to_fund END AS to_fund,
           effective_on, amount_fen, position
    FROM fund_transferred
),
of_funds AS (
    SELECT stream AS fund, 'received' AS way, level AS item, effective_on, amount_fen, position
    FROM fund_received
    UNION ALL
    SELECT stream, 'donated', COALESCE(purpose, ''), effective_on, amount_fen, position
    FROM donation_received
    UNION ALL
    SELECT to_fund, 'moved_in', fund, effective_on, amount_fen, position FROM moved
    UNION ALL
    SELECT fund, 'moved_out', to_fund, effective_on, amount_fen, position FROM moved
    UNION ALL
    SELECT stream, CASE WHEN run IS NULL THEN 'spent' ELSE 'paid' END, purpose, effective_on, amount_fen, position
    FROM fund_disbursed
    UNION ALL
    SELECT stream, CASE WHEN run IS NULL THEN 'recovered' ELSE 'returned' END, '', effective_on, amount_fen,
           position
    FROM fund_returned
),
lines AS (
    SELECT 'handed' AS way, stream, run, month, effective_on, amount_fen, position FROM payment_issued
    UNION ALL
    SELECT 'given_back', stream, run, month, effective_on, amount_fen, position FROM payment_returned
),
ways AS (
    SELECT of_funds.fund, of_funds.way, of_funds.item, COALESCE(funds.programme, '') AS programme,
           of_funds.effective_on, of_funds.amount_fen, of_funds.position
    FROM of_funds
    LEFT JOIN funds ON funds.fund = of_funds.fund
    UNION ALL
    -- where a line went is said by its case: whose programme it is, and of which township for the line's month
    SELECT COALESCE(opened.fund, ''), lines.way, COALESCE(case_places.township, ''),
           COALESCE(case_state.programme, ''), lines.effective_on, lines.amount_fen, lines.position
    FROM lines
    LEFT JOIN opened
      ON opened.run = CASE WHEN lines.run LIKE 'run/%' THEN lines.run ELSE 'run/' || lines.run END
    LEFT JOIN case_state ON case_state."case" = lines.stream
    LEFT JOIN case_places
      ON case_places."case" = lines.stream
     AND (case_places.after_month IS NULL OR case_places.after_month < lines.month)
     AND (case_places.last_month IS NULL OR case_places.last_month >= lines.month)
)
SELECT SUBSTRING(CAST(effective_on AS VARCHAR), 1, 7) AS month,
       fund,
       way,
       item,
       programme,
       SUM(amount_fen) AS amount_fen,
       LIST_SORT(ARRAY_AGG(position)) AS positions
FROM ways
GROUP BY SUBSTRING(CAST(effective_on AS VARCHAR), 1, 7), fund, way, item, programme
