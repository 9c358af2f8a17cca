-- title_zh: 已排除的核对疑点
-- title_en: comparison hits that were cleared
-- key: position, hit
-- for: each hit of a case's comparison of which the last word is that it was cleared with a reason: in which register, by data of which day
-- facts: S3-024
WITH hits AS (
    -- a hit is the register's name and a number
    SELECT stream, position, run_on, hit, REGEXP_REPLACE(hit, '-[0-9]+$', '') AS register
    FROM (SELECT stream, position, run_on, UNNEST(hits) AS hit FROM data_compared) AS listed
),
answers AS (
    SELECT stream, hit, position, cleared AND TRIM(reason) <> '' AS cleared FROM comparison_hit_disposed
)
SELECT hits.position,
       hits.hit,
       hits.register,
       hits.stream AS "case",
       hits.run_on,
       MAX(answers.position) AS answered,
       LIST_SORT([hits.position, MAX(answers.position)]) AS positions
FROM hits
JOIN answers
  ON answers.stream = hits.stream AND answers.hit = hits.hit AND answers.position > hits.position
GROUP BY hits.position, hits.hit, hits.register, hits.stream, hits.run_on
HAVING MAX_BY(answers.cleared, answers.position)
