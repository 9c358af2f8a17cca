-- id: R09
-- title_zh: 登记存款超过限额
-- title_en: deposits by a register above the limit
-- explain_zh: 导入的存款、理财登记中，在享家庭的余额合计超过政策包规定的人均限额（deposit_limit_fen）
--   乘以人数。
-- explain_en: A register of deposits and securities names more of a supported household than the limit
--   of the pack for each head (deposit_limit_fen).
-- not_zh: 恰在限额的；政策包没有限额的；不在享的；已说明理由排除的（核对日不早于登记日）；被同一单
--   位后来的登记取代的。
-- not_en: exactly at the limit; a pack without a limit; who is not supported; a hit that was cleared
--   with its reason by data not older than the register; a register that a later one of the same
--   unit replaced
-- severity: high
-- basis_zh: 最低生活保障审核确认办法（2021）第十四条、第十七条；政策包参数 deposit_limit_fen；S3-023
-- basis: D21 art. 14 and 17; pack parameter deposit_limit_fen; S3-023
-- parameters: deposit_limit_fen
-- remedy_zh: 按核对日余额重新核定；超过限额的停发并追回。
-- remedy_en: assess anew by the balance on the day of the register; above the limit, stop and recover
-- message_zh: {from_unit} 截至 {dated_on} 的登记（第 {line} 行起）：余额 {counted_fen} 元，
--   限额 {allowed_fen}；登记当月以来发放 {amount_fen} 元。
-- message_en: by the register of {from_unit} as of {dated_on} (from line {line} on): balances of
--   {counted_fen} yuan where {allowed_fen} are allowed; {amount_fen} yuan were paid from its
--   month on
-- needs: register_imported where kind = 'deposits'; 没有导入存款理财登记; no register of deposits was
--   imported
-- facts: F016, S3-023
WITH named AS (
    SELECT *, ['deposits', 'securities'] AS cleared_by, 'deposits_fen' AS kind, balance_fen AS amount,
           CAST(NULL AS DATE) AS to_on
    FROM register_deposits
),
standing AS (
    $standing_rows
)
SELECT * EXCLUDE (counted, allowed), counted AS counted_fen, allowed AS allowed_fen
FROM (
    $over_limit
) AS beyond
