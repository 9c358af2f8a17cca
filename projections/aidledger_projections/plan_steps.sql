-- title_zh: 养老设施同步建设台账
-- title_en: steps of a facility in a new district
-- key: facility
-- for: which of the steps of the pack a facility of a new district has been through, whether in their order, and its land per head
-- facts: S2-016
WITH rules AS (
    SELECT county_pack.adoption,
           MAX(CASE WHEN given.name = 'new_district_steps' THEN given.value END) AS steps,
           MAX(
               CASE WHEN given.name = 'elderly_land_m2_per_1000' THEN TRY_CAST(given.value AS BIGINT) END
           ) AS land_asked
    FROM county_pack
    JOIN parameters ON parameters.as_of = county_pack.day
    JOIN pack_parameters AS given ON given.adoption = county_pack.adoption
    GROUP BY county_pack.adoption
),
named AS (
    SELECT adoption,
           STRING_SPLIT(REPLACE(REPLACE(REPLACE(steps, '[', ''), ']', ''), '"', ''), ',') AS steps
    FROM rules
),
ordered AS (
    SELECT named.steps[series.n] AS step, CAST(series.n AS BIGINT) AS number
    FROM named
    CROSS JOIN UNNEST(GENERATE_SERIES(1, LEN(named.steps))) AS series(n)
),
recorded AS (
    SELECT plan_step_recorded.stream, plan_step_recorded.step, ordered.number,
           MIN(plan_step_recorded.effective_on) AS done_on
    FROM plan_step_recorded
    LEFT JOIN ordered ON ordered.step = plan_step_recorded.step
    GROUP BY plan_step_recorded.stream, plan_step_recorded.step, ordered.number
),
done AS (
    SELECT stream, COUNT(number) AS done, MAX(number) AS furthest,
           -- a step that was taken before an earlier one, or on the same day, counts as in order only if not before it
           BOOL_AND(in_order) AS in_order, MAX(done_on) AS last_on,
           MAX_BY(step, number) AS last_step
    FROM (
        SELECT stream, step, number, done_on,
               COALESCE(
                   LAG(done_on) OVER (PARTITION BY stream ORDER BY number) <= done_on, TRUE
               ) AS in_order
        FROM recorded
    ) AS compared
    GROUP BY stream
),
land AS (
    SELECT stream, MAX(land_m2) AS land_m2, MAX(persons) AS persons, ARRAY_AGG(position) AS positions
    FROM plan_step_recorded
    GROUP BY stream
)
SELECT done.stream AS facility,
       done.done,
       COALESCE(LEN(named.steps), 0) AS asked,
       done.last_step,
       done.last_on,
       CASE
           WHEN done.furthest > done.done THEN 'skipped'
           WHEN NOT done.in_order THEN 'out_of_order'
           WHEN done.done < LEN(named.steps) THEN 'under_way'
           WHEN done.done = LEN(named.steps) THEN 'complete'
       END AS state,
       land.land_m2,
       land.persons,
       CASE WHEN land.persons > 0 THEN land.land_m2 * 1000 // land.persons END AS land_m2_per_1000,
       rules.land_asked AS asked_m2_per_1000,
       -- compared by products: a little less than the rule asks is not rounded up to it
       CASE WHEN land.persons > 0 THEN land.land_m2 * 1000 >= rules.land_asked * land.persons END
           AS land_met,
       LIST_SORT(
           CASE
               WHEN rules.adoption IS NULL THEN land.positions
               ELSE LIST_CONCAT(land.positions, [rules.adoption])
           END
       ) AS positions
FROM done
JOIN land ON land.stream = done.stream
LEFT JOIN rules ON TRUE
LEFT JOIN named ON TRUE
