-- id: F100
-- title_zh: 链断裂或缺号
-- title_en: chain break, gap or lost tail
-- explain_zh: 账本的尾部曾经丢失：此前已知的规模大于恢复以后留下的规模。断链、缺号、被改的条目由 aidledger verify 逐条核验，
--   读模型里看不出来。
-- explain_en: The end of the log was lost once: it was known to be longer than what was kept when the ledger
--   was restored. A break of the chain, a gap or an altered entry is what aidledger verify finds, entry by
--   entry; no view can show it.
-- not_zh: 恢复时没有丢失条目的；链是否完整（由 aidledger verify 回答）。
-- not_en: a restoration that lost nothing; whether the chain is whole (aidledger verify answers that)
-- severity: critical
-- basis_zh: 社会救助暂行办法（2014）第六十六条第五项：丢失、篡改记录
-- basis: 2014 Measures art. 66 (5): loss of or tampering with records
-- remedy_zh: 从见证人和备份找回丢失的条目，逐条重新登记，并运行 aidledger verify。
-- remedy_en: find the lost entries with witnesses and in backups, enter them again, and run aidledger verify
-- message_zh: {restored_on} 恢复到 {kept} 条，此前已知 {known} 条，丢失 {lost} 条。
-- message_en: restored on {restored_on} to {kept} entries; {known} were known before, {lost} are lost
-- needs: ledger_restored; 断链、缺号和被改的条目由 aidledger verify 核验，SQL 看不出，账本也没有恢复记录; a break, a gap or
--   an altered entry is found by aidledger verify and by no SQL, and no restoration is recorded
-- facts: F100
SELECT stream AS subject,
       [position] AS positions,
       CAST(effective_on AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       effective_on AS restored_on,
       kept_size AS kept,
       lost_size AS known,
       lost_size - kept_size AS lost
FROM ledger_restored
WHERE lost_size > kept_size
