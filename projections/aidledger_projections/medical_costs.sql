-- title_zh: 医疗费用分担
-- title_en: medical costs by payer
-- key: case, claim
-- for: who paid what of each claim, whether in order and no more than it cost, what is left, whether a look-back reaches it, and in how many cases it is claimed
-- facts: S1-055, S1-057, S4-054, S4-055, S4-056
WITH said AS (
    SELECT stream, claim, MAX(position) AS position, MIN(position) AS first_position,
           COUNT(*) AS settlements
    FROM medical_cost_settled
    GROUP BY stream, claim
),
claimed AS (
    SELECT claim, COUNT(*) AS cases, LIST_SORT(ARRAY_AGG(position)) AS positions
    FROM said
    GROUP BY claim
),
granted AS (
    SELECT said.stream, said.claim,
           SUM(CASE WHEN help_granted.detail = 'basic' THEN help_granted.amount_fen ELSE 0 END) AS basic_fen,
           SUM(CASE WHEN help_granted.detail = 'serious' THEN help_granted.amount_fen ELSE 0 END)
               AS serious_fen,
           SUM(CASE WHEN help_granted.detail = 'assistance' THEN help_granted.amount_fen ELSE 0 END)
               AS assistance_fen,
           SUM(CASE WHEN help_granted.detail = 'fund' THEN help_granted.amount_fen ELSE 0 END) AS fund_fen,
           ARRAY_AGG(help_granted.position) AS positions
    FROM said
    JOIN help_granted
      ON help_granted.stream = said.stream
     AND help_granted.cause = said.claim
     AND help_granted.position > said.first_position
    WHERE help_granted.help = 'medical'
    GROUP BY said.stream, said.claim
),
allowance AS (
    SELECT mine."case", MAX(theirs.approved_on) AS recognised_on
    FROM case_people AS mine
    JOIN application_submitted AS application
      ON application.stream = mine."case" AND application.applicant = mine.person
    JOIN case_people AS theirs
      ON theirs.person = mine.person AND theirs.programme = 'dibao' AND theirs.supported
    GROUP BY mine."case"
),
rule AS (
    SELECT TRY_CAST(asked.value AS INTEGER) AS months, asked.adoption
    FROM parameters
    JOIN pack_in_force
      ON pack_in_force.day = parameters.as_of AND pack_in_force.programme = 'medical'
    JOIN pack_parameters AS asked
      ON asked.adoption = pack_in_force.adoption AND asked.name = 'medical_lookback_months'
    WHERE TRY_CAST(asked.value AS INTEGER) BETWEEN 0 AND 1200
),
costs AS (
    SELECT said.stream AS "case", said.claim, said.settlements, claimed.cases, cost.incurred_on, cost.total_fen,
           cost.basic_fen, cost.serious_fen, cost.assistance_fen, cost.fund_fen,
           GREATEST(COALESCE(cost.basic_fen, 0), COALESCE(granted.basic_fen, 0))
               + GREATEST(COALESCE(cost.serious_fen, 0), COALESCE(granted.serious_fen, 0))
               + GREATEST(COALESCE(cost.assistance_fen, 0), COALESCE(granted.assistance_fen, 0))
               + GREATEST(COALESCE(cost.fund_fen, 0), COALESCE(granted.fund_fen, 0)) AS covered_fen,
           allowance.recognised_on, rule.months, rule.adoption,
           LIST_CONCAT(
               claimed.positions, COALESCE(granted.positions, CAST([] AS BIGINT[]))
           ) AS positions
    FROM said
    JOIN medical_cost_settled AS cost ON cost.position = said.position
    JOIN claimed ON claimed.claim = said.claim
    LEFT JOIN granted ON granted.stream = said.stream AND granted.claim = said.claim
    LEFT JOIN allowance ON allowance."case" = said.stream
    LEFT JOIN rule ON TRUE
)
SELECT "case",
       claim,
       incurred_on,
       settlements,
       cases,
       total_fen,
       basic_fen,
       serious_fen,
       assistance_fen,
       fund_fen,
       covered_fen,
       GREATEST(total_fen - covered_fen, 0) AS rest_fen,
       covered_fen <= total_fen AS adds_up,
       (basic_fen IS NOT NULL OR serious_fen IS NULL)
           AND (serious_fen IS NOT NULL OR assistance_fen IS NULL)
           AND (assistance_fen IS NOT NULL OR fund_fen IS NULL) AS in_order,
       recognised_on,
       CASE
           WHEN recognised_on >= DATE '1850-01-01' AND months IS NOT NULL
               THEN incurred_on >= CAST(recognised_on - TO_MONTHS(months) AS DATE)
                AND incurred_on < recognised_on
       END AS in_window,
       LIST_SORT(
           LIST_CONCAT(
               positions, CASE WHEN adoption IS NULL THEN CAST([] AS BIGINT[]) ELSE [adoption] END
           )
       ) AS positions
FROM costs
