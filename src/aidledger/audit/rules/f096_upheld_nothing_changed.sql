-- id: F096
-- title_zh: 查实未纠正
-- title_en: upheld but nothing changed
-- explain_zh: 针对某件救助的投诉查实后，该件在规定天数内没有更正、重新核定、停发、恢复、补发、换账户、终止或追回。查了等于没查。
-- explain_en: A complaint about a case was upheld, and in that case nothing was corrected, set anew, suspended,
--   taken up again, paid as arrears, bound to another account, ended or recovered within the days after. It was looked into for nothing.
-- not_zh: 投诉以后、查实以前已经纠正的；期限内纠正的；期限未满的；未查实的；没有指明哪一件的。
-- not_en: put right between complaint and finding; put right within the days; the days are not over; not
--   upheld; a complaint that names no case
-- severity: high
-- basis_zh: S4-113、S4-114；重演检查
-- basis: S4-113, S4-114; replay check
-- thresholds: days = 30
-- remedy_zh: 按查实的内容更正，多发的追回，少发的补发。
-- remedy_en: put right what was found; recover or pay what is due
-- message_zh: {case} 的投诉 {upheld_on} 查实，纠正日：{corrected_on}。
-- message_en: about {case}, upheld on {upheld_on}, put right on {corrected_on}
-- needs: complaint_investigated where finding = 'upheld' or 'partly_upheld'; 没有查实的投诉; no complaint was upheld
-- facts: F096, S4-113, S4-114
WITH received AS (
    SELECT stream, MIN(effective_on) AS received_on, MIN_BY(subject_case, position) AS "case"
    FROM complaint_received
    GROUP BY stream
),
found AS (
    SELECT stream, MAX(position) AS position, MAX_BY(finding, position) AS finding,
           MAX_BY(effective_on, position) AS upheld_on
    FROM complaint_investigated
    GROUP BY stream
),
upheld AS (
    SELECT found.stream, found.position, found.upheld_on, received."case", received.received_on
    FROM found
    JOIN received ON received.stream = found.stream
    WHERE found.finding IN ('upheld', 'partly_upheld') AND received."case" IS NOT NULL
),
corrected AS (
    SELECT upheld.position, MIN(act.effective_on) AS corrected_on, MIN_BY(act.position, ROW(act.effective_on, act.position)) AS act
    FROM upheld
    JOIN entry AS act ON act.stream = upheld."case" AND act.effective_on >= upheld.received_on
    LEFT JOIN payment_issued AS issued ON issued.position = act.position AND issued.kind = 'arrears'
    WHERE issued.position IS NOT NULL OR act.type IN (
        'AccountBound', 'ApplicationApproved', 'EntitlementSet', 'EntryAnnulled', 'EntryCorrected', 'GradualExitGranted',
        'HelpGranted', 'PaymentRecovered', 'PaymentReissued', 'RecoveryOrdered', 'SupportResumed', 'SupportSuspended',
        'TerminationApproved', 'TerminationReported'
    )
    GROUP BY upheld.position
)
SELECT upheld.stream AS subject,
       LIST_SORT(LIST_DISTINCT([upheld.position, COALESCE(corrected.act, upheld.position)])) AS positions,
       CAST(upheld.upheld_on AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       upheld."case",
       upheld.upheld_on,
       corrected.corrected_on
FROM upheld
CROSS JOIN parameters
LEFT JOIN corrected ON corrected.position = upheld.position
WHERE DATE_DIFF('day', upheld.upheld_on, COALESCE(corrected.corrected_on, parameters.as_of)) > $days
