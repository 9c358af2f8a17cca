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
-- basis: D21 art. 14 and 17; pack parameter dwellings_max; S3-023
-- parameters: dwellings_max
-- remedy_zh: 核实权属和居住情况；超过限额的重新核定财产，停发并追回。
-- remedy_en: verify who owns and lives there; above the limit, assess anew, stop and recover
-- message_zh: {from_unit} 截至 {dated_on} 的登记（第 {line} 行起）：住房 {counted} 套，限额 {allowe
--   d}；登记当月以来发放 {amount_fen} 元。
-- message_en: by the register of {from_unit} as of {dated_on} (from line {line} on): {counted}
--   dwellings where {allowed} are allowed; {amount_fen} yuan were paid from its month on
-- needs: register_imported where kind = 'real_estate'; 没有导入不动产登记; no register of real esta
--   te was imported
-- facts: F012, S3-023
WITH approvals AS (
    SELECT stream AS "case", MAX(position) AS approval FROM application_approved GROUP BY stream
),
counted AS (
    SELECT case_people."case", COUNT(*) AS counted, MIN(named.position) AS position,
           MIN_BY(named.line, named.position) AS line, MIN(registers.from_unit) AS from_unit,
           MAX(registers.dated_on) AS dated_on, ARRAY_AGG(named.position) AS positions
    FROM register_real_estate AS named
    JOIN registers ON registers.position = named.position AND registers.replaced_by IS NULL
    JOIN case_people ON case_people.person = named.person AND case_people.supported
    WHERE named.use = 'dwelling'
      AND (named.to_on IS NULL OR named.to_on > registers.dated_on)
      AND NOT EXISTS (
              SELECT 1 FROM cleared_hits
              WHERE cleared_hits."case" = case_people."case" AND cleared_hits.run_on >= registers.dated_on
                AND cleared_hits.register IN ('real_estate')
          )
    GROUP BY case_people."case"
),
beyond AS (
    SELECT counted.*, CAST(limits.allowed_each AS HUGEINT) * limits.heads AS allowed, limits.positions AS by_pack
    FROM counted
    JOIN approvals ON approvals."case" = counted."case"
    JOIN property_limits AS limits ON limits.approval = approvals.approval AND limits.kind = 'dwellings'
    WHERE counted.counted > CAST(limits.allowed_each AS HUGEINT) * limits.heads
),
since AS (
    SELECT beyond."case", SUM(paid.amount_fen) AS amount_fen, MIN(paid.month) AS first_month,
           MAX(paid.month) AS last_month
    FROM beyond
    JOIN net_payments AS paid
      ON paid."case" = beyond."case" AND paid.month >= SUBSTRING(CAST(beyond.dated_on AS VARCHAR), 1, 7)
    GROUP BY beyond."case"
)
SELECT beyond."case" AS subject,
       LIST_SORT(LIST_DISTINCT(LIST_CONCAT(beyond.positions, beyond.by_pack))) AS positions,
       since.first_month || '/' || since.last_month AS period,
       COALESCE(since.amount_fen, 0) AS amount_fen,
       beyond.from_unit,
       beyond.dated_on,
       beyond.line,
       CAST(beyond.counted AS BIGINT) AS counted,
       CAST(beyond.allowed AS BIGINT) AS allowed
FROM beyond
LEFT JOIN since ON since."case" = beyond."case"
