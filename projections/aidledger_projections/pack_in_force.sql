-- title_zh: 当日适用政策包
-- title_en: pack in force by day and programme
-- key: day, programme
-- for: which adopted policy pack holds for each programme (none: '') on each day that anything took effect, as pack_in_force() says
-- facts: S1-031, S3-001
WITH known AS (
    SELECT p.position, p.pack, p.pack_hash, p.data_pack_hash, p.status, p.in_force_from, p.in_force_to,
           LEN(p.chain) AS depth,
           -- none named: for every programme
           COALESCE(p.programmes, CAST([] AS VARCHAR[])) AS programmes,
           -- a pack cannot have been known here before the ledger was told, by the clock of China
           GREATEST(p.known_since, CAST(p.recorded_at + INTERVAL '8' HOUR AS DATE)) AS known_since
    FROM pack_adopted AS p
),
ranked AS (
    SELECT known.position, known.pack, known.data_pack_hash, known.status, known.in_force_from,
           known.in_force_to, known.depth, known.programmes,
           ROW_NUMBER() OVER (
               PARTITION BY known.pack ORDER BY known.known_since DESC, known.position DESC
           ) AS place
    FROM known
    CROSS JOIN parameters
    WHERE parameters.known_on IS NULL OR known.known_since <= parameters.known_on
),
span AS (
    SELECT GREATEST(MIN(entry.effective_on), DATE '1850-01-01') AS first_on, MAX(parameters.as_of) AS last_on
    FROM entry
    CROSS JOIN parameters
),
month_ends AS (
    SELECT LAST_DAY(CAST(series.day AS DATE)) AS day
    FROM span
    CROSS JOIN UNNEST(
        GENERATE_SERIES(
            CAST(DATE_TRUNC('month', span.first_on) AS DATE), span.last_on, INTERVAL '1' MONTH
        )
    ) AS series(day)
),
days AS (
    SELECT effective_on AS day FROM entry
    UNION
    SELECT as_of AS day FROM parameters
    UNION
    SELECT day FROM month_ends
),
asked AS (
    SELECT '' AS programme
    UNION
    SELECT programme FROM application_submitted
    UNION
    SELECT UNNEST(programmes) AS programme FROM ranked
),
holding AS (
    SELECT days.day, asked.programme, ranked.position, ranked.pack, ranked.data_pack_hash,
           ROW_NUMBER() OVER (
               PARTITION BY days.day, asked.programme
               ORDER BY LEN(ranked.programmes) > 0 DESC, ranked.depth DESC,
                        ranked.in_force_from DESC, ranked.position DESC
           ) AS choice
    FROM days
    CROSS JOIN asked
    JOIN ranked
      ON ranked.place = 1
     AND ranked.status <> 'draft'
     AND ranked.in_force_from <= days.day
     AND (ranked.in_force_to IS NULL OR days.day <= ranked.in_force_to)
     AND (LEN(ranked.programmes) = 0 OR LIST_CONTAINS(ranked.programmes, asked.programme))
)
SELECT day, programme, pack, data_pack_hash AS pack_hash, position AS adoption, [position] AS positions
FROM holding
WHERE choice = 1
