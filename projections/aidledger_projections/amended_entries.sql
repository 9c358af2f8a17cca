-- title_zh: 更正与作废台账
-- title_en: entries corrected or annulled
-- key: position
-- for: each entry of a case that was corrected or annulled, with who allowed it, why, and since which entry; a correction that was annulled itself counts no more
-- facts: S4-115
WITH marks AS (
    -- the last that was said of an entry; an annulment stays even where it was itself annulled
    SELECT stream, names, MAX(position) AS amended_by, BOOL_OR(type = 'EntryAnnulled') AS gone
    FROM entry_amendment
    WHERE stands AND stream LIKE 'case/%'
    GROUP BY stream, names
),
named AS (
    SELECT position, stream, type FROM entry_version WHERE number = 0
    UNION ALL
    SELECT position, stream, type FROM entry_amendment
)
SELECT named.position,
       named.stream AS "case",
       named.type,
       CASE WHEN marks.gone THEN 'annulled' ELSE 'corrected' END AS amended,
       marks.amended_by,
       made.effective_on AS amended_on,
       made.authority,
       made.reason,
       LIST_SORT([named.position, marks.amended_by]) AS positions
FROM marks
JOIN named ON named.position = marks.names AND named.stream = marks.stream
JOIN entry_amendment AS made ON made.position = marks.amended_by
