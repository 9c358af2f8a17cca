-- title_zh: 探访覆盖率
-- title_en: share of visits made
-- key: township, period
-- for: how many of the visits due in a period that is over were made, in thousandths, and whether that is enough
-- facts: S4-081, S4-089
WITH counted AS (
    SELECT case_places.township, visits_due.period, MAX(visits_due.to_on) AS to_on, COUNT(*) AS due,
           SUM(CASE WHEN visits_due.done THEN 1 ELSE 0 END) AS made,
           LIST_SORT(LIST_DISTINCT(FLATTEN(ARRAY_AGG(visits_due.positions)))) AS positions
    FROM visits_due
    CROSS JOIN parameters
    -- a visit was due to the township in which the person was when the period began
    JOIN case_places
      ON case_places."case" = visits_due."case"
     AND (case_places.after_month IS NULL OR case_places.from_on <= visits_due.from_on)
     AND (case_places.to_on IS NULL OR case_places.to_on >= visits_due.from_on)
    WHERE visits_due.to_on < parameters.as_of AND case_places.township IS NOT NULL
    GROUP BY case_places.township, visits_due.period
)
SELECT counted.township,
       counted.period,
       counted.to_on,
       counted.due,
       counted.made,
       counted.made * 1000 // counted.due AS permille,
       TRY_CAST(target.value AS INTEGER) AS asked_permille,
       counted.made * 1000 // counted.due >= TRY_CAST(target.value AS INTEGER) AS met,
       counted.positions
FROM counted
LEFT JOIN county_pack ON county_pack.day = counted.to_on
LEFT JOIN pack_parameters AS target
  ON target.adoption = county_pack.adoption AND target.name = 'visit_target_permille'
