-- id: M18
-- title_zh: 个案不在本县
-- title_en: a case outside the county
-- explain_zh: 个案申请时的乡镇、或迁入的乡镇不在采用政策包的县，或者个案号带着外县代码。可能是代码录错，也可能家庭已迁往外县、
--   应转办或终止却仍在本县发放。
-- explain_en: The township of an application, or the one that a household moved to, lies outside the county that adopted the
--   packs, or the case has the number of another county: a code typed wrong, or a household that left, whose support is to be
--   handed over or ended and is still paid here.
-- not_zh: 本县之内的迁移；已撤回、不予批准的申请；迁出后已终止、其后月份没有发放的；市级账本所辖各县；已登记为本县地点的乡镇（如开发区）；个案号里没有六位代码的。
-- not_en: a move within the county; an application withdrawn or refused; a case that has ended and was paid nothing for the
--   months after; counties under the prefecture that adopted the packs; a township
--   that the county registered as a place of its own; a case whose number has no code of six digits
-- severity: medium
-- basis_zh: 特困人员认定办法（2021）第九条、最低生活保障审核确认办法（2021）第四条：由户籍所在地受理；迁移后待遇随之转移或终止
-- basis: K21 art. 9, D21 art. 4: applied for where the household is registered; support moves with it, or ends
-- remedy_zh: 代码录错的，以更正改正；确已迁出的，办理转移或终止，追回其后多发的月份。
-- remedy_en: correct a code that was typed wrong; hand the support over or end it where the household left, and recover the
--   months paid since
-- message_zh: “{act}”（{from_on}）所记的 {outside} 不属本县；其后月份发放 {lines} 笔 {amount_fen} 元。
-- message_en: {outside} is not of this county ({act}, {from_on}); {lines} lines of {amount_fen} yuan were paid for months
--   since
-- needs: pack_adopted; 没有采用政策包，不知道是哪个县; no pack is adopted, and nothing says which county this is
-- facts: C12, S4-118
WITH counties AS (
    -- a code that ends in 00 is a prefecture: its counties begin with its first four digits
    SELECT DISTINCT CASE
               WHEN stream LIKE 'policy/__0000' THEN SUBSTRING(stream, 8, 2)
               WHEN stream LIKE 'policy/____00' THEN SUBSTRING(stream, 8, 4)
               ELSE SUBSTRING(stream, 8)
           END AS code
    FROM pack_adopted
    WHERE stream LIKE 'policy/______' AND TRY_CAST(SUBSTRING(stream, 8) AS BIGINT) IS NOT NULL
),
said AS (
    SELECT "case", township AS outside, from_on, after_month, last_month, positions[1] AS position
    FROM case_places
    UNION ALL
    SELECT stream, SUBSTRING(stream, 6, 6), effective_on, NULL, NULL, position
    FROM entry
    WHERE version = 1 AND stream LIKE 'case/______-%'
      AND TRY_CAST(SUBSTRING(stream, 6, 6) AS BIGINT) BETWEEN 110000 AND 999999
),
outside AS (
    SELECT said."case", said.outside, said.from_on, said.after_month, said.last_month, said.position
    FROM said
    CROSS JOIN (SELECT COUNT(*) AS n FROM counties) AS known
    LEFT JOIN counties ON SUBSTRING(said.outside, 1, LENGTH(counties.code)) = counties.code
    LEFT JOIN (SELECT DISTINCT place FROM place_registered) AS places ON places.place = said.outside
    -- of a county that has no code nothing can be said; what it registered as a place of its own is its own
    WHERE counties.code IS NULL AND places.place IS NULL AND said.outside <> '' AND known.n > 0
),
paid AS (
    SELECT outside.position, COUNT(*) AS lines, SUM(net_payments.amount_fen) AS fen,
           MIN(net_payments.month) || '/' || MAX(net_payments.month) AS months,
           ARRAY_AGG(net_payments.position) AS positions
    FROM outside
    JOIN net_payments
      ON net_payments."case" = outside."case"
     AND (outside.after_month IS NULL OR outside.after_month < net_payments.month)
     AND (outside.last_month IS NULL OR outside.last_month >= net_payments.month)
    GROUP BY outside.position
)
SELECT outside."case" AS subject,
       LIST_SORT(LIST_CONCAT([outside.position], COALESCE(paid.positions, CAST([] AS BIGINT[])))) AS positions,
       paid.months AS period,
       COALESCE(paid.fen, 0) AS amount_fen,
       entry.type AS act,
       outside.outside,
       outside.from_on,
       COALESCE(paid.lines, 0) AS lines
FROM outside
JOIN case_state ON case_state."case" = outside."case"
JOIN entry ON entry.position = outside.position
LEFT JOIN paid ON paid.position = outside.position
WHERE paid.position IS NOT NULL
   OR (outside.last_month IS NULL AND case_state.died_on IS NULL
       AND case_state.stage NOT IN ('withdrawn', 'refused', 'terminated'))
