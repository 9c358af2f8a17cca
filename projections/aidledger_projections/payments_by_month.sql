-- title_zh: 按月发放汇总
-- title_en: payments by month and township
-- key: month, township
-- for: what was rostered, issued, returned and recovered for a month in the township where the case then was, in lines and fen
-- facts: S4-108, S4-118
WITH movements AS (
    SELECT stream, position, month, 1 AS rostered_lines, amount_fen AS rostered_fen,
           0 AS issued_lines, 0 AS issued_fen, 0 AS returned_lines, 0 AS returned_fen,
           0 AS recovered_fen
    FROM payment_rostered
    UNION ALL
    SELECT stream, position, month, 0, 0, 1, amount_fen, 0, 0, 0 FROM payment_issued
    UNION ALL
    SELECT stream, position, month, 0, 0, 0, 0, 1, amount_fen, 0 FROM payment_returned
    UNION ALL
    SELECT stream, position, month, 0, 0, 0, 0, 0, 0, amount_fen FROM payment_recovered
)
SELECT movements.month,
       COALESCE(case_places.township, '') AS township,
       SUM(rostered_lines) AS rostered_lines,
       SUM(rostered_fen) AS rostered_fen,
       SUM(issued_lines) AS issued_lines,
       SUM(issued_fen) AS issued_fen,
       SUM(returned_lines) AS returned_lines,
       SUM(returned_fen) AS returned_fen,
       SUM(recovered_fen) AS recovered_fen,
       SUM(issued_fen) - SUM(returned_fen) - SUM(recovered_fen) AS net_fen,
       LIST_SORT(ARRAY_AGG(movements.position)) AS positions
FROM movements
LEFT JOIN case_places
  ON case_places."case" = movements.stream
 AND (case_places.after_month IS NULL OR case_places.after_month < movements.month)
 AND (case_places.last_month IS NULL OR case_places.last_month >= movements.month)
GROUP BY movements.month, COALESCE(case_places.township, '')
