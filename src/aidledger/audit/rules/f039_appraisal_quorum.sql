-- id: F039
-- title_zh: 评议人数不符
-- title_en: appraisal quorum
-- explain_zh: 民主评议中，村（居）民代表不足参加人数的三分之二，或者没有签字材料。这样的评议不能代表群众。
-- explain_en: Fewer than two thirds of those at the appraisal represent residents, or nothing bears their
--   signatures. Such a meeting speaks for nobody.
-- not_zh: 恰为三分之二并有签字材料的；没有举行评议的（见 F038）；评议结论不通过的。
-- not_en: two thirds exactly, and signed; no appraisal (F038); one that did not pass
-- severity: low
-- basis_zh: 最低生活保障审核审批办法（2012）第二十二条、第二十三条（三分之二；随附的政策包没有此比例，故列为阈值）
-- basis: D12 art. 22 and 23 (two thirds; no shipped pack carries the share, so it stands here as thresholds)
-- thresholds: parts = 2, whole = 3
-- remedy_zh: 重新评议，代表人数足够并签字。
-- remedy_en: hold it again with enough representatives, and have it signed
-- message_zh: {held_on} 评议，参加 {attendees} 人，其中居民代表 {representatives} 人；有签字材料：{signed}。
-- message_en: of {attendees} at the appraisal of {held_on} {representatives} represent residents; signed: {signed}
-- needs: appraisal_held; 没有评议记录; no appraisal is recorded
-- facts: F039
SELECT stream AS subject,
       [position] AS positions,
       CAST(effective_on AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       effective_on AS held_on,
       attendees,
       representatives,
       LEN(evidence) > 0 AS signed
FROM appraisal_held
WHERE representatives * $whole < attendees * $parts OR attendees = 0 OR LEN(evidence) = 0
