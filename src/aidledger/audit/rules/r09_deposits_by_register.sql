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
-- basis: D21 art. 14 and 17; pack parameter deposit_limit_fen; S3-023
-- parameters: deposit_limit_fen
-- remedy_zh: 按核对日余额重新核定；超过限额的停发并追回。
-- remedy_en: assess anew by the balance on the day of the register; above the limit, stop and recover
-- message_zh: {from_unit} 截至 {dated_on} 的登记（第 {line} 行起）：余额 {counted_fen} 元，限额 {al
--   lowed_fen}；登记当月以来发放 {amount_fen} 元。
-- message_en: by the register of {from_unit} as of {dated_on} (from line {line} on): balances of
--   {counted_fen} yuan where {allowed_fen} are allowed; {amount_fen} yuan were paid from its
--   month on
-- needs: register_imported where kind = 'deposits'; 没有导入存款理财登记; no register of deposits w
--   as imported
-- facts: F016, S3-023
WITH approvals AS (
    SELECT stream AS "case", MAX(position) AS approval FROM application_approved GROUP BY stream
),
counted AS (
    SELECT case_people."case", CAST(SUM(CAST(named.balance_fen AS HUGEINT)) AS HUGEINT) AS counted, MIN(named.position) AS position,
           MIN_BY(named.line, named.position) AS line, MIN(registers.from_unit) AS from_unit,
           MAX(registers.dated_on) AS dated_on, ARRAY_AGG(named.position) AS positions
    FROM register_deposits AS named
    JOIN registers ON registers.position = named.position AND registers.replaced_by IS NULL
    JOIN case_people ON case_people.person = named.person AND case_people.supported
    WHERE NOT EXISTS (
              SELECT 1 FROM cleared_hits
              WHERE cleared_hits."case" = case_people."case" AND cleared_hits.run_on >= registers.dated_on
                AND cleared_hits.register IN ('deposits', 'securities')
          )
    GROUP BY case_people."case"
),
beyond AS (
    SELECT counted.*, CAST(limits.allowed_each AS HUGEINT) * limits.heads AS allowed, limits.positions AS by_pack
    FROM counted
    JOIN approvals ON approvals."case" = counted."case"
    JOIN property_limits AS limits ON limits.approval = approvals.approval AND limits.kind = 'deposits_fen'
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
       CAST(beyond.counted AS BIGINT) AS counted_fen,
       CAST(beyond.allowed AS BIGINT) AS allowed_fen
FROM beyond
LEFT JOIN since ON since."case" = beyond."case"
