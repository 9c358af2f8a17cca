-- title_zh: 政策包时限
-- title_en: limits of the adopted packs
-- key: adoption, limit_id
-- for: each time limit of each adopted policy pack, read from the adoption's own parameters
-- facts: S1-031, S1-038
WITH given AS (
    SELECT pack_parameters.adoption, pack_adopted.pack, pack_parameters.name, pack_parameters.value
    FROM pack_parameters
    JOIN pack_adopted ON pack_adopted.position = pack_parameters.adoption
),
parts AS (
    SELECT adoption, pack, SPLIT_PART(name, '.', 2) AS limit_id, SPLIT_PART(name, '.', 3) AS part, value
    FROM given
    WHERE name LIKE 'limit.%'
),
limits AS (
    SELECT adoption, pack, limit_id,
           COALESCE(
               MAX(CASE WHEN part = 'n' THEN value END), MAX(CASE WHEN part = 'days' THEN value END)
           ) AS n_text,
           MAX(CASE WHEN part = 'unit' THEN value END) AS unit,
           MAX(CASE WHEN part = 'from' THEN value END) AS from_type,
           MAX(CASE WHEN part = 'to' THEN value END) AS to_types,
           MAX(CASE WHEN part = 'count_from' THEN value END) AS count_from,
           MAX(CASE WHEN part = 'roll' THEN value END) AS roll,
           MAX(CASE WHEN part = 'repeats' THEN value END) AS repeats,
           MAX(CASE WHEN part = 'bound' THEN value END) AS bound,
           MAX(CASE WHEN part = 'severity' THEN value END) AS severity,
           MAX(CASE WHEN part = 'citation' THEN value END) AS citation
    FROM parts
    GROUP BY adoption, pack, limit_id
),
numbered AS (
    -- a limit may name the parameter that holds its number
    SELECT limits.adoption, limits.limit_id, COALESCE(MAX(given.value), limits.n_text) AS n_text
    FROM limits
    LEFT JOIN given ON given.adoption = limits.adoption AND given.name = limits.n_text
    GROUP BY limits.adoption, limits.limit_id, limits.n_text
)
SELECT limits.adoption,
       limits.pack,
       limits.limit_id,
       -- no legal limit is longer, and none is written otherwise: the rest is no number
       CASE
           WHEN TRY_CAST(numbered.n_text AS BIGINT) BETWEEN 1 AND 20000
               AND CAST(TRY_CAST(numbered.n_text AS BIGINT) AS VARCHAR) = numbered.n_text
               THEN TRY_CAST(numbered.n_text AS BIGINT)
       END AS n,
       COALESCE(limits.unit, 'days') AS unit,
       limits.from_type,
       limits.to_types,
       COALESCE(limits.count_from, 'next_day') AS count_from,
       COALESCE(limits.roll, 'none') AS roll,
       COALESCE(limits.repeats, 'false') = 'true' AS repeats,
       COALESCE(limits.bound, 'at_most') AS bound,
       limits.severity,
       limits.citation,
       [limits.adoption] AS positions
FROM limits
JOIN numbered ON numbered.adoption = limits.adoption AND numbered.limit_id = limits.limit_id
