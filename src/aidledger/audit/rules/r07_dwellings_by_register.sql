-- id: R07
-- title_zh: 登记住房超过限额
-- title_en: more dwellings by a register than allowed
-- explain_zh: 导入的不动产登记中，在享家庭名下的住房多于政策包允许的数量（dwellings_max）。
-- explain_en: A register of real estate names more dwellings of a supported household than the pack
--   allows (dwellings_max).
-- not_zh: 车位、商业和其他用途（商业用房另行核实）；登记日前已注销、转移的；恰在限额的；政策包没有
--   限额的；不在享的；已说明理由排除的（核对日不早于登记日）；被同一单位后来的登记取代的。
-- not_en: parking, shops and other uses; one that was given up before the day of the register; exactly
--   at the limit; a pack without a limit; who is not supported; a hit that was cleared with its
--   reason by data not older than the register; a register that a later one of the same unit
--   replaced
-- severity: high
-- basis_zh: 最低生活保障审核确认办法（2021）第十四条、第十七条；政策包参数 dwellings_max；S3-023
-- basis: D21 art. 14 and 17; pack parameter dwellings_max; S3-023
-- parameters: dwellings_max
-- remedy_zh: 核实权属和居住情况；超过限额的重新核定财产，停发并追回。
-- remedy_en: verify who owns and lives there; above the limit, assess anew, stop and recover
-- message_zh: {from_unit} 截至 {dated_on} 的登记（第 {line} 行起）：住房 {counted} 套，
--   限额 {allowed}；登记当月以来发放 {amount_fen} 元。
-- message_en: by the register of {from_unit} as of {dated_on} (from line {line} on): {counted}
--   dwellings where {allowed} are allowed; {amount_fen} yuan were paid from its month on
-- needs: register_imported where kind = 'real_estate'; 没有导入不动产登记; no register of real estate was
--   imported
-- facts: F012, S3-023
WITH named AS (
    SELECT *, ['real_estate'] AS cleared_by, 'dwellings' AS kind, 1 AS amount
    FROM register_real_estate
    WHERE use = 'dwelling'
),
standing AS (
    $standing_rows
)
SELECT *
FROM (
    $over_limit
) AS beyond
