-- title_zh: 政策包参数
-- title_en: parameters of the adopted packs
-- key: adoption, name
-- for: each parameter of each adopted policy pack as text (lists and maps as JSON), and as days where it is a whole number that a calendar can count, for the models that a rule steers
-- facts: S4-082, S4-090
WITH lines AS (
    SELECT position, parameter.key AS name, MAX(parameter.value) AS value
    FROM (SELECT position, UNNEST(parameters) AS parameter FROM pack_adopted) AS every
    GROUP BY position, parameter.key
)
SELECT position AS adoption,
       name,
       value,
       -- no rule counts further: the bound keeps a hostile number from leaving the calendar
       CASE
           WHEN TRY_CAST(value AS BIGINT) BETWEEN 1 AND 20000
               AND CAST(TRY_CAST(value AS BIGINT) AS VARCHAR) = value
               THEN TRY_CAST(value AS INTEGER)
       END AS days,
       [position] AS positions
FROM lines
