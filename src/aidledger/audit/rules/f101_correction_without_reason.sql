-- id: F101
-- title_zh: 无理由更正
-- title_en: correction without reason
-- explain_zh: 更正或作废没有写明理由或批准依据，或者所指的不是它之前的条目。原条目仍在，但没有人说得清为什么改。
-- explain_en: A correction or annulment gives no reason or no authority, or names no entry before it. The entry
--   itself still stands there, but nobody can say why it was changed.
-- not_zh: 理由和依据都写明的；理由写得好不好，SQL 看不出；突破规则（RuleOverridden）另有记录。
-- not_en: reason and authority are both given; whether they are good ones no SQL can tell; an act against a
--   rule, which has an entry of its own
-- severity: high
-- basis_zh: BODS 9、700；S4-115
-- basis: BODS 9, 700; S4-115
-- remedy_zh: 补写理由和批准依据；没有依据的恢复原状。
-- remedy_en: give reason and authority; undo what has none
-- message_zh: {type}（第 {names} 条）：理由：{reasoned}，依据：{authorised}，所指在前：{before}。
-- message_en: {type} of entry {names}: a reason: {reasoned}, an authority: {authorised}, an earlier entry: {before}
-- needs: entry_amendment; 没有更正或作废; nothing is corrected or annulled
-- facts: F101, S4-115
WITH judged AS (
    SELECT stream, position, type, names, effective_on, LENGTH(TRIM(reason)) > 0 AS reasoned,
           LENGTH(TRIM(authority)) > 0 AS authorised, names < position AS before
    FROM entry_amendment
)
SELECT stream AS subject,
       CASE WHEN before THEN [names, position] ELSE [position] END AS positions,
       CAST(effective_on AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       type,
       names,
       reasoned,
       authorised,
       before
FROM judged
WHERE NOT (reasoned AND authorised AND before)
