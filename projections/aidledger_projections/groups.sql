-- title_zh: 工作专班台账
-- title_en: leading groups
-- key: unit
-- for: each unit that the pack asks a leading group of: since when it has one, who is in it, and whether the heads lead
-- facts: S4-100
WITH rules AS (
    SELECT county_pack.adoption,
           MAX(CASE WHEN given.name = 'group_units' THEN given.value END) AS units,
           MAX(CASE WHEN given.name = 'group_leaders' THEN given.value END) AS leaders
    FROM county_pack
    JOIN parameters ON parameters.as_of = county_pack.day
    JOIN pack_parameters AS given ON given.adoption = county_pack.adoption
    GROUP BY county_pack.adoption
),
heads AS (
    SELECT UNNEST(
               STRING_SPLIT(
                   REPLACE(REPLACE(REPLACE(leaders, '[', ''), ']', ''), '"', ''), ','
               )
           ) AS head
    FROM rules
),
offices AS (
    SELECT data_office AS unit, MAX_BY(kind, position) AS kind, MIN(position) AS position
    FROM office_registered
    GROUP BY data_office
),
formed AS (
    SELECT stream, MAX(position) AS position, MAX_BY(from_on, position) AS formed_on,
           MAX_BY(leaders, position) AS leaders, MAX_BY(deputies, position) AS deputies,
           MAX_BY(members, position) AS members
    FROM group_formed
    CROSS JOIN parameters
    WHERE from_on <= parameters.as_of
    GROUP BY stream
),
led AS (
    SELECT formed.stream, BOOL_AND(LIST_CONTAINS(formed.leaders, heads.head)) AS by_heads
    FROM formed
    CROSS JOIN heads
    GROUP BY formed.stream
)
SELECT offices.unit,
       offices.kind,
       formed.formed_on,
       COALESCE(LEN(formed.leaders), 0) AS leaders,
       COALESCE(LEN(formed.deputies), 0) AS deputies,
       COALESCE(LEN(formed.members), 0) AS members,
       CASE
           WHEN formed.stream IS NULL THEN 'missing'
           WHEN NOT COALESCE(led.by_heads, FALSE) THEN 'not_led_by_heads'
           ELSE 'formed'
       END AS state,
       LIST_SORT(
           CASE
               WHEN formed.position IS NULL THEN [offices.position, rules.adoption]
               ELSE [offices.position, rules.adoption, formed.position]
           END
       ) AS positions
FROM offices
JOIN rules ON CONTAINS(rules.units, '"' || offices.kind || '"')
LEFT JOIN formed ON formed.stream = 'unit/' || offices.unit
LEFT JOIN led ON led.stream = formed.stream
