-- id: F103
-- title_zh: 导入未标注
-- title_en: imported history not marked
-- explain_zh: 导入文件的某些行没有对应条目写明来自该文件的哪一行，或者条目写明来自一个没有登记导入的文件。来源无从查对。
-- explain_en: Rows of an imported file have no entry that names the file and the row, or an entry names a file
--   whose import was never entered. Nobody can hold the entry against its source.
-- not_zh: 每一行都有条目标明的；一行生成几个条目的；历史导入（按批登记，由 import-history 核对）。
-- not_en: each row is named by an entry; several entries of one row; the import of history, which is entered by
--   batches and held by import-history
-- severity: medium
-- basis_zh: 重演可信
-- basis: replay trust
-- remedy_zh: 查对原文件，补录来源或更正条目。
-- remedy_en: hold the entries against the file, and correct their source
-- message_zh: 文件 {file}：{lines} 行，条目标明 {marked} 行，登记导入：{entered}。
-- message_en: file {file}: {lines} rows, {marked} named by entries, its import entered: {entered}
-- needs: file_imported where kind = 'applications' or 'payments' or 'scores'; 没有导入文件; no file is imported
-- facts: F103
WITH sources AS (
    SELECT stream, position, source FROM application_submitted
    UNION ALL
    SELECT stream, position, source FROM payment_issued
    UNION ALL
    SELECT stream, position, source FROM payment_returned
    UNION ALL
    SELECT stream, position, source FROM carer_scored
    UNION ALL
    SELECT stream, position, source FROM carer_score_told
),
marked AS (
    SELECT SUBSTRING(SPLIT_PART(source, '#', 1), 8) AS file, COUNT(DISTINCT source) AS rows,
           MIN(position) AS first_position, MIN_BY(stream, position) AS stream
    FROM sources
    WHERE STARTS_WITH(source, 'import:')
    GROUP BY SUBSTRING(SPLIT_PART(source, '#', 1), 8)
),
files AS (
    SELECT file, MIN(position) AS position, MIN_BY(stream, position) AS stream,
           MAX(CASE WHEN kind IN ('applications', 'payments', 'scores') THEN rows ELSE 0 END) AS rows
    FROM file_imported
    GROUP BY file
)
SELECT COALESCE(files.stream, marked.stream) AS subject,
       [COALESCE(files.position, marked.first_position)] AS positions,
       CAST(NULL AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       COALESCE(files.file, marked.file) AS file,
       files.rows AS lines,
       COALESCE(marked.rows, 0) AS marked,
       files.file IS NOT NULL AS entered
FROM files
FULL JOIN marked ON marked.file = files.file
WHERE files.file IS NULL OR COALESCE(marked.rows, 0) < files.rows
