-- id: R11
-- title_zh: 登记外县享受期间发放
-- title_en: paid here and in another county by a register
-- explain_zh: 导入的外县救助名册中的人员，在外县享受低保、特困等救助的月份在本县也有发放。
-- explain_en: A roll of another county names somebody who was paid here for months in which that county
--   supported the person as well.
-- not_zh: 类别不明的外县救助；登记所载开始当月、终止当月和登记日以后的发放；银行已全额退回的；已说
--   明理由排除的（核对日不早于登记日）；被同一单位后来的登记取代的。
-- not_en: help of another county of no known kind; the months in which it began and ended by the
--   register, and those after its day; a line that the bank gave back in full; a hit that was
--   cleared with its reason by data not older than the register; a register that a later one of
--   the same unit replaced
-- severity: critical
-- basis: D21 art. 6; S3-023, S4-007
-- remedy_zh: 与外县核对，保留一处，其余停发并追回。
-- remedy_en: settle with the other county which of the two stays; stop and recover the other
-- message_zh: {from_unit} 截至 {dated_on} 的登记（第 {line} 行）：外县（{county}）享受 {programme}；
--   其间发放 {lines} 笔 {amount_fen} 元。
-- message_en: by the register of {from_unit} as of {dated_on} (line {line}): {programme} in the county
--   {county}; {lines} lines of {amount_fen} yuan were paid meanwhile
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- needs: register_imported where kind = 'other_county'; 没有导入外县救助名册; no roll of another co
--   unty was imported
-- facts: S3-023
WITH spans AS (
    -- without a day of its beginning a register speaks of its own month alone
    SELECT case_people."case", named.position, named.line, registers.from_unit, registers.dated_on,
           SUBSTRING(CAST(named.from_on AS VARCHAR), 1, 7) AS from_month,
           SUBSTRING(CAST(named.to_on AS VARCHAR), 1, 7) AS to_month,
           SUBSTRING(CAST(registers.dated_on AS VARCHAR), 1, 7) AS last_month,
           named.county,
           named.programme
    FROM register_other_county AS named
    JOIN registers ON registers.position = named.position AND registers.replaced_by IS NULL
    JOIN case_people ON case_people.person = named.person
    WHERE named.programme <> 'other'
      AND NOT EXISTS (
              SELECT 1 FROM cleared_hits
              WHERE cleared_hits."case" = case_people."case" AND cleared_hits.run_on >= registers.dated_on
                AND cleared_hits.register IN ('other_county')
          )
),
paid AS (
    SELECT DISTINCT spans.position, spans.line, spans."case", paid.position AS payment, paid.month, paid.amount_fen
    FROM spans
    JOIN net_payments AS paid
      ON paid."case" = spans."case"
     AND (paid.month > spans.from_month OR (spans.from_month IS NULL AND paid.month = spans.last_month))
     AND (spans.to_month IS NULL OR paid.month < spans.to_month)
     AND paid.month <= spans.last_month
),
summed AS (
    -- each payment counts once, however many rows name the person
    SELECT "case", MIN(position) AS position, MIN(month) AS first_month, MAX(month) AS last_month,
           SUM(amount_fen) AS amount_fen, COUNT(*) AS lines, MIN_BY(line, position) AS line,
           ARRAY_AGG(payment) AS payments
    FROM (
        SELECT "case", payment, month, amount_fen, MIN(position) AS position, MIN_BY(line, position) AS line
        FROM paid
        GROUP BY "case", payment, month, amount_fen
    ) AS each_once
    GROUP BY "case"
)
SELECT summed."case" AS subject,
       LIST_SORT(LIST_DISTINCT(LIST_CONCAT([summed.position], summed.payments))) AS positions,
       summed.first_month || '/' || summed.last_month AS period,
       summed.amount_fen,
       summed.lines,
       summed.line,
       MIN(spans.from_unit) AS from_unit,
       MIN(spans.dated_on) AS dated_on,
       MIN(spans.county) AS county,
       MIN(spans.programme) AS programme
FROM summed
JOIN spans ON spans."case" = summed."case" AND spans.position = summed.position AND spans.line = summed.line
GROUP BY summed."case", summed.position, summed.payments, summed.first_month, summed.last_month,
         summed.amount_fen, summed.lines, summed.line
