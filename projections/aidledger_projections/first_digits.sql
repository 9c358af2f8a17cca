-- title_zh: 首位数字分布
-- title_en: first digits
-- key: kind, digit
-- for: of sums that somebody fixed case by case (help, purchases, invoices, claims, never a monthly standard) how many begin with each digit, and whether there are enough of them to say anything by it
-- facts: S4-045, S4-115
WITH sums AS (
    SELECT 'help' AS kind, amount_fen, position FROM help_granted
    UNION ALL
    SELECT 'purchase', amount_fen, position FROM direct_purchase_made
    UNION ALL
    SELECT 'invoice', amount_fen, position FROM service_invoiced
    UNION ALL
    SELECT 'spent', amount_fen, position FROM fund_disbursed WHERE run IS NULL
),
digits AS (
    SELECT kind, SUBSTRING(CAST(amount_fen AS VARCHAR), 1, 1) AS digit, position
    FROM sums
    WHERE amount_fen > 0
),
totals AS (
    SELECT kind, COUNT(*) AS total FROM digits GROUP BY kind
)
SELECT digits.kind,
       digits.digit,
       COUNT(*) AS sums,
       MAX(totals.total) AS total,
       -- of so many each digit is to be expected five times at least, which a chi-square test asks for
       CASE WHEN MAX(totals.total) >= 110 THEN 'enough' ELSE 'few' END AS size,
       LIST_SORT(ARRAY_AGG(digits.position)) AS positions
FROM digits
JOIN totals ON totals.kind = digits.kind
GROUP BY digits.kind, digits.digit
