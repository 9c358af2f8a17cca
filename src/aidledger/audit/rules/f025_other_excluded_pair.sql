-- id: F025
-- title_zh: 其他互斥项目重复
-- title_en: other excluded pair
-- explain_zh: 同一人同月领取政策包互斥表（exclusions）中的两个项目。
-- explain_en: One person was paid in one month under two programmes that the matrix of the pack (exclusions) lets
--   nobody have together.
-- not_zh: 先后享受、月份不重叠的；一方已由银行全额退回的；政策包不互斥的；特困与低保（见 F021）、
--   特困与儿童项目（见 F022）。
-- not_en: one after the other, with no month of both; a line that the bank gave back in full; a pair that no pack
--   excludes; extreme hardship with the allowance (F021) or with a child allowance (F022)
-- severity: medium
-- basis: audit practice; the pack's matrix of exclusions
-- parameters: exclusions
-- remedy_zh: 由本人（监护人）选择其一，终止另一项，追回重复部分。
-- remedy_en: let the person or the guardian choose one, end the other, and recover what was paid twice
-- message_zh: {programme} 与 {other} 同时发放 {months} 个月（{first_stream}、
--   {second_stream}）；重复至少 {amount_fen} 元。
-- message_en: paid as {programme} and as {other} for {months} months ({first_stream}, {second_stream}); at least
--   {amount_fen} yuan too much
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- facts: F025, S4-007
WITH applied AS (
    SELECT stream, MAX_BY(applicant, position) AS person, MAX_BY(programme, position) AS programme
    FROM application_submitted
    GROUP BY stream
),
several AS (
    SELECT person FROM applied GROUP BY person HAVING MIN(programme) <> MAX(programme)
),
pairs AS (
    SELECT one.person, one.stream AS first_stream, two.stream AS second_stream, one.programme,
           two.programme AS other
    FROM several
    JOIN applied AS one ON one.person = several.person
    JOIN applied AS two ON two.person = one.person AND two.programme > one.programme
    WHERE NOT (two.programme = 'tekun' AND one.programme IN ('dibao', 'orphan'))
      AND NOT (one.programme = 'tekun' AND two.programme = 'unattended')
),
streams AS (
    SELECT first_stream AS stream FROM pairs
    UNION
    SELECT second_stream FROM pairs
),
returned AS (
    SELECT stream, month, run, SUM(amount_fen) AS amount_fen
    FROM payment_returned
    GROUP BY stream, month, run
),
lines AS (
    -- of each case and month what the bank did not give back
    SELECT issued.stream, issued.month, MAX(issued.effective_on) AS day,
           SUM(issued.amount_fen - COALESCE(returned.amount_fen, 0)) AS amount_fen,
           ARRAY_AGG(issued.position) AS positions
    FROM payment_issued AS issued
    JOIN (SELECT DISTINCT stream FROM streams) AS those ON those.stream = issued.stream
    LEFT JOIN returned
      ON returned.stream = issued.stream AND returned.month = issued.month AND returned.run = issued.run
    WHERE issued.amount_fen > COALESCE(returned.amount_fen, 0)
    GROUP BY issued.stream, issued.month
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
