-- title_zh: 县级适用政策包
-- title_en: pack of the county
-- key: day
-- for: which adopted policy pack holds for what belongs to no programme, on each day that anything took effect
-- facts: S4-101, S4-104
SELECT day, adoption, positions FROM pack_in_force WHERE programme = ''
