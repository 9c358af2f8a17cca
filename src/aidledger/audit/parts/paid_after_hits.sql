-- title_zh: 核对疑点之后的发放
-- title_en: what was paid after a comparison whose hits stand
-- reads: hits (rows of open_hits), answers (stream, position, effective_on: the assessments that answer
--   them), the threshold months
-- gives: of each comparison that nobody acted on one row: subject, positions, period, amount_fen, found_on,
--   hits, answered
WITH runs AS (
    -- known before the approval: every month counts; found in support: there is some time to act
    SELECT "case" AS stream, position, found_on, LIST_SORT(ARRAY_AGG(hit)) AS hits,
           MAX(answered) AS answered, MAX(approval) AS approval,
           SUBSTRING(CAST(found_on + TO_MONTHS($months) AS VARCHAR), 1, 7) AS settled
    FROM hits
    GROUP BY "case", position, found_on
),
acts AS (
    SELECT stream, position, effective_on FROM answers
    UNION ALL
    SELECT stream, position, effective_on FROM support_suspended
    UNION ALL
    SELECT stream, position, effective_on FROM termination_reported
),
acted AS (
    SELECT DISTINCT runs.position
    FROM runs
    JOIN acts
      ON acts.stream = runs.stream
     AND acts.position > runs.position
     AND SUBSTRING(CAST(acts.effective_on AS VARCHAR), 1, 7) < runs.settled
),
paid AS (
    SELECT runs.position, SUM(issued.amount_fen) AS amount_fen, MIN(issued.month) AS first_month,
           MAX(issued.month) AS last_month, ARRAY_AGG(issued.position) AS positions
    FROM runs
    JOIN payment_issued AS issued
      ON issued.stream = runs.stream
     AND issued.position > runs.position
     AND issued.kind <> 'reissue'
     AND (runs.approval IS NOT NULL OR issued.month >= runs.settled)
    GROUP BY runs.position
)
SELECT runs.stream AS subject,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT(
                   [runs.position, COALESCE(runs.answered, runs.position), COALESCE(runs.approval, runs.position)],
                   COALESCE(paid.positions, CAST([] AS BIGINT[]))
               )
           )
       ) AS positions,
       paid.first_month || '/' || paid.last_month AS period,
       COALESCE(paid.amount_fen, 0) AS amount_fen,
       runs.found_on,
       runs.hits,
       runs.answered IS NOT NULL AS answered
FROM runs
LEFT JOIN acted ON acted.position = runs.position
LEFT JOIN paid ON paid.position = runs.position
WHERE acted.position IS NULL AND (paid.position IS NOT NULL OR runs.approval IS NOT NULL)
