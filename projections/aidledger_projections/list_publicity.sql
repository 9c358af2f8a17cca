-- title_zh: 拟救助对象公示名单
-- title_en: list for the notice before approval
-- key: village, line
-- for: what the village board shows while the notice is up: nothing that is not in the allow-list
-- allow: village, line, village_name, kind, display_name, category, persons, amount_fen, form, from_on, to_on, complaint_phone
-- facts: S1-035, S4-108, S4-109
WITH opinion AS (
    SELECT stream, MAX(position) AS position, MAX_BY(form, position) AS form,
           MAX_BY(proposed_fen, position) AS proposed_fen
    FROM review_opinion_given
    GROUP BY stream
),
notice AS (
    SELECT "case", MAX(notice) AS notice, MAX_BY(started_on, notice) AS started_on,
           MAX_BY(planned_to, notice) AS planned_to, MAX_BY(complaint_phone, notice) AS complaint_phone
    FROM publicity_notices
    WHERE still_up AND kind NOT IN ('county', 'termination')
    GROUP BY "case"
),
shown AS (
    SELECT public_names.village, public_names.village_name, public_names.kind,
           public_names.display_name, public_names.category, public_names.persons,
           -- an opinion on help that is decided case by case proposes no sum, which is not nothing
           NULLIF(opinion.proposed_fen, 0) AS proposed_fen, opinion.form, notice.started_on, notice.planned_to,
           notice.complaint_phone, notice.notice AS first_position,
           LIST_CONCAT(
               public_names.positions,
               CASE
                   WHEN opinion.position IS NULL THEN [notice.notice]
                   ELSE [opinion.position, notice.notice]
               END
           ) AS positions
    FROM notice
    JOIN case_state ON case_state."case" = notice."case" AND case_state.stage = 'in_publicity'
    JOIN public_names ON public_names."case" = notice."case"
    LEFT JOIN opinion ON opinion.stream = notice."case"
),
lines AS (
    SELECT village, village_name, kind, display_name, category, persons, proposed_fen AS amount_fen,
           form, started_on AS from_on, planned_to AS to_on, complaint_phone, first_position, positions
    FROM shown
    WHERE kind = 'person'
    UNION ALL
    -- who may not be named is counted, person by person: no amount, form or period that would tell one from another
    SELECT village, village_name, kind, display_name, category, CAST(SUM(persons) AS BIGINT), NULL, NULL, NULL, NULL,
           NULL, MIN(first_position), FLATTEN(ARRAY_AGG(positions))
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
       from_on,
       to_on,
       complaint_phone,
       LIST_SORT(LIST_DISTINCT(positions)) AS positions
FROM lines
