-- title_zh: 地方配套制度台账
-- title_en: rules of the county's own
-- key: kind
-- for: for each kind of rule that the county has to make for support at home: whether one is published, and since when
-- facts: S0-014
WITH rules AS (
    SELECT county_pack.adoption, given.value
    FROM county_pack
    JOIN parameters ON parameters.as_of = county_pack.day
    JOIN pack_parameters AS given ON given.adoption = county_pack.adoption
    WHERE given.name = 'local_rule_kinds'
),
asked AS (
    SELECT kind, MAX(adoption) AS adoption
    FROM (
        SELECT adoption,
               UNNEST(
                   STRING_SPLIT(
                       REPLACE(REPLACE(REPLACE(value, '[', ''), ']', ''), '"', ''), ','
                   )
               ) AS kind
        FROM rules
    ) AS named
    WHERE kind <> ''
    GROUP BY kind
),
county AS (
    SELECT DISTINCT 'unit/' || data_office AS stream
    FROM office_registered
    WHERE kind = 'civil_affairs'
),
published AS (
    SELECT notice_published.kind, MIN(notice_published.effective_on) AS published_on,
           MAX(notice_published.effective_on) AS last_on, COUNT(*) AS notices,
           ARRAY_AGG(notice_published.position) AS positions
    FROM notice_published
    JOIN county ON county.stream = notice_published.stream
    GROUP BY notice_published.kind
)
SELECT asked.kind,
       published.published_on,
       published.last_on,
       COALESCE(published.notices, 0) AS notices,
       CASE WHEN published.kind IS NULL THEN 'missing' ELSE 'published' END AS state,
       LIST_SORT(
           LIST_CONCAT([asked.adoption], COALESCE(published.positions, CAST([] AS BIGINT[])))
       ) AS positions
FROM asked
LEFT JOIN published ON published.kind = asked.kind
