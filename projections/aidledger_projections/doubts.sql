-- title_zh: 疑点台账
-- title_en: doubts
-- key: doubt
-- for: every doubt: the rule, the subject, what proves it, how far it is, its age, the next day that matters, what was decided and settled
-- facts: S4-115, S4-117
WITH raised AS (
    SELECT stream, MIN(position) AS position, MIN_BY(rule, position) AS rule,
           MIN_BY(subject, position) AS subject, MIN_BY("case", position) AS "case",
           MIN_BY(place, position) AS place, MIN_BY(effective_on, position) AS raised_on
    FROM doubt_raised
    GROUP BY stream
),
sightings AS (
    SELECT stream, position, effective_on, amount_fen, period, severity, rule_hash, positions AS proof
    FROM doubt_raised
    UNION ALL
    SELECT stream, position, effective_on, amount_fen, period, severity, rule_hash, positions
    FROM doubt_seen_again
),
seen AS (
    SELECT stream, COUNT(*) AS sightings, MAX(position) AS position, MAX(amount_fen) AS amount_fen,
           MAX_BY(severity, position) AS severity, MAX_BY(effective_on, position) AS seen_on,
           MAX_BY(COALESCE(rule_hash, ''), position) AS rule_hash,
           LIST_SORT(LIST_DISTINCT(FLATTEN(ARRAY_AGG(proof)))) AS proof
    FROM sightings
    GROUP BY stream
),
periods AS (
    SELECT stream, MAX_BY(period, position) AS period
    FROM sightings
    WHERE period IS NOT NULL
    GROUP BY stream
),
steps AS (
    SELECT stream, position, effective_on, 'assigned' AS stage FROM doubt_assigned
    UNION ALL
    SELECT stream, position, effective_on, 'verified' FROM doubt_verified
    UNION ALL
    SELECT stream, position, effective_on, 'confirmed' FROM doubt_confirmed
    UNION ALL
    SELECT stream, position, effective_on, 'refuted' FROM doubt_refuted
    UNION ALL
    SELECT stream, position, effective_on, 'decided' FROM doubt_decided
    UNION ALL
    SELECT stream, position, effective_on, 'settled' FROM doubt_settled
    UNION ALL
    SELECT stream, position, effective_on, 'closed' FROM doubt_closed
    UNION ALL
    SELECT stream, position, effective_on, 'reopened' FROM doubt_reopened
),
rounds AS (
    -- each time it is reopened it begins anew
    SELECT stream, position, effective_on, stage,
           SUM(CASE WHEN stage = 'reopened' THEN 1 ELSE 0 END)
               OVER (PARTITION BY stream ORDER BY position) AS round
    FROM steps
),
judged AS (
    SELECT stream, round, MIN(position) AS position
    FROM rounds
    WHERE stage IN ('confirmed', 'refuted', 'decided', 'settled', 'closed')
    GROUP BY stream, round
),
counted AS (
    -- who looks again after a doubt was judged changes nothing until somebody reopens it
    SELECT rounds.stream, rounds.position, rounds.effective_on, rounds.stage, rounds.round
    FROM rounds
    LEFT JOIN judged ON judged.stream = rounds.stream AND judged.round = rounds.round
    WHERE rounds.stage <> 'verified' OR judged.position IS NULL OR judged.position > rounds.position
),
ordered AS (
    SELECT counted.stream, counted.position, counted.effective_on, counted.stage, counted.round,
           COALESCE(
               LAG(counted.stage) OVER (PARTITION BY counted.stream ORDER BY counted.position),
               CASE WHEN counted.position > raised.position THEN 'raised' ELSE '' END
           ) AS earlier
    FROM counted
    JOIN raised ON raised.stream = counted.stream
),
stood AS (
    SELECT stream, MAX_BY(stage, position) AS stage, MAX(position) AS position,
           MAX(round) AS round,
           SUM(
               CASE
                   WHEN CASE stage
                       WHEN 'assigned' THEN earlier IN ('raised', 'assigned', 'reopened')
                       WHEN 'verified' THEN earlier IN ('raised', 'assigned', 'verified', 'reopened')
                       WHEN 'confirmed' THEN earlier = 'verified'
                       WHEN 'refuted' THEN earlier = 'verified'
                       WHEN 'decided' THEN earlier = 'confirmed'
                       WHEN 'settled' THEN earlier IN ('decided', 'settled')
                       WHEN 'closed' THEN earlier IN ('refuted', 'decided', 'settled')
                       ELSE earlier IN ('refuted', 'closed')
                   END THEN 0
                   ELSE 1
               END
           ) AS out_of_order
    FROM ordered
    GROUP BY stream
),
dated AS (
    SELECT ordered.stream, MAX_BY(ordered.effective_on, ordered.position) AS last_on,
           MAX(CASE WHEN ordered.stage = 'verified' THEN ordered.effective_on END) AS verified_on,
           MAX(CASE WHEN ordered.stage IN ('confirmed', 'refuted') THEN ordered.effective_on END)
               AS judged_on,
           MAX(CASE WHEN ordered.stage = 'decided' THEN ordered.effective_on END) AS decided_on,
           MAX(CASE WHEN ordered.stage = 'settled' THEN ordered.effective_on END) AS settled_on,
           MAX(CASE WHEN ordered.stage = 'closed' THEN ordered.effective_on END) AS closed_on
    FROM ordered
    JOIN stood ON stood.stream = ordered.stream AND stood.round = ordered.round
    GROUP BY ordered.stream
),
assigned AS (
    SELECT doubt_assigned.stream, MAX(doubt_assigned.position) AS position,
           MAX_BY(doubt_assigned.effective_on, doubt_assigned.position) AS assigned_on,
           MAX_BY(doubt_assigned.to_office, doubt_assigned.position) AS to_office,
           MAX_BY(COALESCE(doubt_assigned.to_officer, ''), doubt_assigned.position) AS to_officer,
           MAX_BY(
               COALESCE(doubt_assigned.due_on, CAST('9999-12-31' AS DATE)), doubt_assigned.position
           ) AS due_on
    FROM doubt_assigned
    JOIN rounds ON rounds.position = doubt_assigned.position
    JOIN stood ON stood.stream = rounds.stream AND stood.round = rounds.round
    GROUP BY doubt_assigned.stream
),
looked AS (
    SELECT ordered.stream, MAX(CASE WHEN doubt_verified.on_site THEN 1 ELSE 0 END) AS on_site
    FROM ordered
    JOIN stood ON stood.stream = ordered.stream AND stood.round = ordered.round
    JOIN doubt_verified ON doubt_verified.position = ordered.position
    GROUP BY ordered.stream
),
found AS (
    SELECT those.stream, MAX_BY(those.reason, those.position) AS reason
    FROM (
        SELECT stream, position, reason FROM doubt_confirmed
        UNION ALL
        SELECT stream, position, reason FROM doubt_refuted
    ) AS those
    JOIN rounds ON rounds.position = those.position
    JOIN stood ON stood.stream = rounds.stream AND stood.round = rounds.round
    GROUP BY those.stream
),
confirmed AS (
    SELECT doubt_confirmed.stream,
           MAX_BY(COALESCE(doubt_confirmed.amount_fen, -1), doubt_confirmed.position) AS fen
    FROM doubt_confirmed
    JOIN rounds ON rounds.position = doubt_confirmed.position
    JOIN stood ON stood.stream = rounds.stream AND stood.round = rounds.round
    GROUP BY doubt_confirmed.stream
),
decided AS (
    SELECT doubt_decided.stream, MAX_BY(doubt_decided.outcomes, doubt_decided.position) AS outcomes,
           MAX_BY(doubt_decided.amount_fen, doubt_decided.position) AS fen
    FROM doubt_decided
    JOIN rounds ON rounds.position = doubt_decided.position
    JOIN stood ON stood.stream = rounds.stream AND stood.round = rounds.round
    GROUP BY doubt_decided.stream
),
settled AS (
    -- a hostile sum must stay a number
    SELECT doubt_settled.stream,
           CAST(LEAST(SUM(doubt_settled.amount_fen), 9007199254740991) AS BIGINT) AS fen
    FROM doubt_settled
    JOIN rounds ON rounds.position = doubt_settled.position
    JOIN stood ON stood.stream = rounds.stream AND stood.round = rounds.round
    GROUP BY doubt_settled.stream
),
named AS (
    SELECT those.stream, those.entry
    FROM (
        SELECT stream, position, UNNEST(entries) AS entry FROM doubt_settled
    ) AS those
    JOIN rounds ON rounds.position = those.position
    JOIN stood ON stood.stream = rounds.stream AND stood.round = rounds.round
),
moved AS (
    -- money that moved, as it stands: an order is none yet, and what was annulled is none any more
    SELECT position, amount_fen FROM payment_recovered
    UNION ALL
    SELECT position, amount_fen FROM recovery_waived
    UNION ALL
    SELECT position, amount_fen FROM fund_returned
    UNION ALL
    SELECT position, amount_fen FROM payment_issued
),
proven AS (
    SELECT named.stream, SUM(moved.amount_fen) AS fen
    FROM named
    JOIN moved ON moved.position = named.entry
    GROUP BY named.stream
),
limits AS (
    SELECT stream, MIN(due_on) AS due_on
    FROM deadlines
    WHERE stream LIKE 'doubt/%' AND state IN ('open', 'missed') AND due_on IS NOT NULL
    GROUP BY stream
),
live AS (
    SELECT stream, LIST_SORT(ARRAY_AGG(position)) AS positions
    FROM entry
    WHERE stream LIKE 'doubt/%'
    GROUP BY stream
),
lying AS (
    SELECT "case" AS subject, township FROM case_state
    UNION ALL
    SELECT account, township FROM case_state
    UNION ALL
    SELECT case_people.person, case_state.township
    FROM case_people
    JOIN case_state ON case_state."case" = case_people."case"
),
spread AS (
    -- of a doubt that names a case, where that one lies; of a person or an account, where each of their cases does
    SELECT raised.stream, LIST_SORT(LIST_DISTINCT(ARRAY_AGG(lying.township))) AS townships
    FROM raised
    JOIN lying ON lying.subject = COALESCE(raised."case", raised.subject)
    WHERE lying.township IS NOT NULL
    GROUP BY raised.stream
),
placed AS (
    SELECT raised.stream,
           CASE
               WHEN LENGTH(raised.place) >= 9 THEN [SUBSTRING(raised.place, 1, 9)]
               ELSE COALESCE(spread.townships, CAST([] AS VARCHAR[]))
           END AS townships
    FROM raised
    LEFT JOIN spread ON spread.stream = raised.stream
),
joined AS (
    SELECT raised.stream, raised.rule, raised.subject, raised."case", raised.place, raised.raised_on,
           COALESCE(stood.stage, 'raised') AS state,
           COALESCE(stood.position, raised.position) AS stood_position,
           COALESCE(stood.round, 0) AS reopened, COALESCE(stood.out_of_order, 0) AS out_of_order,
           CASE WHEN stood.stage = 'assigned' AND assigned.due_on < CAST('9999-12-31' AS DATE)
                THEN assigned.due_on END AS asked_due_on,
           CASE WHEN stood.stage IN ('refuted', 'closed') THEN NULL ELSE limits.due_on END
               AS limit_due_on
    FROM raised
    LEFT JOIN stood ON stood.stream = raised.stream
    LEFT JOIN assigned ON assigned.stream = raised.stream
    LEFT JOIN limits ON limits.stream = raised.stream
)
SELECT joined.stream AS doubt,
       joined.rule,
       NULLIF(seen.rule_hash, '') AS rule_hash,
       joined.state,
       seen.severity,
       joined.subject,
       joined."case",
       CASE WHEN LEN(placed.townships) = 1 THEN placed.townships[1] END AS township,
       placed.townships,
       joined.place,
       periods.period,
       seen.amount_fen,
       joined.raised_on,
       DATE_DIFF(
           'day', joined.raised_on,
           CASE WHEN joined.state = 'closed' THEN dated.closed_on ELSE parameters.as_of END
       ) AS age_days,
       seen.sightings,
       seen.seen_on,
       joined.state IN ('refuted', 'closed') AND seen.position > joined.stood_position AS seen_since,
       assigned.to_office,
       NULLIF(assigned.to_officer, '') AS to_officer,
       assigned.assigned_on,
       LEAST(
           COALESCE(joined.asked_due_on, joined.limit_due_on),
           COALESCE(joined.limit_due_on, joined.asked_due_on)
       ) AS due_on,
       joined.asked_due_on,
       COALESCE(joined.asked_due_on < parameters.as_of, FALSE)
           OR COALESCE(joined.limit_due_on < parameters.as_of, FALSE) AS overdue,
       dated.verified_on,
       looked.on_site = 1 AS on_site,
       dated.judged_on,
       found.reason,
       NULLIF(confirmed.fen, -1) AS confirmed_fen,
       dated.decided_on,
       decided.outcomes,
       decided.fen AS decided_fen,
       dated.settled_on,
       COALESCE(settled.fen, 0) AS settled_fen,
       COALESCE(settled.fen, 0) <> COALESCE(proven.fen, 0) AS settled_differs,
       dated.closed_on,
       joined.reopened,
       joined.out_of_order,
       seen.proof,
       live.positions
FROM joined
CROSS JOIN parameters
JOIN seen ON seen.stream = joined.stream
JOIN live ON live.stream = joined.stream
JOIN placed ON placed.stream = joined.stream
LEFT JOIN periods ON periods.stream = joined.stream
LEFT JOIN dated ON dated.stream = joined.stream
LEFT JOIN assigned ON assigned.stream = joined.stream
LEFT JOIN looked ON looked.stream = joined.stream
LEFT JOIN found ON found.stream = joined.stream
LEFT JOIN confirmed ON confirmed.stream = joined.stream
LEFT JOIN decided ON decided.stream = joined.stream
LEFT JOIN settled ON settled.stream = joined.stream
LEFT JOIN proven ON proven.stream = joined.stream
