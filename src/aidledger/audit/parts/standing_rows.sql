-- title_zh: 登记中仍有效的行
-- title_en: rows of a register that stand, by case
-- reads: named (position, line, person, cleared_by: in which registers a cleared hit answers for them)
-- gives: each row of named that no later register replaced and no cleared hit answers, with "case",
--   case_positions, supported, from_unit, dated_on, recorded_at
SELECT named.*, case_people."case", case_people.positions AS case_positions, case_people.supported,
       registers.from_unit, registers.dated_on, registers.recorded_at
FROM named
JOIN registers ON registers.position = named.position AND registers.replaced_by IS NULL
JOIN case_people ON case_people.person = named.person
WHERE NOT EXISTS (
    SELECT 1 FROM cleared_hits
    WHERE cleared_hits."case" = case_people."case" AND cleared_hits.run_on >= registers.dated_on
      AND LIST_CONTAINS(named.cleared_by, cleared_hits.register)
)
