-- id: F091
-- title_zh: 公示证据缺失或重复
-- title_en: no evidence of a notice, or the same twice
-- explain_zh: 公示没有照片或网页的哈希，或者同一张照片充作几次公示的证据。没有证据的公示可能没有张贴过。
-- explain_en: A notice has no photograph or page behind it, or one photograph stands for several notices. What
--   nothing proves may never have been put up.
-- not_zh: 各有各的证据的；同一次公示张贴和撤下的两张照片（撤下的证据不要求）。
-- not_en: notices each with evidence of their own; the evidence of the end of a notice, which nothing asks for
-- severity: medium
-- basis_zh: S1-035、S1-036；只靠账本的检查
-- basis: S1-035, S1-036; ledger-only check
-- remedy_zh: 补交原始照片；不能证明的重新公示。
-- remedy_en: hand in the original photographs; publish again what can't be proved
-- message_zh: {notices} 次公示（{cases} 件）的证据：{evidence}。
-- message_en: evidence of {notices} notices in {cases} cases: {evidence}
-- needs: publicity_notices; 没有公示; no notice was put up
-- facts: F091, S1-035, S1-036
WITH notices AS (
    SELECT notice, "case", started_on, evidence FROM publicity_notices
),
reused AS (
    SELECT evidence, COUNT(*) AS notices, COUNT(DISTINCT "case") AS cases, MIN_BY("case", notice) AS subject,
           ARRAY_AGG(notice) AS positions, MIN(started_on) AS first_on, MAX(started_on) AS last_on
    FROM notices
    WHERE evidence IS NOT NULL
    GROUP BY evidence
    HAVING COUNT(*) > 1
)
SELECT subject,
       LIST_SORT(positions) AS positions,
       CAST(first_on AS VARCHAR) || '/' || CAST(last_on AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       notices,
       cases,
       evidence
FROM reused
UNION ALL
SELECT "case", [notice], CAST(started_on AS VARCHAR), NULL, 1, 1, NULL
FROM notices
WHERE evidence IS NULL
