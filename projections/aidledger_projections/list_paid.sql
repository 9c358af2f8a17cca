-- title_zh: 当月发放公示名单
-- title_en: list of payments of the month
-- key: village, line
-- for: what the village board shows of the newest month that was paid: nothing that is not in the allow-list
-- allow: village, line, village_name, month, kind, display_name, category, persons, amount_fen, form
-- facts: S4-108, S4-109
WITH newest AS (
    SELECT MAX(payment_issued.month) AS month
    FROM payment_issued
    CROSS JOIN parameters
    WHERE payment_issued.month <= SUBSTRING(CAST(parameters.as_of AS VARCHAR), 1, 7)
),
paid AS (
    SELECT movements.stream, newest.month, SUM(movements.fen) AS fen,
           MIN(movements.position) AS first_position, ARRAY_AGG(movements.position) AS positions
    FROM (
        SELECT stream, position, month, amount_fen AS fen FROM payment_issued
        UNION ALL
        SELECT stream, position, month, -amount_fen FROM payment_returned
    ) AS movements
    JOIN newest ON newest.month = movements.month
    GROUP BY movements.stream, newest.month
),
shown AS (
    SELECT public_names.village, public_names.village_name, public_names.kind,
           public_names.display_name, public_names.category, public_names.persons, paid.month,
           paid.fen, case_state.form, paid.first_position,
           LIST_CONCAT(public_names.positions, paid.positions) AS positions
    FROM paid
    JOIN case_state ON case_state."case" = paid.stream
    JOIN public_names ON public_names."case" = paid.stream
    WHERE paid.fen > 0
),
lines AS (
    SELECT village, village_name, month, kind, display_name, category, persons, fen AS amount_fen,
           form, first_position, positions
    FROM shown
    WHERE kind = 'person'
    UNION ALL
    -- who may not be named is counted, person by person: no amount that would tell one from another
    SELECT village, village_name, month, kind, display_name, category, CAST(SUM(persons) AS BIGINT), NULL, NULL,
           MIN(first_position), FLATTEN(ARRAY_AGG(positions))
    FROM shown
    WHERE kind <> 'person'
    GROUP BY village, village_name, month, kind, display_name, category
)
SELECT village,
       ROW_NUMBER() OVER (
           PARTITION BY village ORDER BY kind DESC, display_name, first_position
       ) AS line,
       village_name,
       month,
       kind,
       display_name,
       category,
       persons,
       amount_fen,
       form,
       LIST_SORT(LIST_DISTINCT(positions)) AS positions
FROM lines
