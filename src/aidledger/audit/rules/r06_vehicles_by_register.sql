-- id: R06
-- title_zh: 登记车辆超过限额
-- title_en: more vehicles by a register than allowed
-- explain_zh: 导入的机动车登记中，在享家庭名下的汽车、货车多于政策包允许的数量（vehicles_max）。
-- explain_en: A register of vehicles names more cars and trucks of a supported household than the pack
--   allows (vehicles_max).
-- not_zh: 残疾人轮椅车、摩托车、农用车；登记日前已注销、转移的；恰在限额的；政策包没有限额的；不在
--   享的；已说明理由排除的（核对日不早于登记日）；被同一单位后来的登记取代的。
-- not_en: wheelchairs, motorcycles and farm vehicles; one that was given up before the day of the
--   register; exactly at the limit; a pack without a limit; who is not supported; a hit that was
--   cleared with its reason by data not older than the register; a register that a later one of
--   the same unit replaced
-- severity: high
-- basis_zh: 最低生活保障审核确认办法（2021）第十四条、第十七条；政策包参数 vehicles_max；S3-023
-- basis: D21 art. 14 and 17; pack parameter vehicles_max; S3-023
-- parameters: vehicles_max
-- remedy_zh: 核实车辆的所有和使用；超过限额的重新核定财产，停发并追回。
-- remedy_en: verify who owns and uses them; above the limit, assess anew, stop and recover
-- message_zh: {from_unit} 截至 {dated_on} 的登记（第 {line} 行起）：车辆 {counted} 辆，
--   限额 {allowed}；登记当月以来发放 {amount_fen} 元。
-- message_en: by the register of {from_unit} as of {dated_on} (from line {line} on): {counted} vehicles
--   where {allowed} are allowed; {amount_fen} yuan were paid from its month on
-- needs: register_imported where kind = 'vehicles'; 没有导入机动车登记; no register of vehicles was
--   imported
-- facts: F011, S3-023
WITH named AS (
    SELECT *, ['vehicles'] AS cleared_by, 'vehicles' AS kind, 1 AS amount
    FROM register_vehicles
    WHERE class IN ('car', 'truck')
),
standing AS (
    $standing_rows
)
SELECT *
FROM (
    $over_limit
) AS beyond
