-- title_zh: 低保计入的人员
-- title_en: whom the allowance counts
-- reads: applied (stream, person, programme, area)
-- gives: stream, person, area, from_month, to_month: covered members, and an applicant of whom no row of the
--   household says otherwise
WITH members AS (
    SELECT "case" AS stream, person, covered, SUBSTRING(CAST(from_on AS VARCHAR), 1, 7) AS from_month,
           SUBSTRING(CAST(to_on AS VARCHAR), 1, 7) AS to_month
    FROM households
)
SELECT members.stream, members.person, applied.area, members.from_month, members.to_month
FROM members
JOIN applied ON applied.stream = members.stream AND applied.programme = 'dibao'
WHERE members.covered
UNION
SELECT applied.stream, applied.person, applied.area, '0000-01', NULL
FROM applied
LEFT JOIN members ON members.stream = applied.stream AND members.person = applied.person
WHERE applied.programme = 'dibao' AND members.stream IS NULL
