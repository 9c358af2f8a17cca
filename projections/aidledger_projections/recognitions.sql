-- title_zh: 对象认定台账
-- title_en: recognitions
-- key: case, class
-- for: as what a person was recognised last, by whom, until when, whether it still holds, and how often help was granted when all of them were over
-- facts: S4-014
WITH granted AS (
    SELECT stream, recognised, MAX(position) AS position, MAX_BY(effective_on, position) AS from_on,
           MAX_BY(valid_to, position) AS valid_to, MAX_BY(by_unit, position) AS by_unit,
           MAX_BY(cause, position) AS cause, COUNT(*) AS times
    FROM recognition_granted
    GROUP BY stream, recognised
),
ended AS (
    SELECT granted.position, MIN(recognition_ended.ended_on) AS ended_on,
           MIN(recognition_ended.position) AS ended_at
    FROM granted
    JOIN recognition_ended
      ON recognition_ended.stream = granted.stream
     AND recognition_ended.recognised = granted.recognised
     AND recognition_ended.position > granted.position
    GROUP BY granted.position
),
lasting AS (
    SELECT granted.stream, granted.recognised, granted.position,
           LEAST(granted.valid_to, ended.ended_on - 1) AS last_on
    FROM granted
    LEFT JOIN ended ON ended.position = granted.position
),
rested AS (
    -- all that the person was recognised as is over: help then rests on nothing
    SELECT stream, MAX(COALESCE(last_on, DATE '9999-12-31')) AS last_on
    FROM lasting
    GROUP BY stream
),
late AS (
    SELECT help_granted.stream, COUNT(*) AS helped_after, ARRAY_AGG(help_granted.position) AS positions
    FROM help_granted
    JOIN rested
      ON rested.stream = help_granted.stream AND help_granted.effective_on > rested.last_on
    GROUP BY help_granted.stream
)
SELECT granted.stream AS "case",
       granted.recognised AS class,
       granted.by_unit,
       granted.cause,
       granted.from_on,
       granted.valid_to,
       ended.ended_on,
       granted.times,
       COALESCE(late.helped_after, 0) AS helped_after,
       CASE
           WHEN ended.ended_on <= parameters.as_of THEN 'ended'
           WHEN granted.valid_to < parameters.as_of THEN 'expired'
           WHEN granted.from_on > parameters.as_of THEN 'coming'
           ELSE 'valid'
       END AS state,
       LIST_SORT(
           LIST_CONCAT(
               CASE
                   WHEN ended.ended_at IS NULL THEN [granted.position]
                   ELSE [granted.position, ended.ended_at]
               END,
               COALESCE(late.positions, CAST([] AS BIGINT[]))
           )
       ) AS positions
FROM granted
CROSS JOIN parameters
LEFT JOIN late ON late.stream = granted.stream
LEFT JOIN ended ON ended.position = granted.position
