-- id: R08
-- title_zh: 登记企业超过限额
-- title_en: more firms by a register than allowed
-- explain_zh: 导入的市场主体登记中，在享家庭成员是法定代表人、股东或者个体经营者，数量超过政策包允
--   许的（firms_max）。
-- explain_en: A register of companies names members of a supported household as representatives,
--   shareholders or self-employed of more firms than the pack allows (firms_max).
-- not_zh: 合作社社员、监事等任职；已注销、吊销的；恰在限额的；政策包没有限额的；不在享的；已说明理
--   由排除的（核对日不早于登记日）；被同一单位后来的登记取代的。
-- not_en: members of cooperatives and officers without a share; a firm that is closed; exactly at the
--   limit; a pack without a limit; who is not supported; a hit that was cleared with its reason
--   by data not older than the register; a register that a later one of the same unit replaced
-- severity: high
-- basis_zh: 最低生活保障审核确认办法（2021）第十四条、第十七条；政策包参数 firms_max；S3-023
-- basis: D21 art. 14 and 17; pack parameter firms_max; S3-023
-- parameters: firms_max
-- remedy_zh: 核实经营和收入情况（是否被冒名）；确属经营的重新核定，停发并追回。
-- remedy_en: verify whether it is run, and by whom (names are borrowed); assess anew, stop and recover
-- message_zh: {from_unit} 截至 {dated_on} 的登记（第 {line} 行起）：企业 {counted} 家，
--   限额 {allowed}；登记当月以来发放 {amount_fen} 元。
-- message_en: by the register of {from_unit} as of {dated_on} (from line {line} on): {counted} firms
--   where {allowed} are allowed; {amount_fen} yuan were paid from its month on
-- needs: register_imported where kind = 'companies'; 没有导入市场主体登记; no register of companies was
--   imported
-- facts: F013, S3-023
WITH named AS (
    SELECT *, ['companies', 'market_entity'] AS cleared_by, 'firms' AS kind, 1 AS amount
    FROM register_companies
    WHERE role IN ('representative', 'shareholder', 'self_employed') AND COALESCE(state, 'open') = 'open'
),
standing AS (
    $standing_rows
)
SELECT *
FROM (
    $over_limit
) AS beyond
