-- id: F044
-- title_zh: 越权审批
-- title_en: no authority
-- explain_zh: 作出批准、不予批准、终止决定，或者给予临时救助的机构，不是政策包规定的审批机关，当时也没有有效的授权下放，
--   或者超出了限额。决定无效。
-- explain_en: The office that approved, refused or ended support, or gave temporary assistance, is none of those that
--   the pack lets decide, and no delegation for that programme and amount held at the time. The decision is void.
-- not_zh: 政策包规定的机关；授权在决定之前作出、尚未收回，且项目、限额相符的；对象认定（由各部门办理）。
-- not_en: an office that the pack names; a delegation given before the decision, not ended, for the programme and at
--   least the amount; recognitions (several departments give them)
-- severity: critical
-- basis_zh: 特困人员认定办法（2021）第十六条、第二十八条；最低生活保障审核确认办法（2021）第二条；C2
-- basis: K21 art. 16 and 28; D21 art. 2; C2
-- parameters: deciding_offices
-- remedy_zh: 由有权机关重新审批；查明越权责任。
-- remedy_en: let the office that has the power decide anew; ask who acted without it
-- message_zh: {decided_on} {act} 由 {by_office}（{kind}）作出，无权或超限额；涉及 {amount_fen} 元。
-- message_en: {act} of {decided_on} by {by_office} ({kind}), which had no power to, or not to that amount; {amount_fen}
--   yuan are concerned
-- needs: office_registered; 没有机构登记; no office is registered
-- facts: F044, S1-023, S3-028, S4-045, C2
WITH programme AS (
    SELECT stream, MAX_BY(programme, position) AS programme FROM application_submitted GROUP BY stream
),
proposed AS (
    SELECT stream, MAX_BY(proposed_fen, position) AS fen FROM review_opinion_given GROUP BY stream
),
decided AS (
    SELECT stream, position, effective_on, office, pack_hash, 'ApplicationApproved' AS act, 0 AS fen
    FROM application_approved
    UNION ALL
    SELECT stream, position, effective_on, office, pack_hash, 'ApplicationRefused', 0 FROM application_refused
    UNION ALL
    SELECT stream, position, effective_on, office, pack_hash, 'TerminationApproved', 0 FROM termination_approved
    UNION ALL
    SELECT stream, position, effective_on, office, pack_hash, 'HelpGranted', amount_fen
    FROM help_granted
    WHERE help = 'temporary'
),
adopted AS (
    SELECT data_pack_hash AS pack_hash, MAX(position) AS adoption FROM pack_adopted GROUP BY data_pack_hash
),
asked AS (
    SELECT adoption, MAX(CASE WHEN name = 'deciding_offices' THEN value END) AS kinds,
           MAX(CASE WHEN name = 'township_limit_fen' THEN TRY_CAST(value AS BIGINT) END) AS limit_fen
    FROM pack_parameters
    WHERE name IN ('deciding_offices', 'township_limit_fen')
    GROUP BY adoption
),
offices AS (
    SELECT data_office AS office, MAX_BY(kind, position) AS kind FROM office_registered GROUP BY data_office
),
under AS (
    SELECT decided.stream, decided.position, decided.effective_on, decided.office, decided.act, decided.fen,
           -- temporary assistance follows its own pack, whatever else the person is supported by
           CASE WHEN decided.act = 'HelpGranted' THEN 'temporary' ELSE COALESCE(programme.programme, '') END
               AS programme,
           CASE WHEN decided.act = 'HelpGranted' THEN NULL ELSE adopted.adoption END AS pinned
    FROM decided
    LEFT JOIN programme ON programme.stream = decided.stream
    LEFT JOIN adopted ON adopted.pack_hash = decided.pack_hash
),
judged AS (
    SELECT under.stream, under.position, under.effective_on, under.office, under.act, under.programme,
           CASE WHEN under.act = 'HelpGranted' THEN under.fen ELSE COALESCE(proposed.fen, 0) END AS fen,
           COALESCE(offices.kind, '') AS kind, asked.adoption
    FROM under
    LEFT JOIN pack_in_force
      ON pack_in_force.day = under.effective_on AND pack_in_force.programme = under.programme
    JOIN asked ON asked.adoption = COALESCE(under.pinned, pack_in_force.adoption)
    LEFT JOIN offices ON offices.office = under.office
    LEFT JOIN proposed ON proposed.stream = under.stream
    WHERE asked.kinds IS NOT NULL
      AND (NOT CONTAINS(asked.kinds, '"' || COALESCE(offices.kind, '') || '"')
           OR (under.act = 'HelpGranted' AND offices.kind = 'township' AND under.fen > asked.limit_fen))
),
given AS (
    SELECT delegated.position, delegated.to_office, delegated.programme, delegated.limit_fen,
           MIN(ended.position) AS ended
    FROM delegation_given AS delegated
    LEFT JOIN delegation_ended AS ended
      ON ended.delegation = delegated.delegation AND ended.position > delegated.position
    GROUP BY delegated.position, delegated.to_office, delegated.programme, delegated.limit_fen
),
empowered AS (
    SELECT DISTINCT judged.position
    FROM judged
    JOIN given
      ON given.to_office = judged.office
     AND given.position < judged.position
     AND (given.ended IS NULL OR given.ended > judged.position)
     AND (given.programme IS NULL OR given.programme = judged.programme)
     AND (given.limit_fen IS NULL OR given.limit_fen >= judged.fen)
),
found AS (
    SELECT judged.stream, judged.position, judged.effective_on, judged.office, judged.act, judged.fen,
           judged.kind, judged.adoption
    FROM judged
    LEFT JOIN empowered ON empowered.position = judged.position
    WHERE empowered.position IS NULL
)
SELECT paid.stream AS subject,
       LIST_SORT([paid.position, paid.adoption]) AS positions,
       CASE WHEN paid.act = 'ApplicationApproved' THEN paid.period END AS period,
       CASE
           WHEN paid.act = 'HelpGranted' THEN paid.fen
           WHEN paid.act = 'ApplicationApproved' THEN paid.amount_fen
           ELSE 0
       END AS amount_fen,
       paid.effective_on AS decided_on,
       paid.act,
       paid.office AS by_office,
       paid.kind
FROM (
    $with_paid
) AS paid
