-- title_zh: 公示台账
-- title_en: publicity notices
-- key: notice
-- for: every notice put up: when, where, how long it was shown, its evidence and objections
-- facts: S1-035, S1-036, S4-108
WITH boards AS (
    SELECT position, stream, 'village' AS board, kind, village, effective_on, planned_to, evidence,
           complaint_phone
    FROM publicity_started
    UNION ALL
    SELECT position, stream, 'county', 'county', place, effective_on, planned_to, evidence,
           complaint_phone
    FROM county_publicity_started
),
started AS (
    SELECT position, stream, board, kind, village, effective_on, planned_to, evidence, complaint_phone,
           LEAD(position) OVER (PARTITION BY stream, board ORDER BY position) AS next_of_board,
           LEAD(position) OVER (PARTITION BY stream ORDER BY position) AS next_notice
    FROM boards
),
taken_down AS (
    SELECT position, stream, 'village' AS board, to_on, evidence, objections FROM publicity_ended
    UNION ALL
    SELECT position, stream, 'county', to_on, evidence, objections FROM county_publicity_ended
),
end_order AS (
    SELECT started.position AS notice, taken_down.position, taken_down.to_on,
           taken_down.evidence, taken_down.objections,
           ROW_NUMBER() OVER (PARTITION BY started.position ORDER BY taken_down.position) AS place
    FROM started
    JOIN taken_down
      ON taken_down.stream = started.stream
     AND taken_down.board = started.board
     AND taken_down.position > started.position
     AND (started.next_of_board IS NULL OR taken_down.position < started.next_of_board)
),
ended AS (
    SELECT notice, position, to_on, evidence, objections FROM end_order WHERE place = 1
),
objected AS (
    SELECT started.position AS notice, COUNT(*) AS objections,
           ARRAY_AGG(objection_raised.position) AS positions
    FROM started
    JOIN objection_raised
      ON objection_raised.stream = started.stream
     AND objection_raised.position > started.position
     AND (started.next_notice IS NULL OR objection_raised.position < started.next_notice)
    GROUP BY started.position
),
notices AS (
    SELECT started.position AS notice, started.stream, started.kind, started.village,
           started.effective_on AS started_on, started.planned_to, ended.to_on AS ended_on,
           started.evidence, ended.evidence AS end_evidence, started.complaint_phone,
           COALESCE(objected.objections, 0) AS objections, ended.objections AS objections_stated,
           ended.notice IS NULL AS still_up,
           LIST_CONCAT(
               CASE
                   WHEN ended.position IS NULL THEN [started.position]
                   ELSE [started.position, ended.position]
               END,
               COALESCE(objected.positions, CAST([] AS BIGINT[]))
           ) AS positions
    FROM started
    LEFT JOIN ended ON ended.notice = started.position
    LEFT JOIN objected ON objected.notice = started.position
    UNION ALL
    -- no entry says that the notice of a termination came down: it is up until its planned end
    SELECT t.position, t.stream, 'termination', t.village, t.effective_on, t.planned_to,
           CASE WHEN t.planned_to < parameters.as_of THEN t.planned_to END, t.evidence, NULL, NULL,
           0, NULL, t.planned_to >= parameters.as_of, [t.position]
    FROM termination_published AS t
    CROSS JOIN parameters
)
SELECT notices.notice,
       notices.stream AS "case",
       notices.kind,
       notices.village,
       notices.started_on,
       notices.planned_to,
       notices.ended_on,
       DATE_DIFF('day', notices.started_on, COALESCE(notices.ended_on, parameters.as_of))
           AS days_shown,
       notices.evidence,
       notices.end_evidence,
       notices.objections,
       notices.objections_stated,
       notices.complaint_phone,
       notices.still_up,
       LIST_SORT(notices.positions) AS positions
FROM notices
CROSS JOIN parameters
