-- title_zh: 更正与作废的后果
-- title_en: consequences
-- key: position, kind, followed
-- for: what followed from each entry of a case that was corrected or annulled, in which state it is, and what would put it right; of decisions those that may rest on it
-- facts: S4-115
WITH roots AS (
    SELECT position AS root, "case" AS stream, type, amended = 'annulled' AS gone, amended_by
    FROM amended_entries
),
months AS (
    SELECT position AS root, "case" AS stream, month FROM amended_money
),
decisions AS (
    SELECT position, 'ReviewOpinionGiven' AS type, stream, effective_on, CAST(NULL AS VARCHAR) AS month,
           CAST(NULL AS BIGINT) AS fen, decision
    FROM review_opinion_given
    UNION ALL
    SELECT position, 'ApplicationApproved', stream, effective_on, from_month, NULL, decision
    FROM application_approved
    UNION ALL
    SELECT position, 'ApplicationRefused', stream, effective_on, NULL, NULL, decision
    FROM application_refused
    UNION ALL
    SELECT position, 'EntitlementSet', stream, effective_on, from_month, monthly_fen, decision
    FROM entitlement_set
    UNION ALL
    SELECT position, 'TerminationApproved', stream, effective_on, NULL, NULL, decision
    FROM termination_approved
    UNION ALL
    SELECT position, 'RecognitionGranted', stream, effective_on, NULL, NULL, decision
    FROM recognition_granted
    UNION ALL
    SELECT position, 'HelpGranted', stream, effective_on, from_month, amount_fen, decision
    FROM help_granted
    UNION ALL
    SELECT position, 'GradualExitGranted', stream, effective_on, from_month, NULL, decision
    FROM gradual_exit_granted
),
decided AS (
    -- the decisions of these cases as they were recorded, and the facts that they read
    SELECT decisions.position, decisions.type, decisions.stream, decisions.effective_on,
           decisions.month, decisions.fen, decisions.decision.facts AS facts, FALSE AS gone
    FROM decisions
    JOIN (SELECT DISTINCT stream FROM roots) AS touched ON touched.stream = decisions.stream
    LEFT JOIN entry_version ON entry_version.position = decisions.position
    WHERE entry_version.position IS NULL
    UNION ALL
    SELECT entry_version.position, entry_version.type, entry_version.stream,
           entry_version.effective_on, COALESCE(entry_version.month, entry_version.from_month),
           COALESCE(entry_version.amount_fen, entry_version.monthly_fen), entry_version.facts,
           COALESCE(roots.gone, FALSE)
    FROM entry_version
    CROSS JOIN parameters
    LEFT JOIN roots ON roots.root = entry_version.position
    WHERE entry_version.number = 0
      AND entry_version.facts IS NOT NULL
      AND entry_version.effective_on <= parameters.as_of
),
orders AS (
    SELECT roots.root, SUM(recovery_ordered.amount_fen) AS fen,
           MIN(
               CASE WHEN recovery_ordered.amount_fen > 0 THEN recovery_ordered.position END
           ) AS first_position
    FROM roots
    JOIN recovery_ordered
      ON recovery_ordered.stream = roots.stream AND recovery_ordered.position > roots.amended_by
    GROUP BY roots.root
),
waived AS (
    SELECT roots.root, SUM(recovery_waived.amount_fen) AS fen
    FROM roots
    JOIN recovery_waived
      ON recovery_waived.stream = roots.stream AND recovery_waived.position > roots.amended_by
    GROUP BY roots.root
),
given_back AS (
    SELECT roots.root, SUM(payment_recovered.amount_fen) AS fen
    FROM roots
    JOIN orders ON orders.root = roots.root
    JOIN payment_recovered
      ON payment_recovered.stream = roots.stream
     AND payment_recovered.position > orders.first_position
    GROUP BY roots.root
),
ordered AS (
    SELECT DISTINCT months.root, months.month,
           orders.fen - COALESCE(waived.fen, 0) - COALESCE(given_back.fen, 0) > 0 AS outstanding
    FROM months
    JOIN roots ON roots.root = months.root
    JOIN recovery_ordered
      ON recovery_ordered.stream = roots.stream
     AND recovery_ordered.position > roots.amended_by
     AND recovery_ordered.from_month <= months.month
     AND months.month <= recovery_ordered.to_month
    JOIN orders ON orders.root = months.root
    LEFT JOIN waived ON waived.root = months.root
    LEFT JOIN given_back ON given_back.root = months.root
),
back AS (
    SELECT stream, month FROM payment_returned
    UNION
    SELECT stream, month FROM payment_recovered
),
paid_lines AS (
    SELECT DISTINCT position AS root, run, month FROM amended_chains WHERE kind = 'payment'
),
money AS (
    SELECT chain.position AS root, chain.followed AS position, chain.kind, chain.type,
           chain."case" AS stream, chain.effective_on, chain.month, chain.amount_fen AS fen,
           roots.gone, paid_lines.month IS NOT NULL AS is_paid, amended_money.last_payment,
           COALESCE(amended_money.too_much_fen, 0) AS left_fen,
           CASE
               WHEN chain.annulled THEN 'annulled'
               WHEN back.month IS NOT NULL AND COALESCE(amended_money.too_much_fen, 0) = 0
                   THEN 'recovered'
               WHEN amended_money.too_much_fen > 0 AND ordered.outstanding THEN 'ordered'
               WHEN amended_money.too_much_fen > 0 AND NOT ordered.outstanding THEN 'waived'
               ELSE 'stands'
           END AS state
    FROM amended_chains AS chain
    JOIN roots ON roots.root = chain.position
    LEFT JOIN amended_money
      ON amended_money.position = chain.position AND amended_money.month = chain.month
    LEFT JOIN back ON back.stream = chain."case" AND back.month = chain.month
    LEFT JOIN ordered ON ordered.root = chain.position AND ordered.month = chain.month
    LEFT JOIN paid_lines
      ON paid_lines.root = chain.position
     AND paid_lines.run = chain.run
     AND paid_lines.month = chain.month
    WHERE chain.kind <> 'entitlement' AND chain.followed <> chain.position
),
statements AS (
    SELECT position, stream, size FROM payment_month_closed
    UNION ALL
    SELECT position, stream, size FROM payment_month_supplemented
),
closed AS (
    SELECT asked.month, MIN(statements.position) AS position, COUNT(*) AS statements,
           MAX_BY(statements.size, statements.position) AS size
    FROM statements
    JOIN (SELECT DISTINCT month FROM months) AS asked ON 'month/' || asked.month = statements.stream
    GROUP BY asked.month
),
shown_lines AS (
    -- the payments for a closed month as its last statement had them, and as they stand now
    SELECT closed.month, payment_issued.position, payment_issued.amount_fen, 0 AS was, 1 AS is_now
    FROM closed
    JOIN payment_issued ON payment_issued.month = closed.month
    UNION ALL
    SELECT closed.month, payment_issued.position, payment_issued.amount_fen, 1, 0
    FROM closed
    JOIN payment_issued
      ON payment_issued.month = closed.month AND payment_issued.position < closed.size
    LEFT JOIN entry_version ON entry_version.position = payment_issued.position
    WHERE entry_version.position IS NULL
    UNION ALL
    SELECT closed.month, entry_version.position, entry_version.amount_fen, 1, 0
    FROM closed
    JOIN entry_version
      ON entry_version.type = 'PaymentIssued'
     AND entry_version.month = closed.month
     AND entry_version.from_position < closed.size
     AND (entry_version.to_position IS NULL OR entry_version.to_position >= closed.size)
),
differing AS (
    SELECT month, position, amount_fen
    FROM shown_lines
    GROUP BY month, position, amount_fen
    HAVING SUM(was) <> SUM(is_now)
),
changed AS (
    SELECT DISTINCT month FROM differing
),
down AS (
    SELECT DISTINCT file FROM list_withdrawn
),
later AS (
    SELECT roots.root, decided.type
    FROM roots
    JOIN decided ON decided.stream = roots.stream AND decided.position > roots.amended_by
    WHERE decided.facts IS NOT NULL
    GROUP BY roots.root, decided.type
),
found AS (
    SELECT chain.position AS root, chain.followed AS position, chain.kind, chain.type,
           chain."case" AS stream, chain.effective_on, chain.month, chain.amount_fen AS fen,
           CASE WHEN chain.annulled THEN 'annulled' ELSE 'stands' END AS state,
           roots.gone AND NOT chain.annulled AS is_open, 0 AS to_recover_fen, 'annul' AS proposal
    FROM amended_chains AS chain
    JOIN roots ON roots.root = chain.position
    WHERE chain.kind = 'entitlement' AND chain.followed <> chain.position
    UNION ALL
    SELECT root, position, kind, type, stream, effective_on, month, fen, state,
           (state IN ('stands', 'ordered') AND left_fen > 0)
           OR (kind = 'roster_line' AND gone AND NOT is_paid AND state = 'stands'),
           CASE WHEN last_payment = position AND state <> 'waived' THEN left_fen ELSE 0 END,
           CASE
               WHEN kind = 'payment' AND state <> 'ordered' THEN 'recover'
               WHEN kind = 'roster_line' AND NOT is_paid THEN 'annul'
           END
    FROM money
    UNION ALL
    SELECT months.root, list_published.position, 'list', 'ListPublished', list_published.stream,
           list_published.effective_on, list_published.month, NULL,
           CASE WHEN down.file IS NULL THEN 'stands' ELSE 'withdrawn' END,
           down.file IS NULL, 0, 'withdraw'
    FROM months
    JOIN case_state ON case_state."case" = months.stream
    JOIN list_published
      ON list_published.month = months.month
     AND list_published.place IN (case_state.township, case_state.village)
    LEFT JOIN down ON down.file = list_published.file
    UNION ALL
    SELECT months.root, closed.position, 'closed_month', 'PaymentMonthClosed',
           'month/' || closed.month, entry.effective_on, closed.month, NULL,
           CASE
               WHEN closed.statements > 1 AND changed.month IS NULL THEN 'supplemented'
               ELSE 'stands'
           END,
           changed.month IS NOT NULL, 0, 'supplement'
    FROM months
    JOIN closed ON closed.month = months.month
    JOIN entry ON entry.position = closed.position
    LEFT JOIN changed ON changed.month = closed.month
    UNION ALL
    -- decisions in between on facts of the case that the entry can have fed: whether one of them
    -- differs without it, only the fold can say
    SELECT roots.root, decided.position, 'decision', decided.type, decided.stream, decided.effective_on,
           decided.month, decided.fen,
           CASE
               WHEN decided.gone THEN 'annulled'
               WHEN later.type IS NOT NULL THEN 'retaken'
               ELSE 'stands'
           END,
           NOT decided.gone AND later.type IS NULL, 0, 'look_again'
    FROM roots
    JOIN decided
      ON decided.stream = roots.stream
     AND decided.position > roots.root
     AND decided.position < roots.amended_by
    LEFT JOIN amended_chains AS own
      ON own.position = roots.root AND own.followed = decided.position AND own.kind = 'entitlement'
    LEFT JOIN later ON later.root = roots.root AND later.type = decided.type
    WHERE own.position IS NULL
      AND (
          CONTAINS(decided.facts, '"case.paid_fen"')
          OR CONTAINS(decided.facts, '"case.granted_unpaid_fen"')
          OR CONTAINS(decided.facts, '"case.paid_months_has_act_month"')
          OR (
              roots.type NOT IN ('PaymentIssued', 'PaymentRostered', 'VisitMade')
              AND (CONTAINS(decided.facts, '"case.') OR CONTAINS(decided.facts, '"person.'))
          )
      )
),
ranked AS (
    SELECT found.root, found.position, found.kind, found.type, found.stream, found.effective_on,
           found.month, found.fen, found.state, found.is_open, found.to_recover_fen, found.proposal,
           CASE found.type
               WHEN 'ApplicationApproved' THEN 0
               WHEN 'EntitlementSet' THEN 1
               WHEN 'HelpGranted' THEN 1
               WHEN 'PaymentRostered' THEN 2
               WHEN 'PaymentIssued' THEN 3
               ELSE 4
           END AS its_rank,
           CASE roots.type
               WHEN 'EntitlementSet' THEN 1
               WHEN 'HelpGranted' THEN 1
               WHEN 'PaymentRostered' THEN 2
               WHEN 'PaymentIssued' THEN 3
               ELSE 0
           END AS root_rank
    FROM found
    JOIN roots ON roots.root = found.root
)
SELECT amended_entries."case",
       amended_entries.position,
       amended_entries.type,
       amended_entries.amended,
       amended_entries.amended_by,
       amended_entries.amended_on,
       amended_entries.authority,
       amended_entries.reason,
       ranked.kind,
       ranked.position AS followed,
       ranked.type AS followed_type,
       ranked.stream AS followed_stream,
       GREATEST(1, ranked.its_rank - ranked.root_rank) AS depth,
       ranked.effective_on,
       ranked.month,
       ranked.fen AS amount_fen,
       ranked.state,
       ranked.is_open,
       ranked.to_recover_fen,
       CASE WHEN ranked.is_open THEN ranked.proposal END AS proposal,
       LIST_SORT(
           LIST_DISTINCT([amended_entries.position, amended_entries.amended_by, ranked.position])
       ) AS positions
FROM ranked
JOIN amended_entries ON amended_entries.position = ranked.root
