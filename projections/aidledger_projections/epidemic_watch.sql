-- title_zh: 疫情监测台账
-- title_en: epidemic watch
-- key: carer
-- for: carers with somebody in their care, when the township last asked after them, and whether it is time again
-- facts: S4-098
SELECT carers.carer,
       carers.township,
       carers.cases,
       carers.watched_on,
       carers.well,
       rule.days AS asked_days,
       CASE
           WHEN carers.watched_on IS NULL THEN 'never'
           WHEN DATE_DIFF('day', carers.watched_on, parameters.as_of) > rule.days THEN 'overdue'
           ELSE 'met'
       END AS state,
       carers.positions
FROM carers
CROSS JOIN parameters
JOIN county_pack ON county_pack.day = parameters.as_of
JOIN pack_parameters AS rule
  ON rule.adoption = county_pack.adoption AND rule.name = 'epidemic_watch_days'
WHERE carers.cases > 0 AND rule.days IS NOT NULL
