-- id: F102
-- title_zh: 缺政策包
-- title_en: decision without a pinned rule
-- explain_zh: 决定没有写明依据哪一个政策包，或者所写的政策包没有采用、是草案，或者当日不生效。无从复核它是否合规。
-- explain_en: A decision names no policy pack, or one that was never adopted, is a draft or was not in force on
--   its day. Nobody can check it against the rules.
-- not_zh: 当日生效的政策包，包括生效第一天和最后一天；同一内容的政策包有一次采用覆盖当日的；待遇核定，起始月第一日生效的。
-- not_en: a pack in force on the day, its first and last day included; one of several adoptions of the same
--   pack covers the day; of an entitlement, a pack in force on the first day of the month that it counts from
-- severity: high
-- basis_zh: 重演检查（冲突 C1 至 C20）
-- basis: replay check (conflicts C1 to C20)
-- remedy_zh: 按当日生效的政策包重新裁量（aidledger redecide），不符的更正。
-- remedy_en: take the decision again by the pack of the day (aidledger redecide), and correct what differs
-- message_zh: {type}（{decided_on}）写明政策包：{pinned}，已采用：{adopted}，当日生效：否。
-- message_en: {type} on {decided_on} names a pack: {pinned}, an adopted one: {adopted}, in force that day: no
-- needs: entry where type = 'ApplicationApproved' or 'ApplicationRefused' or 'EntitlementSet' or
--   'GradualExitGranted' or 'HelpGranted' or 'RecognitionGranted' or 'ReviewOpinionGiven' or 'SupportSuspended'
--   or 'TerminationApproved'; 没有决定; no decision is recorded
-- facts: F102
WITH decided AS (
    SELECT entry.stream, entry.position, entry.type, entry.effective_on, entry.pack_hash,
           -- an entitlement stands under the pack of the month that it counts from
           COALESCE(TRY_CAST(sets.from_month || '-01' AS DATE), entry.effective_on) AS counts_from
    FROM entry
    LEFT JOIN entitlement_set AS sets ON sets.position = entry.position
    WHERE entry.type IN (
        'ApplicationApproved', 'ApplicationRefused', 'EntitlementSet', 'GradualExitGranted', 'HelpGranted',
        'RecognitionGranted', 'ReviewOpinionGiven', 'SupportSuspended', 'TerminationApproved'
    )
),
pinned AS (
    -- few packs, few days: judged once for each
    SELECT DISTINCT pack_hash, effective_on, counts_from FROM decided WHERE pack_hash IS NOT NULL
),
held AS (
    SELECT pinned.pack_hash, pinned.effective_on, pinned.counts_from,
           BOOL_OR(
               packs.status <> 'draft'
               AND (
                   pinned.effective_on BETWEEN packs.in_force_from AND COALESCE(packs.in_force_to, pinned.effective_on)
                   OR pinned.counts_from BETWEEN packs.in_force_from AND COALESCE(packs.in_force_to, pinned.counts_from)
               )
           ) AS in_force
    FROM pinned
    JOIN pack_adopted AS packs ON packs.data_pack_hash = pinned.pack_hash
    GROUP BY pinned.pack_hash, pinned.effective_on, pinned.counts_from
)
SELECT decided.stream AS subject,
       [decided.position] AS positions,
       CAST(decided.effective_on AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       decided.type,
       decided.effective_on AS decided_on,
       decided.pack_hash IS NOT NULL AS pinned,
       held.pack_hash IS NOT NULL AS adopted
FROM decided
LEFT JOIN held
  ON held.pack_hash = decided.pack_hash
 AND held.effective_on = decided.effective_on
 AND held.counts_from = decided.counts_from
WHERE NOT COALESCE(held.in_force, FALSE)
