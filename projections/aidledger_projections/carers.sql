-- title_zh: 护理人台账
-- title_en: carers
-- key: carer
-- for: every carer: qualified or not, the newest monthly score and whether it was told, and the cases in care
-- facts: S4-090, S4-091, S4-092, S4-093, S4-094
WITH registered AS (
    SELECT stream, MAX(position) AS position, MAX_BY(township, position) AS township,
           MAX_BY(kind, position) AS kind, MAX_BY(display_name, position) AS display_name
    FROM carer_registered
    GROUP BY stream
),
disqualified AS (
    SELECT stream, MAX(position) AS position, MAX_BY(effective_on, position) AS disqualified_on
    FROM carer_disqualified
    GROUP BY stream
),
told_of_it AS (
    SELECT carer_disqualification_told.stream,
           MAX_BY(carer_disqualification_told.told_on, carer_disqualification_told.position) AS told_on,
           MAX(carer_disqualification_told.position) AS position
    FROM carer_disqualification_told
    JOIN disqualified
      ON disqualified.stream = carer_disqualification_told.stream
     AND disqualified.position < carer_disqualification_told.position
    GROUP BY carer_disqualification_told.stream
),
score_order AS (
    SELECT stream, position, month, score,
           ROW_NUMBER() OVER (PARTITION BY stream ORDER BY month DESC, position DESC) AS place
    FROM carer_scored
),
scored AS (
    SELECT stream, position, month, score FROM score_order WHERE place = 1
),
told AS (
    SELECT carer_score_told.stream, MIN(carer_score_told.told_on) AS told_on,
           MAX(carer_score_told.position) AS position
    FROM carer_score_told
    JOIN scored ON scored.stream = carer_score_told.stream AND scored.month = carer_score_told.month
    GROUP BY carer_score_told.stream
),
reviewed AS (
    SELECT carer_review_ordered.stream, MAX(carer_review_ordered.position) AS position,
           MAX_BY(carer_review_ordered.effective_on, carer_review_ordered.position) AS review_since
    FROM carer_review_ordered
    LEFT JOIN disqualified ON disqualified.stream = carer_review_ordered.stream
    WHERE disqualified.position IS NULL OR carer_review_ordered.position > disqualified.position
    GROUP BY carer_review_ordered.stream
),
certified AS (
    SELECT stream, MAX(to_on) AS certified_to, MAX_BY(position, (to_on, position)) AS position
    FROM carer_qualified
    GROUP BY stream
),
watched AS (
    SELECT stream, MAX(position) AS position, MAX_BY(effective_on, position) AS watched_on,
           MAX_BY(well, position) AS well
    FROM epidemic_watch_kept
    GROUP BY stream
),
entrusted AS (
    SELECT stream, COUNT(*) AS cases
    FROM (
        SELECT CASE WHEN carer LIKE 'carer/%' THEN carer ELSE 'carer/' || carer END AS stream
        FROM case_state
        WHERE carer IS NOT NULL AND died_on IS NULL AND stage <> 'terminated'
    ) AS carers_of_cases
    GROUP BY stream
),
used AS (
    SELECT stream, position FROM registered
    UNION ALL
    SELECT stream, position FROM disqualified
    UNION ALL
    SELECT stream, position FROM told_of_it
    UNION ALL
    SELECT stream, position FROM scored
    UNION ALL
    SELECT stream, position FROM told
    UNION ALL
    SELECT stream, position FROM reviewed
    UNION ALL
    SELECT stream, position FROM certified
    UNION ALL
    SELECT stream, position FROM watched
),
live AS (
    SELECT stream, LIST_SORT(ARRAY_AGG(position)) AS positions FROM used GROUP BY stream
)
SELECT live.stream AS carer,
       registered.township,
       registered.kind,
       NULLIF(registered.display_name, '') AS display_name,
       registered.position IS NOT NULL
           AND (disqualified.position IS NULL OR registered.position > disqualified.position)
           AS qualified,
       disqualified.disqualified_on,
       told_of_it.told_on AS disqualification_told_on,
       scored.month AS last_score_month,
       scored.score AS last_score,
       told.told_on IS NOT NULL AS told,
       told.told_on,
       reviewed.review_since,
       certified.certified_to,
       watched.watched_on,
       watched.well,
       COALESCE(entrusted.cases, 0) AS cases,
       live.positions
FROM live
LEFT JOIN registered ON registered.stream = live.stream
LEFT JOIN disqualified ON disqualified.stream = live.stream
LEFT JOIN told_of_it ON told_of_it.stream = live.stream
LEFT JOIN scored ON scored.stream = live.stream
LEFT JOIN told ON told.stream = live.stream
LEFT JOIN reviewed ON reviewed.stream = live.stream
LEFT JOIN certified ON certified.stream = live.stream
LEFT JOIN watched ON watched.stream = live.stream
LEFT JOIN entrusted ON entrusted.stream = live.stream
