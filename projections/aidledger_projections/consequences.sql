-- title_zh: 更正与作废的后果
-- title_en: consequences
-- key: position, kind, followed
-- for: what followed from each entry of a case that was corrected or annulled, in which state it is, and what would put it right; every decision that may rest on it is named
-- facts: S4-115
WITH marks AS (
    -- the last that was said of an entry; an annulment stays even where it was itself annulled
    SELECT stream, names, MAX(position) AS amended_by, BOOL_OR(type = 'EntryAnnulled') AS gone
    FROM entry_amendment
    WHERE stands AND stream LIKE 'case/%'
    GROUP BY stream, names
),
named AS (
    SELECT position, stream, type FROM entry_version WHERE number = 0
    UNION ALL
    SELECT position, stream, type FROM entry_amendment
),
roots AS (
    SELECT named.position AS root, named.stream, named.type, marks.gone, marks.amended_by,
           made.effective_on AS amended_on, made.authority, made.reason
    FROM marks
    JOIN named ON named.position = marks.names AND named.stream = marks.stream
    JOIN entry_amendment AS made ON made.position = marks.amended_by
),
touched AS (
    SELECT DISTINCT stream FROM roots
),
standing AS (
    SELECT position, 'ApplicationApproved' AS type, stream, effective_on, from_month AS month,
           '' AS run, '' AS kind, '' AS way, CAST(NULL AS BIGINT) AS fen, decision
    FROM application_approved
    UNION ALL
    SELECT position, 'EntitlementSet', stream, effective_on, from_month, '', '', '', monthly_fen,
           decision
    FROM entitlement_set
    UNION ALL
    SELECT position, 'HelpGranted', stream, effective_on, from_month, '', '', way, amount_fen,
           decision
    FROM help_granted
    UNION ALL
    SELECT position, 'PaymentRostered', stream, effective_on, month, run, kind, '', amount_fen, NULL
    FROM payment_rostered
    UNION ALL
    SELECT position, 'PaymentIssued', stream, effective_on, month, run, kind, '', amount_fen, NULL
    FROM payment_issued
    UNION ALL
    SELECT position, 'ReviewOpinionGiven', stream, effective_on, NULL, '', '', '', NULL, decision
    FROM review_opinion_given
    UNION ALL
    SELECT position, 'ApplicationRefused', stream, effective_on, NULL, '', '', '', NULL, decision
    FROM application_refused
    UNION ALL
    SELECT position, 'TerminationApproved', stream, effective_on, NULL, '', '', '', NULL, decision
    FROM termination_approved
    UNION ALL
    SELECT position, 'RecognitionGranted', stream, effective_on, NULL, '', '', '', NULL, decision
    FROM recognition_granted
    UNION ALL
    SELECT position, 'GradualExitGranted', stream, effective_on, from_month, '', '', '', NULL, decision
    FROM gradual_exit_granted
),
said AS (
    -- the entries of these cases as they were recorded, whatever was made of them afterwards
    SELECT standing.position, standing.type, standing.stream, standing.effective_on, standing.month,
           standing.run, standing.kind, standing.way, standing.fen, standing.decision.facts AS facts,
           FALSE AS gone
    FROM standing
    JOIN touched ON touched.stream = standing.stream
    LEFT JOIN entry_version ON entry_version.position = standing.position
    WHERE entry_version.position IS NULL
    UNION ALL
    SELECT entry_version.position, entry_version.type, entry_version.stream,
           entry_version.effective_on, COALESCE(entry_version.month, entry_version.from_month),
           entry_version.run, entry_version.kind, entry_version.way,
           COALESCE(entry_version.amount_fen, entry_version.monthly_fen), entry_version.facts,
           COALESCE(marks.gone, FALSE)
    FROM entry_version
    CROSS JOIN parameters
    LEFT JOIN marks ON marks.names = entry_version.position AND marks.stream = entry_version.stream
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
    SELECT DISTINCT lines.root, paid.position, paid.month
    FROM lines
    JOIN said AS line ON line.position = lines.position
    JOIN said AS paid
      ON paid.stream = line.stream
     AND paid.type = 'PaymentIssued'
     AND paid.run = line.run
     AND paid.month = line.month
    UNION
    SELECT roots.root, said.position, said.month
    FROM roots
    JOIN said ON said.position = roots.root AND said.type = 'PaymentIssued'
),
months AS (
    SELECT payments.root, roots.stream, payments.month, MAX(payments.position) AS last_position
    FROM payments
    JOIN roots ON roots.root = payments.root
    GROUP BY payments.root, roots.stream, payments.month
),
back AS (
    SELECT stream, month, amount_fen FROM payment_returned
    UNION ALL
    SELECT stream, month, amount_fen FROM payment_recovered
),
came_back AS (
    SELECT stream, month, SUM(amount_fen) AS fen FROM back GROUP BY stream, month
),
issued AS (
    SELECT stream, month, SUM(amount_fen) AS fen FROM payment_issued GROUP BY stream, month
),
followed_fen AS (
    SELECT payments.root, payment_issued.month, SUM(payment_issued.amount_fen) AS fen
    FROM payments
    JOIN payment_issued ON payment_issued.position = payments.position
    GROUP BY payments.root, payment_issued.month
),
lost AS (
    SELECT entitled.root, entitled.position
    FROM entitled
    JOIN roots ON roots.root = entitled.root AND roots.gone
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
    SELECT stream, month, SUM(amount_fen) AS fen
    FROM payment_rostered
    WHERE kind = 'one_off'
    GROUP BY stream, month
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
left_over AS (
    -- what was paid for a month beyond what is due now: at most what followed
    SELECT months.root, months.month, months.last_position,
           GREATEST(0, LEAST(
               COALESCE(followed_fen.fen, 0),
               COALESCE(issued.fen, 0) - COALESCE(came_back.fen, 0)
               - CASE
                     WHEN months.month > LEAST(
                             COALESCE(ended.last_month, '9999-99'),
                             COALESCE(SUBSTRING(CAST(died.died_on AS VARCHAR), 1, 7), '9999-99')
                         ) THEN 0
                     WHEN paused.month IS NOT NULL THEN 0
                     ELSE COALESCE(due_order.monthly_fen, 0)
                 END
               - GREATEST(0, LEAST(
                     COALESCE(once_order.fen, 0),
                     COALESCE(once_order.granted_fen - once_order.before_fen, 0)
                 ))
           )) AS fen
    FROM months
    LEFT JOIN followed_fen
      ON followed_fen.root = months.root AND followed_fen.month = months.month
    LEFT JOIN issued ON issued.stream = months.stream AND issued.month = months.month
    LEFT JOIN came_back ON came_back.stream = months.stream AND came_back.month = months.month
    LEFT JOIN due_order
      ON due_order.root = months.root AND due_order.month = months.month AND due_order.place = 1
    LEFT JOIN died ON died.stream = months.stream
    LEFT JOIN ended ON ended.stream = months.stream
    LEFT JOIN paused ON paused.root = months.root AND paused.month = months.month
    LEFT JOIN once_order ON once_order.root = months.root AND once_order.month = months.month
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
money AS (
    SELECT root, position, 'roster_line' AS kind FROM lines
    UNION ALL
    SELECT root, position, 'payment' FROM payments
),
paid_lines AS (
    SELECT DISTINCT payments.root, said.run, said.month
    FROM payments
    JOIN said ON said.position = payments.position
),
money_states AS (
    SELECT money.root, money.position, money.kind, roots.gone, paid_lines.month AS paid_month,
           left_over.last_position, COALESCE(left_over.fen, 0) AS left_fen,
           CASE
               WHEN said.gone THEN 'annulled'
               WHEN came_back.month IS NOT NULL AND COALESCE(left_over.fen, 0) = 0 THEN 'recovered'
               WHEN left_over.fen > 0 AND ordered.outstanding THEN 'ordered'
               WHEN left_over.fen > 0 AND NOT ordered.outstanding THEN 'waived'
               ELSE 'stands'
           END AS state
    FROM money
    JOIN roots ON roots.root = money.root AND roots.root <> money.position
    JOIN said ON said.position = money.position
    LEFT JOIN left_over ON left_over.root = money.root AND left_over.month = said.month
    LEFT JOIN came_back ON came_back.stream = said.stream AND came_back.month = said.month
    LEFT JOIN ordered ON ordered.root = money.root AND ordered.month = said.month
    LEFT JOIN paid_lines
      ON paid_lines.root = money.root
     AND paid_lines.run = said.run
     AND paid_lines.month = said.month
),
statements AS (
    SELECT position, stream, size FROM payment_month_closed
    UNION ALL
    SELECT position, stream, size FROM payment_month_supplemented
),
closed AS (
    SELECT SUBSTRING(stream, 7) AS month, MIN(position) AS position, COUNT(*) AS statements,
           MAX_BY(size, position) AS size
    FROM statements
    GROUP BY stream
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
    SELECT roots.root, said.type
    FROM roots
    JOIN said ON said.stream = roots.stream AND said.position > roots.amended_by
    WHERE said.facts IS NOT NULL
    GROUP BY roots.root, said.type
),
found AS (
    SELECT entitled.root, entitled.position, 'entitlement' AS kind, said.type, said.stream,
           said.effective_on, said.month, said.fen,
           CASE WHEN said.gone THEN 'annulled' ELSE 'stands' END AS state,
           roots.gone AND NOT said.gone AS is_open, 0 AS to_recover_fen, 'annul' AS proposal
    FROM entitled
    JOIN roots ON roots.root = entitled.root AND roots.root <> entitled.position
    JOIN said ON said.position = entitled.position
    UNION ALL
    SELECT money_states.root, money_states.position, money_states.kind, said.type, said.stream,
           said.effective_on, said.month, said.fen, money_states.state,
           (money_states.state IN ('stands', 'ordered') AND money_states.left_fen > 0)
           OR (
               money_states.kind = 'roster_line'
               AND money_states.gone
               AND money_states.paid_month IS NULL
               AND money_states.state = 'stands'
           ),
           CASE
               WHEN money_states.last_position = money_states.position
                   AND money_states.state <> 'waived' THEN money_states.left_fen
               ELSE 0
           END,
           CASE
               WHEN money_states.state = 'ordered' THEN NULL
               WHEN money_states.kind = 'payment' THEN 'recover'
               WHEN money_states.paid_month IS NULL THEN 'annul'
           END
    FROM money_states
    JOIN said ON said.position = money_states.position
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
    -- decisions in between on facts of the case: those that the entry can have fed
    SELECT roots.root, said.position, 'decision', said.type, said.stream, said.effective_on,
           said.month, said.fen,
           CASE
               WHEN said.gone THEN 'annulled'
               WHEN later.type IS NOT NULL THEN 'retaken'
               ELSE 'stands'
           END,
           NOT said.gone AND later.type IS NULL, 0, 'decide_again'
    FROM roots
    JOIN said
      ON said.stream = roots.stream
     AND said.position > roots.root
     AND said.position < roots.amended_by
    LEFT JOIN entitled ON entitled.root = roots.root AND entitled.position = said.position
    LEFT JOIN later ON later.root = roots.root AND later.type = said.type
    WHERE entitled.position IS NULL
      AND (
          CONTAINS(said.facts, '"case.paid_fen"')
          OR CONTAINS(said.facts, '"case.granted_unpaid_fen"')
          OR CONTAINS(said.facts, '"case.paid_months_has_act_month"')
          OR (
              roots.type NOT IN ('PaymentIssued', 'PaymentRostered', 'VisitMade')
              AND (CONTAINS(said.facts, '"case.') OR CONTAINS(said.facts, '"person.'))
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
SELECT roots.stream AS "case",
       roots.root AS position,
       roots.type,
       CASE WHEN roots.gone THEN 'annulled' ELSE 'corrected' END AS amended,
       roots.amended_by,
       roots.amended_on,
       roots.authority,
       roots.reason,
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
           LIST_DISTINCT([roots.root, roots.amended_by, ranked.position])
       ) AS positions
FROM ranked
JOIN roots ON roots.root = ranked.root
