-- title_zh: 已公布标准
-- title_en: published standards
-- key: standard
-- for: each standard that was published, who set it, and whether the pack lets that level of government set standards
-- facts: S1-065
SELECT published.position AS standard,
       published.code,
       published.place,
       published.from_on,
       published.monthly_fen,
       published.set_by,
       CASE
           WHEN published.set_by IS NULL THEN 'not_said'
           WHEN setters.value IS NULL THEN 'no_rule'
           WHEN CONTAINS(setters.value, '"' || published.set_by || '"') THEN 'allowed'
           ELSE 'not_allowed'
       END AS state,
       LIST_SORT(
           CASE WHEN setters.adoption IS NULL THEN [published.position]
                ELSE [published.position, setters.adoption] END
       ) AS positions
FROM standard_published AS published
LEFT JOIN county_pack ON county_pack.day = published.effective_on
LEFT JOIN pack_parameters AS setters
  ON setters.adoption = county_pack.adoption AND setters.name = 'standard_setters'
