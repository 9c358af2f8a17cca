-- title_zh: 未排除的核对疑点
-- title_en: comparison hits that stand
-- key: position, hit
-- for: each hit of a case's comparison that nobody cleared with a reason: in which register, whether it was answered, and which approval followed
-- facts: S1-008, S3-024
WITH hits AS (
    -- a hit is the register's name and a number
    SELECT stream, position, effective_on, hit, REGEXP_REPLACE(hit, '-[0-9]+$', '') AS register
    FROM (SELECT stream, position, effective_on, UNNEST(hits) AS hit FROM data_compared) AS listed
),
answers AS (
    SELECT stream, hit, position, cleared AND TRIM(reason) <> '' AS cleared FROM comparison_hit_disposed
),
standing AS (
    -- the last word on a hit counts
    SELECT hits.stream, hits.position, hits.effective_on, hits.register, hits.hit,
           MAX(answers.position) AS answered
    FROM hits
    LEFT JOIN answers
      ON answers.stream = hits.stream AND answers.hit = hits.hit AND answers.position > hits.position
    GROUP BY hits.stream, hits.position, hits.effective_on, hits.register, hits.hit
    HAVING NOT COALESCE(MAX_BY(answers.cleared, answers.position), FALSE)
),
first_approval AS (
    SELECT stream, MIN(position) AS position FROM application_approved GROUP BY stream
)
SELECT standing.position,
       standing.hit,
       standing.register,
       standing.stream AS "case",
       standing.effective_on AS found_on,
       standing.answered,
       CASE WHEN first_approval.position > standing.position THEN first_approval.position END AS approval,
       LIST_SORT(
           LIST_DISTINCT(
               [standing.position, COALESCE(standing.answered, standing.position),
                GREATEST(standing.position, COALESCE(first_approval.position, standing.position))]
           )
       ) AS positions
FROM standing
LEFT JOIN first_approval ON first_approval.stream = standing.stream
