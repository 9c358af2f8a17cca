-- id: F083
-- title_zh: 服务时长不足或重复开票
-- title_en: hours below the contract, or invoiced twice
-- explain_zh: 购买服务的一个月，验收时长少于合同约定；或同一个月开具了两份以上账单。
-- explain_en: In a month of bought services fewer hours were accepted than the contract asks for, or the month was
--   invoiced more than once.
-- not_zh: 恰满约定时长的；尚未验收的；一个月一份账单的。
-- not_en: the hours of the contract exactly; nothing accepted yet; one invoice a month
-- severity: medium
-- basis_zh: 苍南 2025
-- basis: Cangnan 2025
-- remedy_zh: 按实际时长结算，退回多付的；重复的账单作废。
-- remedy_en: settle by the hours that were rendered, and have the rest given back; cancel the second invoice
-- message_zh: {month}：约定 {asked_hours} 小时，验收 {accepted_hours} 小时；账单 {invoices} 份 {invoiced_fen} 元。
-- message_en: {month}: {accepted_hours} hours accepted of {asked_hours} agreed; {invoices} invoices of {invoiced_fen}
--   yuan
-- needs: service_contract_signed; 没有购买服务合同; no contract of bought service is signed
-- facts: F083, S3-017, S3-020
SELECT contract AS subject,
       positions,
       month AS period,
       -- what was accepted for hours that are missing, and what was invoiced beyond what was accepted
       CASE WHEN short AND accepted_hours + accepted_fen > 0
           THEN accepted_fen * (asked_hours - accepted_hours) // GREATEST(asked_hours, 1) ELSE 0 END
           + CASE WHEN invoices > 1 THEN GREATEST(invoiced_fen - accepted_fen, 0) ELSE 0 END AS amount_fen,
       month,
       asked_hours,
       accepted_hours,
       invoices,
       invoiced_fen
FROM service_hours
WHERE (short AND accepted_hours + accepted_fen > 0) OR invoices > 1
