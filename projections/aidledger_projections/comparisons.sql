-- title_zh: 部门比对台账
-- title_en: comparisons between departments
-- key: position
-- for: every run over the registers of several departments: its data by hash, its hits, and the warnings that came of them
-- facts: S3-023, S3-024, S4-106, S4-107
WITH warned AS (
    SELECT comparison, COUNT(*) AS warnings, ARRAY_AGG(position) AS positions
    FROM warning_raised
    WHERE comparison IS NOT NULL
    GROUP BY comparison
)
SELECT comparison_run.position,
       comparison_run.stream,
       comparison_run.place,
       comparison_run.run_on,
       comparison_run.dataset,
       LEN(comparison_run.parties) AS parties,
       LEN(comparison_run.registers) AS registers,
       comparison_run.population,
       comparison_run.hits,
       COALESCE(warned.warnings, 0) AS warnings,
       comparison_run.hits > COALESCE(warned.warnings, 0) AS hits_without_warning,
       LIST_SORT(
           LIST_CONCAT([comparison_run.position], COALESCE(warned.positions, CAST([] AS BIGINT[])))
       ) AS positions
FROM comparison_run
LEFT JOIN warned ON warned.comparison = comparison_run.dataset
