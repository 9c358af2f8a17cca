-- title_zh: 零花钱台账
-- title_en: pocket money
-- key: case, month
-- for: what a resident of an institution got as pocket money for each month of support there, and with which receipt
-- facts: S1-052
WITH placed AS (
    SELECT stream, MAX(position) AS position, MAX_BY(institution, position) AS institution,
           SUBSTRING(CAST(MAX_BY(effective_on, position) AS VARCHAR), 1, 7) AS month
    FROM placement_made
    GROUP BY stream
),
expected AS (
    SELECT entitlements."case", entitlements.month, placed.position
    FROM entitlements
    JOIN placed ON placed.stream = entitlements."case" AND entitlements.month > placed.month
    JOIN case_state ON case_state."case" = entitlements."case" AND case_state.form = 'concentrated'
    WHERE entitlements.payable_fen > 0
),
paid AS (
    SELECT stream, month, SUM(amount_fen) AS paid_fen,
           SUM(CASE WHEN receipt IS NULL THEN 1 ELSE 0 END) AS without_receipt,
           ARRAY_AGG(position) AS positions
    FROM pocket_money_paid
    GROUP BY stream, month
),
lines AS (
    SELECT COALESCE(expected."case", paid.stream) AS "case",
           COALESCE(expected.month, paid.month) AS month,
           COALESCE(paid.paid_fen, 0) AS paid_fen, COALESCE(paid.without_receipt, 0) AS without_receipt,
           LIST_CONCAT(
               CASE WHEN expected.position IS NULL THEN CAST([] AS BIGINT[]) ELSE [expected.position] END,
               COALESCE(paid.positions, CAST([] AS BIGINT[]))
           ) AS positions
    FROM expected
    FULL JOIN paid ON paid.stream = expected."case" AND paid.month = expected.month
),
rule AS (
    SELECT TRY_CAST(pack_parameters.value AS BIGINT) AS asked_fen
    FROM parameters
    JOIN county_pack ON county_pack.day = parameters.as_of
    JOIN pack_parameters
      ON pack_parameters.adoption = county_pack.adoption
     AND pack_parameters.name = 'pocket_money_fen'
)
SELECT lines."case",
       lines.month,
       rule.asked_fen,
       lines.paid_fen,
       lines.without_receipt,
       CASE
           WHEN lines.without_receipt > 0 THEN 'without_receipt'
           WHEN lines.paid_fen >= COALESCE(rule.asked_fen, 0) THEN 'met'
           WHEN lines.month >= SUBSTRING(CAST(parameters.as_of AS VARCHAR), 1, 7) THEN 'open'
           ELSE 'short'
       END AS state,
       LIST_SORT(lines.positions) AS positions
FROM lines
CROSS JOIN parameters
LEFT JOIN rule ON TRUE
