-- title_zh: 临时救助及其规则
-- title_en: temporary assistance, and the rules that it has
-- reads: views and models alone
-- gives: each grant: position, stream, person, effective_on, office, amount_fen, cause_on; cause_days,
--   split_days and limit_fen of the pack of its programme, else of that of temporary assistance; by_cause
--   and by_limit: where the pack that says it was adopted
WITH persons AS (
    -- all zeros: the number was not given, and the person is nobody else
    SELECT stream, COALESCE(NULLIF(MAX_BY(applicant, position), 'p00000000000000000000000000000000'), stream) AS person,
           MAX_BY(programme, position) AS programme
    FROM application_submitted
    GROUP BY stream
),
rules AS (
    SELECT adoption, MAX(CASE WHEN name = 'same_cause_days' THEN days END) AS cause_days,
           MAX(CASE WHEN name = 'split_days' THEN days END) AS split_days,
           MAX(CASE WHEN name = 'township_limit_fen' THEN TRY_CAST(value AS BIGINT) END) AS limit_fen
    FROM pack_parameters
    GROUP BY adoption
),
in_force AS (
    SELECT pack_in_force.day, pack_in_force.programme, rules.*
    FROM pack_in_force
    JOIN rules ON rules.adoption = pack_in_force.adoption
)
-- help of another programme's case is temporary assistance all the same, and has its rules
SELECT grants.position, grants.stream, persons.person, grants.effective_on, grants.office, grants.amount_fen,
       grants.cause_on, COALESCE(own.cause_days, other.cause_days) AS cause_days,
       COALESCE(own.split_days, other.split_days) AS split_days,
       COALESCE(own.limit_fen, other.limit_fen) AS limit_fen,
       CASE WHEN own.cause_days IS NULL THEN other.adoption ELSE own.adoption END AS by_cause,
       CASE WHEN own.limit_fen IS NULL THEN other.adoption ELSE own.adoption END AS by_limit
FROM help_granted AS grants
JOIN persons ON persons.stream = grants.stream
LEFT JOIN in_force AS own
  ON own.day = grants.effective_on AND own.programme = COALESCE(persons.programme, '')
LEFT JOIN in_force AS other ON other.day = grants.effective_on AND other.programme = 'temporary'
WHERE grants.help = 'temporary'
