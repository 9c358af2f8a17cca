-- title_zh: 服刑、失踪的时段
-- title_en: spans of prison or absence
-- reads: views alone
-- gives: each absence, by its days and not by the order of recording, until the next return: stream, position, kind, from_on,
--   from_month; to_month (that of the return; NULL: none yet)
SELECT stream, position, kind, from_on,
       SUBSTRING(CAST(from_on AS VARCHAR), 1, 7) AS from_month,
       SUBSTRING(CAST(back_on AS VARCHAR), 1, 7) AS to_month
FROM (
    SELECT stream, position, kind, from_on,
           LAG(kind) OVER (PARTITION BY stream ORDER BY from_on, position) AS kind_before,
           MIN(CASE WHEN kind = 'returned' THEN from_on END) OVER (
               PARTITION BY stream
               ORDER BY from_on, position
               ROWS BETWEEN 1 FOLLOWING AND UNBOUNDED FOLLOWING
           ) AS back_on
    FROM whereabouts_changed
) AS said
-- who is missing and then in prison was not back in between
WHERE kind <> 'returned' AND (kind_before IS NULL OR kind_before = 'returned')
