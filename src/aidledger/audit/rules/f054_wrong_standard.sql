-- id: F054
-- title_zh: 标准错误
-- title_en: wrong standard
-- explain_zh: 银行实发与花名册核定的金额不同，花名册与当时有效的待遇核定不同，或者没有花名册的月份（如导入的历史）实发与待遇核定不同：
--   钱不是按标准发的。
-- explain_en: The bank paid another amount than the roster has, the roster has another than the entitlement that was
--   set, or a month that is on no roster (as in an imported history) was paid otherwise than the entitlement: the money
--   does not follow the standard.
-- not_zh: 花名册、发放以后才核定的调标（见 F055）；去世、终止以后的月份（见 F001、F050）；同一笔付两次（见 F064）；哪一部分出错已能看出的（见 F056、F059、F060）。
-- not_en: an entitlement set after the roster or the payment (F055); months after the death or the end (F001, F050); one line
--   paid twice (F064); a line whose parts show what is wrong with it (F056, F059, F060)
-- severity: high
-- basis_zh: 标准须公布，并按人核定；惠来：标准错误，103,800 元
-- basis: standards are published and set per person; Huilai: wrong standards, 103,800 yuan
-- remedy_zh: 按标准补发或追回差额，查明在哪一环节改了金额。
-- remedy_en: pay or recover the difference, and find out where the amount was changed
-- message_zh: {lines} 笔金额不符：核定 {right_fen} 元，实际 {wrong_fen} 元。
-- message_en: {lines} lines differ: {right_fen} yuan were due and {wrong_fen} yuan were rostered or paid
-- needs: entry where type = 'PaymentRostered' or 'EntitlementSet'; 没有花名册和待遇核定; neither a roster nor an entitlement is recorded
-- facts: F054
WITH sums AS (
    SELECT stream, month, kind, amount_fen, 1 AS told, 0 AS paid FROM payment_rostered
    UNION ALL
    SELECT stream, month, kind, amount_fen, 0, 1 FROM payment_issued WHERE kind <> 'reissue'
),
untold AS (
    SELECT stream, month, kind, amount_fen
    FROM sums
    GROUP BY stream, month, kind, amount_fen
    HAVING SUM(told) = 0
),
rostered AS (
    SELECT lines.stream, lines.month, lines.kind, MAX(lines.amount_fen) AS amount_fen
    FROM payment_rostered AS lines
    JOIN untold ON untold.stream = lines.stream AND untold.month = lines.month AND untold.kind = lines.kind
    GROUP BY lines.stream, lines.month, lines.kind
),
holding AS (
    SELECT stream, position, from_month, monthly_fen,
           LEAD(from_month) OVER (PARTITION BY stream ORDER BY from_month, position) AS next_month
    FROM entitlement_set
),
ended AS (
    -- for a month after the end or the death nothing was due at all
    $last_months
),
unset AS (
    SELECT lines.stream, lines.month, lines.position, lines.parts, lines.amount_fen, holding.monthly_fen,
           holding.position AS entitlement
    FROM payment_rostered AS lines
    JOIN holding
      ON holding.stream = lines.stream
     AND holding.from_month <= lines.month
     AND (holding.next_month IS NULL OR lines.month < holding.next_month)
     AND holding.position < lines.position
     AND holding.monthly_fen <> lines.amount_fen
    LEFT JOIN ended ON ended.stream = lines.stream
    WHERE lines.kind = 'regular' AND (ended.month IS NULL OR lines.month <= ended.month)
),
shown AS (
    -- a part that a line has more often than once says itself what was added
    SELECT DISTINCT position
    FROM (
        SELECT position, code
        FROM (
            SELECT position, part.code AS code
            FROM (SELECT position, UNNEST(parts) AS part FROM unset) AS every
        ) AS parts
        GROUP BY position, code
        HAVING COUNT(*) > 1
    ) AS doubled
),
bare AS (
    -- all that was paid for a month without a roster, where neither one line nor the sum is what was due
    SELECT issued.stream, issued.month, MAX(holding.monthly_fen) AS right_fen, SUM(issued.amount_fen) AS wrong_fen,
           LIST_CONCAT([MAX(holding.position)], ARRAY_AGG(issued.position)) AS positions
    FROM payment_issued AS issued
    JOIN holding
      ON holding.stream = issued.stream
     AND holding.from_month <= issued.month
     AND (holding.next_month IS NULL OR issued.month < holding.next_month)
     AND holding.position < issued.position
    LEFT JOIN (SELECT DISTINCT stream, month FROM payment_rostered WHERE kind = 'regular') AS listed
      ON listed.stream = issued.stream AND listed.month = issued.month
    LEFT JOIN ended ON ended.stream = issued.stream
    WHERE issued.kind = 'regular' AND listed.stream IS NULL
      AND (ended.month IS NULL OR issued.month <= ended.month)
    GROUP BY issued.stream, issued.month
    HAVING SUM(issued.amount_fen) <> MAX(holding.monthly_fen)
       AND NOT BOOL_OR(issued.amount_fen = holding.monthly_fen)
),
wrong AS (
    SELECT issued.stream, issued.month, rostered.amount_fen AS right_fen, issued.amount_fen AS wrong_fen,
           [issued.position] AS positions
    FROM untold
    JOIN rostered
      ON rostered.stream = untold.stream AND rostered.month = untold.month AND rostered.kind = untold.kind
    JOIN payment_issued AS issued
      ON issued.stream = untold.stream
     AND issued.month = untold.month
     AND issued.kind = untold.kind
     AND issued.amount_fen = untold.amount_fen
    UNION ALL
    SELECT unset.stream, unset.month, unset.monthly_fen, unset.amount_fen, [unset.entitlement, unset.position]
    FROM unset
    LEFT JOIN shown ON shown.position = unset.position
    WHERE shown.position IS NULL
    UNION ALL
    SELECT stream, month, right_fen, wrong_fen, positions FROM bare
)
SELECT stream AS subject,
       LIST_SORT(LIST_DISTINCT(FLATTEN(ARRAY_AGG(positions)))) AS positions,
       MIN(month) || '/' || MAX(month) AS period,
       SUM(ABS(wrong_fen - right_fen)) AS amount_fen,
       SUM(right_fen) AS right_fen,
       SUM(wrong_fen) AS wrong_fen,
       COUNT(*) AS lines
FROM wrong
GROUP BY stream
