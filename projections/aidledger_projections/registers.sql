-- title_zh: 已导入的部门登记
-- title_en: registers imported
-- key: position
-- for: each register of another office, as of which day, and which later one took its place: of a kind and unit the newest counts, and what was added to it
-- facts: S3-023
WITH later AS (
    -- one that adds stands beside; one that doesn't takes the place of all before it
    SELECT earlier.position, MIN(newer.position) AS replaced_by
    FROM register_imported AS earlier
    JOIN register_imported AS newer
      ON newer.kind = earlier.kind AND newer.from_unit = earlier.from_unit AND NOT newer.adds
     AND (newer.effective_on > earlier.effective_on
          OR (newer.effective_on = earlier.effective_on AND newer.position > earlier.position))
    GROUP BY earlier.position
)
SELECT register_imported.position,
       register_imported.kind,
       register_imported.from_unit,
       register_imported.effective_on AS dated_on,
       register_imported.recorded_at,
       register_imported.adds,
       register_imported.persons,
       later.replaced_by,
       CASE WHEN later.replaced_by IS NULL THEN [register_imported.position]
            ELSE LIST_SORT([register_imported.position, later.replaced_by]) END AS positions
FROM register_imported
LEFT JOIN later ON later.position = register_imported.position
