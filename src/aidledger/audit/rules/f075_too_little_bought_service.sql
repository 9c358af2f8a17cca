-- id: F075
-- title_zh: 购买服务比例不足
-- title_en: purchased service below its share
-- explain_zh: 一年中用于购买社会救助服务的支出，低于困难群众资金支出的规定比例。
-- explain_en: Of what was spent in a year, less than the share asked for went to bought services of assistance.
-- not_zh: 恰满比例的；一年尚未到最后一个月的。
-- not_en: the share exactly; a year before its last month
-- severity: low
-- basis_zh: S3-020；所采用的政策包没有比例的，按百分之五（阈值）
-- basis: S3-020; where no adopted pack names a share, the five in a hundred of the finding itself (threshold)
-- thresholds: permille = 50
-- remedy_zh: 安排购买服务，说明原因。
-- remedy_en: buy services, and say why it was not done
-- message_zh: {year} 年支出 {spent_fen} 元，其中购买服务 {service_fen} 元（千分之 {permille}，应为千分之 {asked_permille}）。
-- message_en: {spent_fen} yuan spent in {year}, {service_fen} yuan of it on services: {permille} of a thousand,
--   {asked_permille} are asked
-- needs: fund_disbursed; 没有资金支出; nothing was spent out of a fund
-- facts: F075, S3-020, S3-021
WITH years AS (
    SELECT service_share.year, service_share.spent_fen, service_share.service_fen, service_share.permille,
           COALESCE(service_share.asked_permille, $permille) AS asked_permille
    FROM service_share
    CROSS JOIN parameters
    WHERE YEAR(parameters.as_of) > service_share.year
       OR (YEAR(parameters.as_of) = service_share.year AND MONTH(parameters.as_of) = 12)
),
short AS (
    SELECT year, spent_fen, service_fen, permille, asked_permille
    FROM years
    WHERE spent_fen > 0 AND service_fen * 1000 < spent_fen * asked_permille
),
bought AS (
    SELECT YEAR(effective_on) AS year, ARRAY_AGG(position) AS positions
    FROM fund_disbursed
    WHERE purpose = 'service'
    GROUP BY YEAR(effective_on)
),
last_spent AS (
    SELECT YEAR(effective_on) AS year, MAX(position) AS position FROM fund_disbursed GROUP BY YEAR(effective_on)
)
SELECT 'fund' AS subject,
       -- where nothing was bought, the last outflow of the year
       COALESCE(LIST_SORT(bought.positions), [last_spent.position]) AS positions,
       CAST(short.year AS VARCHAR) AS period,
       short.spent_fen * short.asked_permille // 1000 - short.service_fen AS amount_fen,
       short.year,
       short.spent_fen,
       short.service_fen,
       short.permille,
       short.asked_permille
FROM short
JOIN last_spent ON last_spent.year = short.year
LEFT JOIN bought ON bought.year = short.year
