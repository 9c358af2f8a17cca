-- title_zh: 机构人员配比
-- title_en: staff of institutions
-- key: facility, position
-- for: the staff of an institution at each count, against what the local ratio asks for its residents by ability
-- facts: S1-072, S1-074, S1-078
WITH counted AS (
    SELECT census.stream, census.position, census.effective_on, census.able, census.partly,
           census.unable, census.staff, county_pack.adoption
    FROM institution_census_taken AS census
    LEFT JOIN county_pack ON county_pack.day = census.effective_on
),
ratios AS (
    SELECT adoption,
           MAX(CASE WHEN name = 'institution_staff_per_1000_able' THEN TRY_CAST(value AS INTEGER) END)
               AS able,
           MAX(CASE WHEN name = 'institution_staff_per_1000_partly' THEN TRY_CAST(value AS INTEGER) END)
               AS partly,
           MAX(CASE WHEN name = 'institution_staff_per_1000_unable' THEN TRY_CAST(value AS INTEGER) END)
               AS unable
    FROM pack_parameters
    GROUP BY adoption
),
asked AS (
    -- a part of a person is a person
    SELECT counted.position,
           (
               CAST(counted.able AS BIGINT) * ratios.able + CAST(counted.partly AS BIGINT) * ratios.partly
               + CAST(counted.unable AS BIGINT) * ratios.unable + 999
           ) // 1000 AS staff
    FROM counted
    JOIN ratios ON ratios.adoption = counted.adoption
)
SELECT SUBSTRING(counted.stream, 10) AS facility,
       counted.position,
       counted.effective_on AS counted_on,
       counted.able,
       counted.partly,
       counted.unable,
       counted.staff,
       asked.staff AS asked_staff,
       counted.staff >= asked.staff AS met,
       [counted.position] AS positions
FROM counted
LEFT JOIN asked ON asked.position = counted.position
