-- id: R01
-- title_zh: 登记死亡后发放
-- title_en: paid after a death that a register has
-- explain_zh: 导入的死亡登记中已死亡的人员，死亡当月之后的月份仍有发放，账本中却没有其死亡记录，或者记成以后的月份。分
--   别给出两个数：批次批准时登记已经导入仍发放的，是经办责任；其余只涉及追回。
-- explain_en: A register of deaths names somebody whose death the ledger does not know, or has in a later
--   month, and months after that of the death were paid for. It answers twice: what was paid when the register
--   was there already is a failure of whoever approved; the rest is to be recovered only.
-- not_zh: 死亡当月的发放；银行已全额退回的；账本所记死亡之后的月份（见 F001）；以家庭为单位发放、家中尚有他人的（见 R
--   02）；已说明理由排除的（核对日不早于登记日）；被同一单位后来的登记取代的。
-- not_en: the month of the death; a line that the bank gave back in full; months after a death that the
--   ledger has (F001); a household in which others live (R02); a hit that was cleared with its reason by data not older than the
--   register; a register that a later one of the same unit replaced
-- severity: high
-- basis_zh: 特困人员认定办法（2021）第二十四条；惠来 2022：死亡 118 人，457,200 元；S3-023
-- basis: K21 art. 24; Huilai 2022: 118 dead, 457,200 yuan; S3-023
-- remedy_zh: 核实死亡日期，记录死亡，停发，按月追回；登记已导入仍发放的，查明审批责任。
-- remedy_en: verify the day, record the death, stop, and recover by month; where the register was
--   there, ask who approved
-- message_zh: {from_unit} 截至 {dated_on} 的登记（第 {line} 行）：{died_on} 死亡。登记导入后
--   批准 {known_lines} 笔 {known_fen} 元，此前 {unknown_lines} 笔 {unknown_fen} 元。
-- message_en: by the register of {from_unit} as of {dated_on} (line {line}) died on {died_on}:
--   {known_lines} lines of {known_fen} yuan approved with the register at hand,
--   {unknown_lines} lines of {unknown_fen} yuan before
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- needs: register_imported where kind = 'deaths'; 没有导入死亡登记; no register of deaths was
--   imported
-- facts: F001, S3-023
WITH named AS (
    SELECT *, ['deaths', 'civil_registry'] AS cleared_by FROM register_deaths
),
standing AS (
    $standing_rows
),
told AS (
    SELECT stream, MAX_BY(SUBSTRING(CAST(died_on AS VARCHAR), 1, 7), position) AS month
    FROM death_recorded
    GROUP BY stream
),
dead AS (
    SELECT "case", MIN(position) AS position, MIN_BY(line, (position, line)) AS line,
           MIN_BY(from_unit, position) AS from_unit, MIN_BY(dated_on, position) AS dated_on,
           MIN(died_on) AS died_on
    FROM standing
    WHERE "case" NOT IN (
        SELECT stream FROM application_approved WHERE form = 'household' AND limb <> 'single_person'
    )
    GROUP BY "case"
),
paid AS (
    SELECT dead."case", paid.position, paid.month, paid.amount_fen, dead.position < paid.approved AS known
    FROM dead
    JOIN net_payments AS paid
      ON paid."case" = dead."case" AND paid.month > SUBSTRING(CAST(dead.died_on AS VARCHAR), 1, 7)
    LEFT JOIN told ON told.stream = dead."case"
    -- what was paid after the death that the ledger has is F001's, where that is a later one too
    WHERE told.month IS NULL OR paid.month <= told.month
),
summed AS (
    SELECT "case", MIN(month) AS first_month, MAX(month) AS last_month, SUM(amount_fen) AS amount_fen,
           SUM(CASE WHEN known THEN 1 ELSE 0 END) AS known_lines,
           SUM(CASE WHEN known THEN amount_fen ELSE 0 END) AS known_fen,
           SUM(CASE WHEN known THEN 0 ELSE 1 END) AS unknown_lines,
           SUM(CASE WHEN known THEN 0 ELSE amount_fen END) AS unknown_fen,
           BOOL_OR(known) AS known, ARRAY_AGG(position) AS positions
    FROM paid
    GROUP BY "case"
)
SELECT summed."case" AS subject,
       LIST_SORT(LIST_CONCAT([dead.position], summed.positions)) AS positions,
       summed.first_month || '/' || summed.last_month AS period,
       summed.amount_fen,
       CASE WHEN summed.known THEN 'critical' ELSE 'high' END AS severity,
       dead.from_unit,
       dead.dated_on,
       dead.line,
       dead.died_on,
       summed.known_lines,
       summed.known_fen,
       summed.unknown_lines,
       summed.unknown_fen
FROM summed
JOIN dead ON dead."case" = summed."case"
