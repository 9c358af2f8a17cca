-- title_zh: 更正与作废的多发款
-- title_en: money paid too much after a correction or annulment
-- key: position, month
-- for: for each month that was paid after an entry which was corrected or annulled: what was paid, gave back and is due now, and what of it is too much
-- facts: S4-115
WITH roots AS (
    SELECT position AS root, "case" AS stream, amended = 'annulled' AS gone FROM amended_entries
),
months AS (
    SELECT position AS root, "case" AS stream, month, MAX(followed) AS last_position,
           LIST_SORT(LIST_DISTINCT(FLATTEN(ARRAY_AGG(positions)))) AS positions
    FROM amended_chains
    WHERE kind = 'payment'
    GROUP BY position, "case", month
),
touched AS (
    SELECT DISTINCT stream FROM months
),
back AS (
    SELECT stream, month, amount_fen FROM payment_returned
    UNION ALL
    SELECT stream, month, amount_fen FROM payment_recovered
),
came_back AS (
    SELECT back.stream, back.month, SUM(back.amount_fen) AS fen
    FROM back
    JOIN touched ON touched.stream = back.stream
    GROUP BY back.stream, back.month
),
issued AS (
    SELECT payment_issued.stream, payment_issued.month, SUM(payment_issued.amount_fen) AS fen
    FROM payment_issued
    JOIN touched ON touched.stream = payment_issued.stream
    GROUP BY payment_issued.stream, payment_issued.month
),
followed_fen AS (
    SELECT amended_chains.position AS root, payment_issued.month,
           SUM(payment_issued.amount_fen) AS fen
    FROM amended_chains
    JOIN payment_issued ON payment_issued.position = amended_chains.followed
    WHERE amended_chains.kind = 'payment'
    GROUP BY amended_chains.position, payment_issued.month
),
lost AS (
    -- entitlements whose approval was annulled are due no more
    SELECT roots.root, amended_chains.followed AS position
    FROM roots
    JOIN amended_chains
      ON amended_chains.position = roots.root AND amended_chains.kind = 'entitlement'
    WHERE roots.gone
),
due_order AS (
    SELECT months.root, months.month, entitlement_set.monthly_fen,
           ROW_NUMBER() OVER (
               PARTITION BY months.root, months.month
               ORDER BY entitlement_set.from_month DESC, entitlement_set.position DESC
           ) AS place
    FROM months
    JOIN entitlement_set
      ON entitlement_set.stream = months.stream AND entitlement_set.from_month <= months.month
    LEFT JOIN lost ON lost.root = months.root AND lost.position = entitlement_set.position
    WHERE lost.position IS NULL
),
approved AS (
    SELECT stream, MIN(from_month) AS from_month FROM application_approved GROUP BY stream
),
died AS (
    SELECT stream, MAX_BY(died_on, position) AS died_on FROM death_recorded GROUP BY stream
),
ended AS (
    SELECT stream, MAX_BY(last_month, position) AS last_month
    FROM termination_approved
    GROUP BY stream
),
paused AS (
    SELECT DISTINCT months.root, months.month
    FROM months
    JOIN suspensions
      ON suspensions."case" = months.stream
     AND suspensions.from_month <= months.month
     AND (suspensions.to_month IS NULL OR months.month < suspensions.to_month)
),
granted AS (
    SELECT stream, SUM(amount_fen) AS fen FROM help_granted WHERE way = 'money' GROUP BY stream
),
once AS (
    SELECT payment_rostered.stream, payment_rostered.month,
           SUM(payment_rostered.amount_fen) AS fen
    FROM payment_rostered
    JOIN touched ON touched.stream = payment_rostered.stream
    WHERE payment_rostered.kind = 'one_off'
    GROUP BY payment_rostered.stream, payment_rostered.month
),
once_order AS (
    -- what is granted still is shared out over the months of one-off lines, those of the chain last
    SELECT roots.root, once.month, once.fen,
           COALESCE(SUM(once.fen) OVER (
               PARTITION BY roots.root
               ORDER BY CASE WHEN months.month IS NULL THEN 0 ELSE 1 END, once.month
           ), 0) - once.fen AS before_fen,
           COALESCE(granted.fen, 0) AS granted_fen
    FROM roots
    JOIN once ON once.stream = roots.stream
    LEFT JOIN months ON months.root = roots.root AND months.month = once.month
    LEFT JOIN granted ON granted.stream = roots.stream
),
sums AS (
    SELECT months.root, months.stream, months.month, months.last_position, months.positions,
           COALESCE(followed_fen.fen, 0) AS followed_fen, COALESCE(issued.fen, 0) AS issued_fen,
           came_back.month IS NOT NULL AS came_back, COALESCE(came_back.fen, 0) AS back_fen,
           CASE
               WHEN approved.from_month IS NULL OR months.month < approved.from_month THEN 0
               WHEN months.month > LEAST(
                       COALESCE(ended.last_month, '9999-99'),
                       COALESCE(SUBSTRING(CAST(died.died_on AS VARCHAR), 1, 7), '9999-99')
                   ) THEN 0
               WHEN paused.month IS NOT NULL THEN 0
               ELSE COALESCE(due_order.monthly_fen, 0)
           END
           + GREATEST(0, LEAST(
               COALESCE(once_order.fen, 0),
               COALESCE(once_order.granted_fen - once_order.before_fen, 0)
           )) AS due_fen
    FROM months
    LEFT JOIN followed_fen
      ON followed_fen.root = months.root AND followed_fen.month = months.month
    LEFT JOIN issued ON issued.stream = months.stream AND issued.month = months.month
    LEFT JOIN came_back ON came_back.stream = months.stream AND came_back.month = months.month
    LEFT JOIN due_order
      ON due_order.root = months.root AND due_order.month = months.month AND due_order.place = 1
    LEFT JOIN approved ON approved.stream = months.stream
    LEFT JOIN died ON died.stream = months.stream
    LEFT JOIN ended ON ended.stream = months.stream
    LEFT JOIN paused ON paused.root = months.root AND paused.month = months.month
    LEFT JOIN once_order ON once_order.root = months.root AND once_order.month = months.month
)
SELECT root AS position,
       month,
       stream AS "case",
       followed_fen,
       issued_fen,
       back_fen,
       due_fen,
       GREATEST(0, LEAST(followed_fen, issued_fen - back_fen - due_fen)) AS too_much_fen,
       came_back,
       last_position AS last_payment,
       positions
FROM sums
