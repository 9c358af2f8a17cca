-- title_zh: 更正与作废的待遇与发放
-- title_en: chains of entries corrected or annulled
-- key: position, kind, followed
-- for: the entitlements, roster lines and payments that followed from each entry of a case that was corrected or annulled, as they were recorded; the entry itself where it is one of them
-- facts: S4-115
WITH roots AS (
    SELECT position AS root, "case" AS stream, type FROM amended_entries
),
touched AS (
    SELECT DISTINCT stream FROM roots
),
standing AS (
    SELECT position, 'ApplicationApproved' AS type, stream, effective_on, from_month AS month,
           '' AS run, '' AS kind, '' AS way, CAST(NULL AS BIGINT) AS fen
    FROM application_approved
    UNION ALL
    SELECT position, 'EntitlementSet', stream, effective_on, from_month, '', '', '', monthly_fen
    FROM entitlement_set
    UNION ALL
    SELECT position, 'HelpGranted', stream, effective_on, from_month, '', '', way, amount_fen
    FROM help_granted
    UNION ALL
    SELECT position, 'PaymentRostered', stream, effective_on, month, run, kind, '', amount_fen
    FROM payment_rostered
    UNION ALL
    SELECT position, 'PaymentIssued', stream, effective_on, month, run, kind, '', amount_fen
    FROM payment_issued
),
said AS (
    -- the entries of these cases as they were recorded, whatever was made of them afterwards
    SELECT standing.position, standing.type, standing.stream, standing.effective_on, standing.month,
           standing.run, standing.kind, standing.way, standing.fen, FALSE AS gone
    FROM standing
    JOIN touched ON touched.stream = standing.stream
    LEFT JOIN entry_version ON entry_version.position = standing.position
    WHERE entry_version.position IS NULL
    UNION ALL
    SELECT entry_version.position, entry_version.type, entry_version.stream,
           entry_version.effective_on, COALESCE(entry_version.month, entry_version.from_month),
           entry_version.run, entry_version.kind, entry_version.way,
           COALESCE(entry_version.amount_fen, entry_version.monthly_fen),
           COALESCE(marks.amended = 'annulled', FALSE)
    FROM entry_version
    CROSS JOIN parameters
    LEFT JOIN amended_entries AS marks ON marks.position = entry_version.position
    WHERE entry_version.number = 0 AND entry_version.effective_on <= parameters.as_of
),
ends AS (
    -- an approval reaches until the next one, help in money until the next help in money
    SELECT roots.root, MIN(said.position) AS position
    FROM roots
    JOIN said
      ON said.stream = roots.stream
     AND said.type = roots.type
     AND said.position > roots.root
     AND (said.type = 'ApplicationApproved' OR (said.type = 'HelpGranted' AND said.way = 'money'))
    GROUP BY roots.root
),
entitled AS (
    SELECT roots.root, said.position
    FROM roots
    JOIN said ON said.stream = roots.stream AND said.type = 'EntitlementSet'
    LEFT JOIN ends ON ends.root = roots.root
    WHERE said.position = roots.root
       OR (
           roots.type = 'ApplicationApproved'
           AND said.position > roots.root
           AND (ends.position IS NULL OR said.position < ends.position)
       )
),
holding AS (
    SELECT entitlement_set.position, entitlement_set.stream, entitlement_set.from_month,
           entitlement_set.position AS from_position, CAST(NULL AS BIGINT) AS to_position
    FROM entitlement_set
    JOIN touched ON touched.stream = entitlement_set.stream
    LEFT JOIN entry_version ON entry_version.position = entitlement_set.position
    WHERE entry_version.position IS NULL
    UNION ALL
    SELECT position, stream, from_month, from_position, to_position
    FROM entry_version
    WHERE type = 'EntitlementSet'
),
under AS (
    -- the entitlement that a line was drawn up under: of its month, as it was known just then
    SELECT line.position, holding.position AS entitlement,
           ROW_NUMBER() OVER (
               PARTITION BY line.position ORDER BY holding.from_month DESC, holding.position DESC
           ) AS place
    FROM said AS line
    JOIN holding
      ON holding.stream = line.stream
     AND holding.from_position < line.position
     AND (holding.to_position IS NULL OR holding.to_position > line.position)
     AND holding.from_month <= line.month
    WHERE line.type = 'PaymentRostered'
),
lines AS (
    SELECT entitled.root, under.position
    FROM entitled
    JOIN under ON under.entitlement = entitled.position AND under.place = 1
    UNION ALL
    SELECT roots.root, said.position
    FROM roots
    JOIN said ON said.stream = roots.stream AND said.type = 'PaymentRostered'
    LEFT JOIN ends ON ends.root = roots.root
    WHERE said.position = roots.root
       OR (
           roots.type = 'HelpGranted'
           AND said.kind = 'one_off'
           AND said.position > roots.root
           AND (ends.position IS NULL OR said.position < ends.position)
       )
),
payments AS (
    SELECT DISTINCT lines.root, paid.position
    FROM lines
    JOIN said AS line ON line.position = lines.position
    JOIN said AS paid
      ON paid.stream = line.stream
     AND paid.type = 'PaymentIssued'
     AND paid.run = line.run
     AND paid.month = line.month
    UNION
    SELECT roots.root, said.position
    FROM roots
    JOIN said ON said.position = roots.root AND said.type = 'PaymentIssued'
),
links AS (
    SELECT root, position, 'entitlement' AS kind FROM entitled
    UNION ALL
    SELECT root, position, 'roster_line' FROM lines
    UNION ALL
    SELECT root, position, 'payment' FROM payments
)
SELECT links.root AS position,
       links.kind,
       links.position AS followed,
       said.stream AS "case",
       said.type,
       said.effective_on,
       said.month,
       said.run,
       said.fen AS amount_fen,
       said.gone AS annulled,
       LIST_SORT(LIST_DISTINCT([links.root, links.position])) AS positions
FROM links
JOIN said ON said.position = links.position
