-- title_zh: 审计问题整改台账
-- title_en: audit findings
-- key: finding
-- for: each finding of audit or supervision: by when it was to be put right, what was reported, accepted and recovered
-- facts: S4-115, S4-117
WITH raised AS (
    SELECT stream, MIN(position) AS position, MIN_BY(rule, position) AS rule,
           MIN_BY("case", position) AS "case", MIN_BY(place, position) AS place,
           MIN_BY(amount_fen, position) AS amount_fen, MIN_BY(due_on, position) AS due_on,
           MIN_BY(effective_on, position) AS raised_on
    FROM audit_finding_raised
    GROUP BY stream
),
reported AS (
    SELECT stream, MAX(position) AS position, MAX_BY(effective_on, position) AS reported_on,
           MAX_BY(done, position) AS done
    FROM rectification_reported
    GROUP BY stream
),
judged AS (
    SELECT stream, MAX(position) AS position, MAX_BY(effective_on, position) AS judged_on,
           MAX_BY(accepted, position) AS accepted
    FROM rectification_accepted
    GROUP BY stream
),
recovered AS (
    SELECT raised.stream, SUM(payment_recovered.amount_fen) AS fen,
           ARRAY_AGG(payment_recovered.position) AS positions
    FROM raised
    JOIN payment_recovered
      ON payment_recovered.stream = raised."case" AND payment_recovered.position > raised.position
    GROUP BY raised.stream
),
joined AS (
    SELECT raised.stream, raised.rule, raised."case", raised.place, raised.amount_fen,
           raised.raised_on, raised.due_on, reported.reported_on,
           -- a report after the judgement opens the finding again
           judged.accepted AND judged.position > COALESCE(reported.position, -1) AS accepted,
           judged.judged_on, CAST(COALESCE(recovered.fen, 0) AS BIGINT) AS recovered_fen,
           LIST_CONCAT(
               LIST_CONCAT(
                   [raised.position], COALESCE(recovered.positions, CAST([] AS BIGINT[]))
               ),
               LIST_CONCAT(
                   CASE WHEN reported.position IS NULL THEN CAST([] AS BIGINT[])
                        ELSE [reported.position] END,
                   CASE WHEN judged.position IS NULL THEN CAST([] AS BIGINT[])
                        ELSE [judged.position] END
               )
           ) AS positions
    FROM raised
    LEFT JOIN reported ON reported.stream = raised.stream
    LEFT JOIN judged ON judged.stream = raised.stream
    LEFT JOIN recovered ON recovered.stream = raised.stream
)
SELECT joined.stream AS finding,
       joined.rule,
       joined."case",
       joined.place,
       joined.amount_fen,
       joined.recovered_fen,
       joined.raised_on AS from_on,
       joined.due_on,
       joined.reported_on,
       CASE WHEN joined.accepted THEN joined.judged_on END AS accepted_on,
       CASE
           WHEN joined.accepted AND joined.recovered_fen >= joined.amount_fen
               AND joined.judged_on <= joined.due_on THEN 'met'
           WHEN joined.accepted AND joined.recovered_fen >= joined.amount_fen THEN 'late'
           WHEN parameters.as_of <= joined.due_on THEN 'open'
           ELSE 'missed'
       END AS state,
       LIST_SORT(joined.positions) AS positions
FROM joined
CROSS JOIN parameters
