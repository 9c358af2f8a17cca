-- title_zh: 互斥项目同月发放
-- title_en: paid in one month under two programmes that exclude one another
-- reads: views and models alone
-- gives: of each person and two cases one row: subject, positions, period, amount_fen, programme, other (the
--   later by the alphabet), first_stream, second_stream, months
WITH applied AS (
    SELECT stream, MAX_BY(applicant, position) AS person, MAX_BY(programme, position) AS programme
    FROM application_submitted
    GROUP BY stream
),
several AS (
    -- all zeros: the number was not given
    SELECT person FROM applied WHERE person <> 'p00000000000000000000000000000000' GROUP BY person HAVING MIN(programme) <> MAX(programme)
),
pairs AS (
    SELECT one.person, one.stream AS first_stream, two.stream AS second_stream, one.programme,
           two.programme AS other
    FROM several
    JOIN applied AS one ON one.person = several.person
    JOIN applied AS two ON two.person = one.person AND two.programme > one.programme
),
streams AS (
    SELECT first_stream AS stream FROM pairs
    UNION
    SELECT second_stream FROM pairs
),
lines AS (
    $paid_months
),
both_paid AS (
    SELECT pairs.person, pairs.first_stream, pairs.second_stream, pairs.programme, pairs.other,
           one.month, GREATEST(one.day, two.day) AS day,
           LEAST(one.amount_fen, two.amount_fen) AS amount_fen,
           LIST_CONCAT(one.positions, two.positions) AS positions
    FROM pairs
    JOIN lines AS one ON one.stream = pairs.first_stream
    JOIN lines AS two ON two.stream = pairs.second_stream AND two.month = one.month
),
matrix AS (
    SELECT pack_in_force.day, pack_in_force.programme, pack_in_force.adoption, excluded.value,
           COALESCE(since.value, '') AS since
    FROM pack_in_force
    JOIN pack_parameters AS excluded
      ON excluded.adoption = pack_in_force.adoption AND excluded.name = 'exclusions'
    LEFT JOIN pack_parameters AS since
      ON since.adoption = pack_in_force.adoption AND since.name = 'exclusive_from'
),
wrong AS (
    -- either programme's pack may say that the two exclude each other
    SELECT both_paid.person, both_paid.first_stream, both_paid.second_stream, both_paid.programme,
           both_paid.other, both_paid.month, MAX(both_paid.amount_fen) AS amount_fen,
           MAX(both_paid.positions) AS positions, MAX(matrix.adoption) AS adoption
    FROM both_paid
    JOIN matrix
      ON matrix.day = both_paid.day
     AND matrix.programme IN (both_paid.programme, both_paid.other)
     AND SUBSTRING(matrix.since, 1, 7) <= both_paid.month
     AND CONTAINS(
             SPLIT_PART(SPLIT_PART(matrix.value, '"' || matrix.programme || '":[', 2), ']', 1),
             '"' || CASE
                        WHEN matrix.programme = both_paid.programme THEN both_paid.other
                        ELSE both_paid.programme
                    END || '"'
         )
    GROUP BY both_paid.person, both_paid.first_stream, both_paid.second_stream, both_paid.programme,
             both_paid.other, both_paid.month
)
SELECT person AS subject,
       LIST_SORT(LIST_DISTINCT(LIST_CONCAT(FLATTEN(ARRAY_AGG(positions)), ARRAY_AGG(adoption)))) AS positions,
       MIN(month) || '/' || MAX(month) AS period,
       SUM(amount_fen) AS amount_fen,
       programme,
       other,
       first_stream,
       second_stream,
       COUNT(*) AS months
FROM wrong
GROUP BY person, first_stream, second_stream, programme, other
