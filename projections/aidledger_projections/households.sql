-- title_zh: 家庭成员
-- title_en: members of households
-- key: case, joined
-- for: who is of each household, since when, and whether support counts them; as the fold of a case has it
-- facts: S4-022, S4-024
WITH said AS (
    SELECT stream, person, position, changed_on, relation, covered, change IN ('left', 'died') AS leaving,
           LEAD(position) OVER (PARTITION BY stream, person ORDER BY changed_on, position) AS next_position,
           LEAD(changed_on) OVER (PARTITION BY stream, person ORDER BY changed_on, position) AS next_on
    FROM household_member_changed
)
SELECT stream AS "case",
       position AS joined,
       person,
       relation,
       covered,
       changed_on AS from_on,
       next_on AS to_on,
       CASE WHEN next_position IS NULL THEN [position] ELSE [position, next_position] END AS positions
FROM said
-- said again of somebody who is there, it says how the member counts from then on; of one day the last counts
WHERE NOT leaving AND (next_on IS NULL OR next_on > changed_on)
