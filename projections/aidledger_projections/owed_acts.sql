-- title_zh: 应及时办理事项
-- title_en: acts owed
-- key: from_position, owed
-- for: each act that the pack asks to be followed by another without giving days ("promptly"): whether it was, when, and after how many days
-- facts: S1-041, S1-042, S1-048, S1-049, S4-094
WITH pairs AS (
    -- the pack lists pairs of acts: what begins it, and what is owed then
    SELECT adoption, TRIM(SPLIT_PART(pair, ':', 1)) AS from_type,
           TRIM(SPLIT_PART(pair, ':', 2)) AS owed
    FROM (
        SELECT adoption,
               UNNEST(
                   STRING_SPLIT(
                       REPLACE(REPLACE(REPLACE(value, '[', ''), ']', ''), '"', ''), ','
                   )
               ) AS pair
        FROM pack_parameters
        WHERE name = 'prompt_acts'
    ) AS listed
),
programmes AS (
    SELECT stream, MAX_BY(programme, position) AS programme FROM application_submitted GROUP BY stream
),
begun AS (
    SELECT entry.position, entry.stream, entry.type, entry.effective_on
    FROM entry
    JOIN (SELECT DISTINCT from_type FROM pairs) AS kinds ON kinds.from_type = entry.type
),
starts AS (
    SELECT DISTINCT begun.position AS from_position, begun.stream, begun.type AS from_type,
           begun.effective_on AS from_on, pairs.owed, pairs.adoption
    FROM begun
    LEFT JOIN programmes ON programmes.stream = begun.stream
    JOIN pack_in_force
      ON pack_in_force.day = begun.effective_on
     AND pack_in_force.programme = COALESCE(programmes.programme, '')
    JOIN pairs ON pairs.adoption = pack_in_force.adoption AND pairs.from_type = begun.type
    WHERE pairs.owed <> ''
),
acts AS (
    SELECT stream, position, effective_on, type FROM entry
    UNION ALL
    -- a report that the township did not agree with is settled
    SELECT stream, position, effective_on, 'TerminationApproved' FROM termination_audited WHERE NOT agreed
),
done AS (
    SELECT starts.from_position, starts.owed, MIN(acts.effective_on) AS effective_on,
           MIN_BY(acts.position, (acts.effective_on, acts.position)) AS position
    FROM starts
    JOIN acts
      ON acts.stream = starts.stream
     AND acts.type = starts.owed
     AND (acts.effective_on > starts.from_on
         OR (acts.effective_on = starts.from_on AND acts.position > starts.from_position))
    GROUP BY starts.from_position, starts.owed
)
SELECT starts.from_position,
       starts.owed,
       starts.stream,
       starts.from_type,
       starts.from_on,
       done.effective_on AS done_on,
       DATE_DIFF('day', starts.from_on, COALESCE(done.effective_on, parameters.as_of)) AS days,
       CASE WHEN done.position IS NULL THEN 'owed' ELSE 'done' END AS state,
       LIST_SORT(
           CASE
               WHEN done.position IS NULL THEN [starts.from_position, starts.adoption]
               ELSE [starts.from_position, starts.adoption, done.position]
           END
       ) AS positions
FROM starts
CROSS JOIN parameters
LEFT JOIN done ON done.from_position = starts.from_position AND done.owed = starts.owed
