-- id: F036
-- title_zh: 一次性告知缺失
-- title_en: materials asked for more than once
-- explain_zh: 材料不全的，应当一次告知所缺的全部材料；再次告知，是让群众多跑一趟。
-- explain_en: What is missing is told once and in whole. Whoever is asked a second time has made the way for nothing.
-- not_zh: 告知一次、列明多项的；作废的告知。
-- not_en: one notice that lists many items; a notice that was annulled
-- severity: low
-- basis_zh: 特困人员认定办法（2021）第十二条
-- basis: K21 art. 12
-- remedy_zh: 说明为何没有一次告知；核对告知内容与清单。
-- remedy_en: say why it was not told at once; hold the notices against the list of materials
-- message_zh: 补正材料告知 {times} 次：{first_on} 首次，{last_on} 末次。
-- message_en: materials were asked for {times} times, first on {first_on}, last on {last_on}
-- needs: materials_requested; 没有补正告知记录; nobody is recorded as asked for materials
-- facts: F036
SELECT stream AS subject,
       LIST_SORT(ARRAY_AGG(position)) AS positions,
       CAST(MIN(effective_on) AS VARCHAR) || '/' || CAST(MAX(effective_on) AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       COUNT(*) AS times,
       MIN(effective_on) AS first_on,
       MAX(effective_on) AS last_on
FROM materials_requested
GROUP BY stream
HAVING COUNT(*) > 1
