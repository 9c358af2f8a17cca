-- title_zh: 转介台账
-- title_en: referrals
-- key: case, referral
-- for: every referral to another office or a charity, the day by which an answer is due, and the answer
-- facts: S4-049
WITH made AS (
    SELECT stream, referral, MIN(position) AS position, MIN_BY(effective_on, position) AS made_on,
           MAX_BY(service, position) AS service, MAX_BY(to_unit, position) AS to_unit
    FROM referral_made
    GROUP BY stream, referral
),
answers AS (
    SELECT stream, referral, MIN(position) AS position, MIN_BY(answered_on, position) AS answered_on,
           MAX_BY(taken, position) AS taken
    FROM referral_answered
    GROUP BY stream, referral
),
rules AS (
    SELECT pack_in_force.day, pack_in_force.programme, pack_in_force.adoption, given.days
    FROM pack_in_force
    JOIN pack_parameters AS given
      ON given.adoption = pack_in_force.adoption AND given.name = 'referral_answer_days'
)
SELECT made.stream AS "case",
       made.referral,
       made.made_on,
       made.to_unit,
       made.service,
       CAST(made.made_on + rules.days AS DATE) AS due_on,
       answers.answered_on,
       answers.taken,
       CASE
           WHEN answers.answered_on IS NULL AND rules.days IS NULL THEN 'unknown'
           WHEN answers.answered_on IS NULL AND parameters.as_of <= made.made_on + rules.days
               THEN 'open'
           WHEN answers.answered_on IS NULL THEN 'missed'
           WHEN answers.answered_on > made.made_on + rules.days THEN 'late'
           ELSE 'met'
       END AS state,
       LIST_SORT(
           LIST_CONCAT(
               [made.position],
               LIST_CONCAT(
                   CASE WHEN rules.days IS NULL THEN CAST([] AS BIGINT[]) ELSE [rules.adoption] END,
                   CASE WHEN answers.position IS NULL THEN CAST([] AS BIGINT[])
                       ELSE [answers.position] END
               )
           )
       ) AS positions
FROM made
CROSS JOIN parameters
LEFT JOIN answers ON answers.stream = made.stream AND answers.referral = made.referral
LEFT JOIN case_state ON case_state."case" = made.stream
LEFT JOIN rules
  ON rules.day = made.made_on AND rules.programme = COALESCE(case_state.programme, '')
