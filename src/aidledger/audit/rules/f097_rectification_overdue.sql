-- id: F097
-- title_zh: 整改超期
-- title_en: rectification overdue
-- explain_zh: 审计或监督发现的问题到期没有整改验收、要追回的没有追回，或者验收时没有任何整改证据；责令追回的款项过期未还。
-- explain_en: What an audit or supervision found was not accepted as put right by its day, or its money did not
--   come back, or it was accepted without evidence; or a recovery that was ordered is overdue.
-- not_zh: 到期当天验收的；期限未满的；免予追回的。
-- not_en: accepted on the day itself; the time is not over; what was let off
-- severity: high
-- basis_zh: S4-115、S4-117、S4-118
-- basis: S4-115, S4-117, S4-118
-- remedy_zh: 督促整改并提交证据；欠还的依法追回。
-- remedy_en: have it put right, with evidence; recover what is owed by law
-- message_zh: {matter} 应于 {due_on} 前了结，验收日：{accepted_on}；尚欠 {amount_fen} 元；有证据：{proved}。
-- message_en: {matter}, due on {due_on}, accepted on {accepted_on}; {amount_fen} yuan open; evidence: {proved}
-- needs: entry where type = 'AuditFindingRaised' or 'RecoveryOrdered'; 没有审计问题，也没有责令追回; no finding of an audit
--   and no recovery is recorded
-- facts: F097, S4-115, S4-117, S4-118
WITH reported AS (
    SELECT stream, COUNT(evidence) AS evidence FROM rectification_reported GROUP BY stream
),
open_ones AS (
    SELECT found.finding AS subject, found.positions, found.due_on, found.accepted_on, found.rule AS matter,
           GREATEST(found.amount_fen - found.recovered_fen, 0) AS fen,
           COALESCE(reported.evidence, 0) > 0 AS proved,
           CASE WHEN found.state = 'missed' THEN 'high' ELSE 'medium' END AS severity
    FROM audit_findings AS found
    LEFT JOIN reported ON reported.stream = found.finding
    WHERE found.state IN ('missed', 'late')
       OR (found.accepted_on IS NOT NULL AND COALESCE(reported.evidence, 0) = 0)
    UNION ALL
    SELECT "case", positions, due_on, NULL, 'RecoveryOrdered', open_fen, NULL, 'high'
    FROM recoveries
    WHERE state = 'overdue'
)
SELECT subject,
       positions,
       CAST(due_on AS VARCHAR) AS period,
       CAST(fen AS BIGINT) AS amount_fen,
       severity,
       matter,
       due_on,
       accepted_on,
       proved
FROM open_ones
