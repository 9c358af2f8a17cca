-- title_zh: 在册救助对象公布名单
-- title_en: list of approved persons
-- key: village, line
-- for: what the village board shows of those who are supported: nothing that is not in the allow-list
-- allow: village, line, village_name, kind, display_name, category, persons, amount_fen, form, decided_on, deciding_office
-- facts: S1-040, S4-108, S4-109
WITH decision AS (
    SELECT stream, MAX(position) AS position, MAX_BY(effective_on, position) AS decided_on,
           MAX_BY(office, position) AS deciding_office
    FROM application_approved
    GROUP BY stream
),
shown AS (
    SELECT public_names.village, public_names.village_name, public_names.kind,
           public_names.display_name, public_names.category, public_names.persons,
           case_state.monthly_fen, case_state.form, decision.decided_on, decision.deciding_office,
           decision.position AS first_position,
           LIST_CONCAT(public_names.positions, case_state.positions) AS positions
    FROM case_state
    JOIN public_names ON public_names."case" = case_state."case"
    JOIN decision ON decision.stream = case_state."case"
    WHERE case_state.stage IN ('approved', 'terminating') AND case_state.died_on IS NULL
),
lines AS (
    SELECT village, village_name, kind, display_name, category, persons, monthly_fen AS amount_fen,
           form, decided_on, deciding_office, first_position, positions
    FROM shown
    WHERE kind = 'person'
    UNION ALL
    -- who may not be named is counted, person by person: no amount or day that would tell one from another
    SELECT village, village_name, kind, display_name, category, CAST(SUM(persons) AS BIGINT), NULL, NULL, NULL, NULL,
           MIN(first_position), FLATTEN(ARRAY_AGG(positions))
    FROM shown
    WHERE kind <> 'person'
    GROUP BY village, village_name, kind, display_name, category
)
SELECT village,
       ROW_NUMBER() OVER (
           PARTITION BY village ORDER BY kind DESC, display_name, first_position
       ) AS line,
       village_name,
       kind,
       display_name,
       category,
       persons,
       amount_fen,
       form,
       decided_on,
       deciding_office,
       LIST_SORT(LIST_DISTINCT(positions)) AS positions
FROM lines
