-- id: R03
-- title_zh: 登记服刑期间发放
-- title_en: paid while in prison by a register
-- explain_zh: 导入的服刑人员登记中的人员，服刑期间仍有发放。服刑期间由国家供养，钱到了别人手里。
-- explain_en: A register of prisoners names somebody who was paid for months in prison. A prisoner is
--   kept by the state; somebody else drew the money.
-- not_zh: 以家庭为单位发放、家中尚有他人的；登记所载开始当月、终止当月和登记日以后的发放；银行已全
--   额退回的；已说明理由排除的（核对日不早于登记日）；被同一单位后来的登记取代的。
-- not_en: a household in which others live; the months in which it began and ended by the register, and
--   those after its day; a line that the bank gave back in full; a hit that was cleared with its
--   reason by data not older than the register; a register that a later one of the same unit
--   replaced
-- severity: high
-- basis_zh: 特困人员认定办法（2021）第二十四条；S3-023
-- basis: K21 art. 24; S3-023
-- remedy_zh: 停发，按月追回，查明谁领取了这些钱。
-- remedy_en: stop, recover by month, and ask who drew the money
-- message_zh: {from_unit} 截至 {dated_on} 的登记（第 {line} 行）：{from_on} 起服刑；其间
--   发放 {lines} 笔 {amount_fen} 元。
-- message_en: by the register of {from_unit} as of {dated_on} (line {line}): in prison from {from_on}
--   on; {lines} lines of {amount_fen} yuan were paid meanwhile
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- needs: register_imported where kind = 'prison'; 没有导入服刑人员登记; no register of prisoners was
--   imported
-- facts: F003, S3-023
WITH named AS (
    SELECT *, ['prison'] AS cleared_by FROM register_prison
),
standing AS (
    SELECT *
    FROM (
        $standing_rows
    ) AS each
    WHERE "case" NOT IN (
        SELECT stream FROM application_approved WHERE form = 'household' AND limb <> 'single_person'
    )
)
SELECT subject, positions, period, amount_fen, lines, line, from_unit, dated_on, from_on
FROM (
    $paid_in_spans
) AS paid
