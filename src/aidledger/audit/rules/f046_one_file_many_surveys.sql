-- id: F046
-- title_zh: 代签雷同
-- title_en: one file for several households
-- explain_zh: 不同住户的入户调查使用了同一份材料（照片、签字页，按哈希比对）。很可能没有真正入户，或者代签。
-- explain_en: Surveys of different households name one and the same file (a photograph, a page of signatures, by its
--   hash). Probably nobody went there, or somebody signed for others.
-- not_zh: 同一户的几次调查；同一天同一户的多份材料。文字、设备是否雷同账本看不出：文字封存，设备不记录。
-- not_en: several surveys of one household. Whether texts or devices are the same the ledger can't tell: texts are
--   sealed and devices are not recorded
-- severity: medium
-- basis_zh: 审计做法：全部档案比对照片和签名
-- basis: audit practice: compare photographs and signatures over all files
-- thresholds: households = 1
-- remedy_zh: 逐户重新入户；查明谁提交了材料。
-- remedy_en: survey each anew; ask who handed the file in
-- message_zh: 同一份材料用于 {households} 户的入户调查：{cases}。
-- message_en: one file stands for the surveys of {households} households: {cases}
-- needs: household_surveyed; 没有入户调查记录; no survey is recorded
-- facts: F046
WITH named AS (
    SELECT stream, position, effective_on, UNNEST(LIST_DISTINCT(evidence)) AS file FROM household_surveyed
)
SELECT MIN(stream) AS subject,
       LIST_SORT(ARRAY_AGG(position)) AS positions,
       CAST(MIN(effective_on) AS VARCHAR) || '/' || CAST(MAX(effective_on) AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       COUNT(DISTINCT stream) AS households,
       LIST_SORT(LIST_DISTINCT(ARRAY_AGG(stream))) AS cases
FROM named
GROUP BY file
HAVING COUNT(DISTINCT stream) > $households
