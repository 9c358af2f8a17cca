-- title_zh: 网上公开名单
-- title_en: list for the web
-- key: village, line
-- for: what a page of the county shows of those who are supported: a masked name only where so many look alike, the others as one total
-- allow: village, line, village_name, kind, display_name, category, cases, persons, amount_fen
-- facts: S4-108, S4-109
WITH rule AS (
    -- without a rule nobody is named
    SELECT MAX(county_pack.adoption) AS adoption, MAX(given.days) AS k
    FROM county_pack
    JOIN parameters ON parameters.as_of = county_pack.day
    JOIN pack_parameters AS given
      ON given.adoption = county_pack.adoption AND given.name = 'public_list_k_min'
    WHERE given.days >= 2
),
shown AS (
    SELECT public_names.village, public_names.village_name, public_names.kind,
           public_names.display_name, public_names.category, public_names.persons,
           case_state.monthly_fen,
           LIST_CONCAT(public_names.positions, case_state.positions) AS positions
    FROM case_state
    JOIN public_names ON public_names."case" = case_state."case"
    WHERE case_state.stage IN ('approved', 'terminating') AND case_state.died_on IS NULL
),
alike AS (
    SELECT village, village_name, kind, display_name, category, persons, monthly_fen,
           COUNT(*) AS cases, FLATTEN(ARRAY_AGG(positions)) AS positions
    FROM shown
    GROUP BY village, village_name, kind, display_name, category, persons, monthly_fen
),
marked AS (
    SELECT alike.village, alike.village_name, alike.kind, alike.display_name, alike.category,
           alike.persons, alike.monthly_fen, alike.cases, alike.positions, rule.k,
           COALESCE(alike.kind = 'person' AND alike.cases >= rule.k, FALSE) AS named
    FROM alike
    CROSS JOIN rule
),
villages AS (
    SELECT village, MAX(k) AS k, SUM(CASE WHEN named THEN 0 ELSE cases END) AS others
    FROM marked
    GROUP BY village
),
placed AS (
    -- fewer others than the rule wants would be given away by the lines beside them
    SELECT marked.village, marked.village_name, marked.kind, marked.display_name, marked.category,
           marked.persons, marked.monthly_fen, marked.cases, marked.positions, marked.k,
           marked.named AND (villages.others = 0 OR villages.others >= villages.k) AS named
    FROM marked
    JOIN villages ON villages.village = marked.village
),
lines AS (
    SELECT village, village_name, kind, display_name, category, cases, persons,
           monthly_fen AS amount_fen, positions
    FROM placed
    WHERE named
    UNION ALL
    SELECT village, MAX(village_name), 'total', '合计 / total', NULL, CAST(SUM(cases) AS BIGINT),
           CAST(SUM(persons * cases) AS BIGINT),
           -- of few the sum would tell what each gets; of children only the number is told
           CASE
               WHEN SUM(cases) >= MAX(k) AND BOOL_AND(kind = 'person')
                   THEN CAST(SUM(monthly_fen * cases) AS BIGINT)
           END,
           FLATTEN(ARRAY_AGG(positions))
    FROM placed
    WHERE NOT named
    GROUP BY village
)
SELECT lines.village,
       ROW_NUMBER() OVER (
           PARTITION BY lines.village
           ORDER BY lines.display_name, lines.category, lines.persons, lines.amount_fen
       ) AS line,
       lines.village_name,
       lines.kind,
       lines.display_name,
       lines.category,
       lines.cases,
       lines.persons,
       lines.amount_fen,
       LIST_SORT(
           LIST_DISTINCT(
               CASE WHEN rule.adoption IS NULL THEN lines.positions
                    ELSE LIST_CONCAT([rule.adoption], lines.positions) END
           )
       ) AS positions
FROM lines
CROSS JOIN rule
