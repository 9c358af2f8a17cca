-- id: R02
-- title_zh: 登记死亡仍在册
-- title_en: dead by a register, and on the rolls
-- explain_zh: 导入的死亡登记中已死亡的人员仍在享：个案未终止，或者仍计入家庭人口，而账本中没有其死
--   亡记录。
-- explain_en: A register of deaths names somebody who is still supported: the case goes on, or the
--   person still counts as a member of the household, and the ledger knows of no death.
-- not_zh: 登记导入至今不足阈值天数的（须有时间处理）；账本中已记录死亡、或者成员已注明死亡的；已报
--   告终止的；已说明理由排除的（核对日不早于登记日）；被同一单位后来的登记取代的。
-- not_en: a register that came so few days ago (there must be time to act); a death that the ledger
--   has; a case that was reported for termination; a hit that was cleared with its reason by data
--   not older than the register; a register that a later one of the same unit replaced
-- severity: medium
-- basis_zh: 特困人员认定办法（2021）第二十四条；S3-023、S3-025
-- basis: K21 art. 24; S3-023, S3-025
-- thresholds: days = 30
-- remedy_zh: 核实死亡日期，记录死亡，按程序终止或者重新核定家庭人口。
-- remedy_en: verify the day, record the death, and terminate or assess the household anew
-- message_zh: {from_unit} 截至 {dated_on} 的登记（第 {line} 行）：{died_on} 死亡；导入已 {days} 天，
--   仍在册。
-- message_en: by the register of {from_unit} as of {dated_on} (line {line}) died on {died_on}; imported
--   {days} days ago, and still on the rolls
-- needs: register_imported where kind = 'deaths'; 没有导入死亡登记; no register of deaths was
--   imported
-- facts: F002, S3-023
WITH named AS (
    SELECT *, ['deaths', 'civil_registry'] AS cleared_by FROM register_deaths
),
standing AS (
    $standing_rows
)
SELECT standing."case" AS subject,
       LIST_SORT(LIST_DISTINCT(LIST_CONCAT([MIN(position)], FLATTEN(ARRAY_AGG(case_positions))))) AS positions,
       CAST(MIN(died_on) AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       MIN_BY(from_unit, position) AS from_unit,
       MIN_BY(dated_on, position) AS dated_on,
       MIN_BY(line, (position, line)) AS line,
       MIN(died_on) AS died_on,
       MAX(DATE_DIFF('day', CAST(recorded_at + INTERVAL '8' HOUR AS DATE), parameters.as_of)) AS days
FROM standing
CROSS JOIN parameters
WHERE supported
  AND DATE_DIFF('day', CAST(recorded_at + INTERVAL '8' HOUR AS DATE), parameters.as_of) >= $days
  AND "case" NOT IN (SELECT stream FROM death_recorded)
  AND "case" NOT IN (SELECT stream FROM termination_reported)
GROUP BY "case", person
