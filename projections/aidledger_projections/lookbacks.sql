-- title_zh: 医疗救助回溯台账
-- title_en: medical look-backs
-- key: case, position
-- for: every look-back with the recognition before it and the one that it followed; a second one of a recognition, and one never marginal, show
-- facts: S4-053, S4-055
WITH given AS (
    SELECT help_granted.stream AS "case", help_granted.position, help_granted.effective_on AS granted_on,
           help_granted.amount_fen, application.applicant AS person
    FROM help_granted
    JOIN application_submitted AS application ON application.stream = help_granted.stream
    WHERE help_granted.help = 'medical_lookback'
),
allowance AS (
    SELECT given.position, MAX(case_people.approved_on) AS recognised_on
    FROM given
    JOIN case_people
      ON case_people.person = given.person
     AND case_people.programme = 'dibao'
     AND case_people.approved_on <= given.granted_on
    GROUP BY given.position
),
marginal AS (
    SELECT given.position, MIN(recognition_granted.effective_on) AS marginal_on,
           MIN_BY(
               recognition_granted.position,
               (recognition_granted.effective_on, recognition_granted.position)
           ) AS recognition
    FROM given
    JOIN case_people ON case_people.person = given.person
    JOIN recognition_granted
      ON recognition_granted.stream = case_people."case"
     AND recognition_granted.recognised = 'marginal'
     AND recognition_granted.effective_on <= given.granted_on
    GROUP BY given.position
),
counted AS (
    SELECT given."case", given.position, given.granted_on, given.amount_fen, allowance.recognised_on,
           marginal.marginal_on, marginal.recognition,
           ROW_NUMBER() OVER (
               PARTITION BY given.person, allowance.recognised_on
               ORDER BY given.granted_on, given.position
           ) AS number,
           LAG(given.granted_on) OVER (
               PARTITION BY given.person ORDER BY given.granted_on, given.position
           ) AS before_on
    FROM given
    LEFT JOIN allowance ON allowance.position = given.position
    LEFT JOIN marginal ON marginal.position = given.position
),
months AS (
    SELECT counted.position, SUM(medical_costs.rest_fen) AS costs_fen,
           ARRAY_AGG(rule.adoption) AS positions
    FROM counted
    JOIN pack_in_force
      ON pack_in_force.day = counted.granted_on AND pack_in_force.programme = 'medical'
    JOIN pack_parameters AS rule
      ON rule.adoption = pack_in_force.adoption AND rule.name = 'medical_lookback_months'
    JOIN pack_parameters AS payers
      ON payers.adoption = pack_in_force.adoption AND payers.name = 'payers_before'
    JOIN medical_costs
      ON medical_costs."case" = counted."case"
     AND counted.recognised_on >= DATE '1850-01-01'
     AND medical_costs.incurred_on < counted.recognised_on
     -- who pays before medical assistance has settled
     AND (medical_costs.basic_fen IS NOT NULL OR NOT CONTAINS(payers.value, '"basic"'))
     AND (medical_costs.serious_fen IS NOT NULL OR NOT CONTAINS(payers.value, '"serious"'))
     -- no cost counts again after a look-back
     AND (counted.before_on IS NULL OR medical_costs.incurred_on > counted.before_on)
     AND medical_costs.incurred_on >= CAST(
             counted.recognised_on
             - TO_MONTHS(LEAST(GREATEST(COALESCE(TRY_CAST(rule.value AS INTEGER), 0), 0), 1200)) AS DATE
         )
    GROUP BY counted.position
)
SELECT counted."case",
       counted.position,
       counted.granted_on,
       counted.amount_fen,
       counted.marginal_on,
       counted.recognised_on,
       counted.number,
       COALESCE(months.costs_fen, 0) AS costs_fen,
       CASE
           WHEN counted.recognised_on IS NULL THEN 'not_recognised'
           WHEN counted.marginal_on IS NULL OR counted.marginal_on > counted.recognised_on
               THEN 'never_marginal'
           WHEN counted.number > 1 THEN 'again'
           WHEN counted.amount_fen > COALESCE(months.costs_fen, 0) THEN 'more_than_costs'
           ELSE 'met'
       END AS state,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT(
                   CASE
                       WHEN counted.recognition IS NULL THEN [counted.position]
                       ELSE [counted.position, counted.recognition]
                   END,
                   COALESCE(months.positions, CAST([] AS BIGINT[]))
               )
           )
       ) AS positions
FROM counted
LEFT JOIN months ON months.position = counted.position
