-- id: F089
-- title_zh: 过度公开
-- title_en: too much published
-- explain_zh: 公开名单含有政策包不允许公开的内容（证件号、账户、电话、病残等），或者公示了只能公布人数的项目（儿童）。
--   公开以后收不回来。
-- explain_en: A list shows a column that the pack does not allow (number, account, phone, illness), or
--   something was put up of a programme of which only counts may be shown (children). What was public can't be
--   called back.
-- not_zh: 允许公开的列；扫描拦下、没有公开的；没有写明列的名单（无从判断）。
-- not_en: columns that are allowed; what the scanner stopped before it was shown; a list that does not say its
--   columns (nobody can tell)
-- severity: critical
-- basis_zh: 社会救助暂行办法（2014）第六十一条、第六十六条；最低生活保障审核确认办法（2021）第二十四条；S4-109
-- basis: 2014 Measures arts. 61, 66; D21 art. 24; S4-109
-- parameters: list_columns, unpublished_programmes
-- remedy_zh: 立即撤下，告知当事人，查明责任。
-- remedy_en: take it down at once, tell those concerned, and find who answers for it
-- message_zh: {shown_on} 在 {place} 公开（{type}），超出允许范围：{beyond}。
-- message_en: put up on {shown_on} in {place} ({type}), beyond what is allowed: {beyond}
-- needs: disclosures where shows = 'none' or 'columns' or 'unpublished_programme'; 没有能够判断的公开事项; nothing that was
--   published can be judged
-- facts: F089, S4-108, S4-109
WITH allowed AS (
    SELECT county_pack.day, MAX(given.value) AS columns
    FROM county_pack
    JOIN pack_parameters AS given ON given.adoption = county_pack.adoption AND given.name = 'list_columns'
    GROUP BY county_pack.day
),
listed AS (
    SELECT position, effective_on, UNNEST(columns) AS name FROM list_published
),
beyond AS (
    SELECT listed.position, LIST_SORT(ARRAY_AGG(listed.name)) AS names
    FROM listed
    JOIN allowed ON allowed.day = listed.effective_on
    WHERE NOT CONTAINS(allowed.columns, '"' || listed.name || '"')
    GROUP BY listed.position
)
SELECT CASE WHEN shown.type = 'ListPublished' THEN 'list/' || shown.subject ELSE shown.subject END AS subject,
       shown.positions,
       CAST(shown.shown_on AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       shown.shown_on,
       shown.place,
       shown.type,
       COALESCE(beyond.names, [shown.programme]) AS beyond
FROM disclosures AS shown
LEFT JOIN beyond ON beyond.position = shown.position
WHERE shown.shows IN ('columns', 'unpublished_programme')
