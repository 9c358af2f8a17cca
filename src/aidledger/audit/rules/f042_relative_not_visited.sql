-- id: F042
-- title_zh: 近亲属、被举报户县级未入户
-- title_en: registered relative not visited by the county
-- explain_zh: 近亲属单独备案的案件，或者审核确认期间接到投诉举报且政策包要求入户的案件，县级没有入户核查就批准了。
-- explain_en: A case that is registered as a relative's, or about which a complaint came in before the approval and the
--   pack asks for a visit, was approved, and the county never went to the household itself.
-- not_zh: 县级已入户的；尚未批准的；批准之后才接到的举报（见 F096）；咨询；政策包不要求因举报入户的。
-- not_en: the county went there; not approved; a complaint that came after the approval (F096); a consultation; a pack
--   that asks no visit for complaints
-- severity: high
-- basis_zh: 最低生活保障审核确认办法（2021）第二十条；最低生活保障审核审批办法（2012）第二十六条
-- basis: D21 art. 20; D12 art. 26
-- remedy_zh: 县级入户核查；不符合条件的停发追回。
-- remedy_en: let the county visit; where the conditions are not met, stop and recover
-- message_zh: {from_on} 起应由县级入户（{ground}），至今没有；已发放 {amount_fen} 元。
-- message_en: the county had to visit since {from_on} ({ground}) and did not; {amount_fen} yuan were paid
-- facts: F042, S1-037
WITH declared AS (
    SELECT stream, MIN(position) AS origin, MIN(effective_on) AS from_on, ARRAY_AGG(position) AS positions
    FROM relative_declared
    GROUP BY stream
),
approved AS (
    SELECT stream, MAX(position) AS position FROM application_approved GROUP BY stream
),
checked AS (
    SELECT DISTINCT stream FROM spot_checked
),
found AS (
    SELECT declared.stream, declared.from_on, 'relative' AS ground, declared.positions
    FROM declared
    LEFT JOIN checked ON checked.stream = declared.stream
    WHERE checked.stream IS NULL
    UNION ALL
    SELECT owed."case", owed.from_on, owed.ground, owed.positions
    FROM county_visits AS owed
    -- a complaint during the review; what comes after the approval is looked into as a complaint
    JOIN approved ON approved.stream = owed."case" AND approved.position > owed.origin
    WHERE owed.ground = 'complaint' AND owed.state = 'owed'
)
SELECT paid.stream AS subject,
       LIST_SORT(LIST_DISTINCT(LIST_CONCAT(paid.positions, [approved.position]))) AS positions,
       period,
       amount_fen,
       paid.from_on,
       paid.ground
FROM (
    $with_paid
) AS paid
JOIN approved ON approved.stream = paid.stream
