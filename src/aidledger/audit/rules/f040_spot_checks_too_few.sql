-- id: F040
-- title_zh: 抽查比例不足
-- title_en: too few spot checks
-- explain_zh: 一个月上报并已决定的案件中，县级入户抽查的不到政策包规定的千分比。各项目按自己的政策包计算；
--   自己的政策包没有规定的，按县级政策包对全月案件计算。
-- explain_en: Of the cases handed up in a month and decided, the county checked fewer at home than the share of the
--   pack. Each programme is held to its own pack; where that says nothing, all cases of the month are held to the
--   county's.
-- not_zh: 恰为规定比例的；尚未决定的案件；没有政策包规定比例的项目。
-- not_en: the share exactly; cases that are not decided; programmes for which no pack asks a share
-- severity: medium
-- basis_zh: 特困人员认定办法（2021）第十六条；最低生活保障审核审批办法（2012）第二十六条；S1-037
-- basis: K21 art. 16; D12 art. 26; S1-037
-- parameters: spot_check_permille_min
-- remedy_zh: 从当月案件中补抽，有问题的重新审核。
-- remedy_en: check more cases of that month, and review what is found
-- message_zh: {month} 上报 {submitted} 件，抽查 {checked} 件，规定千分之 {asked_permille}。
-- message_en: {submitted} cases handed up in {month}, {checked} checked at home; {asked_permille} in a thousand are asked
-- needs: case_submitted; 没有上报记录; no case is recorded as handed up
-- facts: F040, S1-037
WITH programme AS (
    SELECT stream, MAX_BY(programme, position) AS programme FROM application_submitted GROUP BY stream
),
decided AS (
    SELECT stream FROM application_approved
    UNION
    SELECT stream FROM application_refused
    UNION
    SELECT stream FROM help_granted
),
checked AS (
    SELECT stream, MIN(position) AS position FROM spot_checked GROUP BY stream
),
handed_up AS (
    SELECT stream, MIN(position) AS position, MIN_BY(effective_on, position) AS effective_on,
           SUBSTRING(CAST(MIN_BY(received_on, position) AS VARCHAR), 1, 7) AS month
    FROM case_submitted
    GROUP BY stream
),
asked AS (
    SELECT pack_in_force.day, pack_in_force.programme, pack_in_force.adoption,
           TRY_CAST(given.value AS BIGINT) AS permille
    FROM pack_in_force
    JOIN pack_parameters AS given
      ON given.adoption = pack_in_force.adoption AND given.name = 'spot_check_permille_min'
),
cases AS (
    SELECT handed_up.month, handed_up.position, checked.position AS check_position,
           COALESCE(programme.programme, '') AS programme,
           own.permille AS own_permille, own.adoption AS own_adoption,
           county.permille AS county_permille, county.adoption AS county_adoption
    FROM handed_up
    JOIN decided ON decided.stream = handed_up.stream
    LEFT JOIN programme ON programme.stream = handed_up.stream
    LEFT JOIN checked ON checked.stream = handed_up.stream
    LEFT JOIN asked AS own
      ON own.day = handed_up.effective_on AND own.programme = COALESCE(programme.programme, '')
    LEFT JOIN asked AS county ON county.day = handed_up.effective_on AND county.programme = ''
),
own_months AS (
    SELECT month, programme AS subject, COUNT(*) AS submitted, COUNT(check_position) AS checked,
           MAX(own_permille) AS asked_permille, MAX(own_adoption) AS adoption, ARRAY_AGG(position) AS positions
    FROM cases
    WHERE own_permille IS NOT NULL AND programme <> ''
    GROUP BY month, programme
),
whole AS (
    SELECT month, COUNT(*) AS submitted, COUNT(check_position) AS checked, MAX(county_permille) AS asked_permille,
           MAX(county_adoption) AS adoption
    FROM cases
    GROUP BY month
),
rest AS (
    SELECT month, ARRAY_AGG(position) AS positions
    FROM cases
    WHERE county_permille IS NOT NULL AND (own_permille IS NULL OR programme = '')
    GROUP BY month
),
counted AS (
    SELECT month, subject, submitted, checked, asked_permille, adoption, positions FROM own_months
    UNION ALL
    SELECT whole.month, 'county', whole.submitted, whole.checked, whole.asked_permille, whole.adoption,
           rest.positions
    FROM rest
    JOIN whole ON whole.month = rest.month
)
SELECT subject,
       LIST_SORT(LIST_DISTINCT(LIST_CONCAT(positions, [adoption]))) AS positions,
       month AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       month,
       submitted,
       checked,
       asked_permille
FROM counted
WHERE checked * 1000 < asked_permille * submitted
