-- title_zh: 购买服务时长
-- title_en: hours of bought services
-- key: contract, month
-- for: the hours and sums that an agency invoiced for a month, what was accepted, and what the contract asks
-- facts: S3-017, S3-020
WITH signed AS (
    SELECT stream, MAX(position) AS position, MAX_BY(agency, position) AS agency,
           MAX_BY(hours_month, position) AS hours_month
    FROM service_contract_signed
    GROUP BY stream
),
lines AS (
    SELECT stream, month, position, 1 AS invoices, hours AS invoiced_hours, amount_fen AS invoiced_fen,
           0 AS accepted_hours, 0 AS accepted_fen
    FROM service_invoiced
    UNION ALL
    SELECT stream, month, position, 0, 0, 0, hours, amount_fen FROM service_accepted
),
months AS (
    SELECT stream, month, SUM(invoices) AS invoices, SUM(invoiced_hours) AS invoiced_hours,
           SUM(invoiced_fen) AS invoiced_fen, SUM(accepted_hours) AS accepted_hours,
           SUM(accepted_fen) AS accepted_fen, ARRAY_AGG(position) AS positions
    FROM lines
    GROUP BY stream, month
)
SELECT months.stream AS contract,
       months.month,
       signed.agency,
       signed.hours_month AS asked_hours,
       months.invoices,
       months.invoiced_hours,
       months.invoiced_fen,
       months.accepted_hours,
       months.accepted_fen,
       months.accepted_hours < signed.hours_month AS short,
       LIST_SORT(
           CASE
               WHEN signed.position IS NULL THEN months.positions
               ELSE LIST_CONCAT(months.positions, [signed.position])
           END
       ) AS positions
FROM months
LEFT JOIN signed ON signed.stream = months.stream
