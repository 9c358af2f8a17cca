-- title_zh: 政策包参数
-- title_en: parameters of the adopted packs
-- key: adoption, name
-- for: each parameter of each adopted policy pack as text (lists and maps as JSON), for the models that a rule steers
-- facts: S4-082, S4-090
SELECT position AS adoption, parameter.key AS name, MAX(parameter.value) AS value, [position] AS positions
FROM (SELECT position, UNNEST(parameters) AS parameter FROM pack_adopted) AS lines
GROUP BY position, parameter.key
