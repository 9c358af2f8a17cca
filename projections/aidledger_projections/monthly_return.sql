-- title_zh: 月报核对
-- title_en: monthly returns against the replay
-- key: unit, month, figure
-- for: each figure of a unit's last return of a month against what the ledger said on its day, by what was recorded before it
-- facts: S4-101, S4-103
WITH returns AS (
    SELECT stream, month, MAX(position) AS position, MAX_BY(as_of, position) AS as_of,
           MAX_BY(figures, position) AS figures,
           CAST(month || '-01' AS DATE) AS first_on, SUBSTRING(stream, 6) AS unit
    FROM return_submitted
    GROUP BY stream, month
),
kinds AS (
    SELECT data_office AS unit, MAX_BY(kind, position) AS kind
    FROM office_registered
    GROUP BY data_office
),
asked AS (
    -- a township answers for the applications that it has taken in, any other unit for all
    SELECT returns.stream, returns.unit, returns.month, returns.position, returns.as_of,
           returns.figures, returns.first_on, COALESCE(kinds.kind, '') = 'township' AS own
    FROM returns
    LEFT JOIN kinds ON kinds.unit = returns.unit
    -- a department keeps registers of its own: it need not report what cases come to
    WHERE LEN(returns.figures) > 0
       OR COALESCE(kinds.kind, '') IN ('', 'township', 'civil_affairs', 'finance')
),
said AS (
    -- every entry as it stood from one position of the log on, until another put it right
    SELECT entry.position, entry.stream, entry.type, entry.effective_on, entry.office,
           payment_issued.amount_fen, entry.position AS from_position, NULL AS to_position
    FROM entry
    LEFT JOIN payment_issued ON payment_issued.position = entry.position
    LEFT JOIN entry_version AS put_right ON put_right.position = entry.position
    WHERE put_right.position IS NULL
    UNION ALL
    SELECT entry_version.position, entry_version.stream, entry_version.type,
           entry_version.effective_on, entry_version.office, entry_version.amount_fen,
           entry_version.from_position, entry_version.to_position
    FROM entry_version
    CROSS JOIN parameters
    WHERE entry_version.effective_on <= parameters.as_of
),
counted AS (
    -- who is supported is asked of all the time before, the rest of the month
    SELECT position, stream, type, effective_on, office, amount_fen, from_position, to_position,
           type IN ('ApplicationApproved', 'TerminationApproved', 'DeathRecorded') AS lasting
    FROM said
    WHERE type IN (
        'ApplicationAccepted', 'ApplicationApproved', 'TerminationApproved', 'DeathRecorded',
        'VisitMade', 'PaymentIssued'
    )
),
cases AS (
    SELECT stream, MIN_BY(office, position) AS unit
    FROM counted
    WHERE type = 'ApplicationAccepted'
    GROUP BY stream
),
placed AS (
    SELECT counted.position, counted.stream, counted.type, counted.effective_on, counted.amount_fen,
           counted.from_position, counted.to_position, counted.lasting, cases.unit
    FROM counted
    JOIN cases ON cases.stream = counted.stream
),
known AS (
    SELECT asked.position AS return_position, placed.position, placed.stream, placed.type,
           placed.amount_fen, placed.effective_on >= asked.first_on AS in_month
    FROM asked
    JOIN placed
      ON placed.unit = asked.unit
     AND placed.from_position < asked.position
     AND (placed.to_position IS NULL OR placed.to_position > asked.position)
     AND placed.effective_on <= asked.as_of
     AND (placed.lasting OR placed.effective_on >= asked.first_on)
    WHERE asked.own
    UNION ALL
    SELECT asked.position, placed.position, placed.stream, placed.type, placed.amount_fen,
           placed.effective_on >= asked.first_on
    FROM asked
    JOIN placed
      ON placed.from_position < asked.position
     AND (placed.to_position IS NULL OR placed.to_position > asked.position)
     AND placed.effective_on <= asked.as_of
     AND (placed.lasting OR placed.effective_on >= asked.first_on)
    WHERE NOT asked.own
),
people AS (
    SELECT return_position, stream, ARRAY_AGG(position) AS positions
    FROM known
    WHERE type IN ('ApplicationApproved', 'TerminationApproved', 'DeathRecorded')
    GROUP BY return_position, stream
    HAVING BOOL_AND(type = 'ApplicationApproved')
),
replayed AS (
    SELECT return_position,
           CASE type
               WHEN 'ApplicationAccepted' THEN 'accepted'
               WHEN 'ApplicationApproved' THEN 'approved'
               WHEN 'TerminationApproved' THEN 'ended'
               WHEN 'VisitMade' THEN 'visits'
               WHEN 'PaymentIssued' THEN 'paid_lines'
           END AS figure,
           COUNT(*) AS value, ARRAY_AGG(position) AS positions
    FROM known
    WHERE in_month AND type <> 'DeathRecorded'
    GROUP BY return_position, type
    UNION ALL
    SELECT return_position, 'paid_fen', CAST(SUM(amount_fen) AS BIGINT), ARRAY_AGG(position)
    FROM known
    WHERE in_month AND type = 'PaymentIssued'
    GROUP BY return_position
    UNION ALL
    SELECT return_position, 'supported', COUNT(*), FLATTEN(ARRAY_AGG(positions))
    FROM people
    GROUP BY return_position
),
names AS (
    SELECT UNNEST(
        ['accepted', 'approved', 'ended', 'paid_fen', 'paid_lines', 'supported', 'visits']
    ) AS figure
),
reported AS (
    SELECT position, figure.code AS figure, MAX(figure.value) AS value
    FROM (SELECT position, UNNEST(figures) AS figure FROM returns) AS lines
    GROUP BY position, figure.code
),
pairs AS (
    SELECT asked.position, names.figure FROM asked CROSS JOIN names
    UNION
    SELECT position, figure FROM reported
)
SELECT asked.unit,
       asked.month,
       pairs.figure,
       asked.as_of,
       reported.value AS reported,
       CASE WHEN names.figure IS NOT NULL THEN COALESCE(replayed.value, 0) END AS replayed,
       CASE
           WHEN names.figure IS NOT NULL THEN reported.value - COALESCE(replayed.value, 0)
       END AS difference,
       CASE
           WHEN names.figure IS NULL THEN 'unknown'
           WHEN reported.value IS NULL THEN 'not_reported'
           WHEN reported.value = COALESCE(replayed.value, 0) THEN 'equal'
           ELSE 'different'
       END AS state,
       -- an entry stands at one place of the log, in one version: no two of a list are the same
       LIST_SORT(
           LIST_CONCAT([pairs.position], COALESCE(replayed.positions, CAST([] AS BIGINT[])))
       ) AS positions
FROM pairs
JOIN asked ON asked.position = pairs.position
LEFT JOIN names ON names.figure = pairs.figure
LEFT JOIN reported ON reported.position = pairs.position AND reported.figure = pairs.figure
LEFT JOIN replayed
  ON replayed.return_position = pairs.position AND replayed.figure = pairs.figure
