-- id: M14
-- title_zh: 护理人为本人、已死亡，或者被照料人已入住机构
-- title_en: cared for by oneself, by the dead, or at home while in an institution
-- explain_zh: 受委托的护理人就是被照料人本人，或者在委托期间已经死亡（死亡记在其本人或家庭的案件中），或者被照料人已改为集中供养，委托却没有终止。
-- explain_en: The carer who is entrusted is the person cared for, or died while entrusted (the death is on record in a
--   case of the carer or of a household), or the person cared for was taken into an institution, and the entrustment went on.
-- not_zh: 机构、村级护理人为本人或者死亡的；没有登记身份证号码的；死亡或者改为集中供养后数日内（见门槛）终止或更换的；委托给机构的，只委托住院陪护的。
-- not_en: an institution, an agency or a village that is the person or dead; a carer without an identity number; ended or
--   replaced within the days of the threshold after the death or the move; entrusted to an institution, or for
--   attendance in hospital alone
-- severity: high
-- basis_zh: 委托照料须由他人提供（S4-095）；死亡后须及时处理（F002）；委托照料针对分散供养（S0-007）
-- basis: care is entrusted to somebody else (S4-095); a death is acted on (F002); it is for decentralised support (S0-007)
-- thresholds: days = 30
-- remedy_zh: 终止委托，另行落实护理人，追回没有服务的费用。
-- remedy_en: end it, find another carer, and recover the fee for what was not done
-- message_zh: {carer} 为被照料人本人：{own}；死亡日：{died_on}；被照料人集中供养自：{placed_on}；委托持续至 {until_on}，其后费用 {amount_fen} 元。
-- message_en: {carer} is the person cared for: {own}; died on {died_on}; the person in an institution since {placed_on};
--   entrusted until {until_on}, {amount_fen} yuan of fees since
-- needs: care_entrusted; 没有委托照料; nobody is entrusted to a carer
-- facts: S4-095, F002, S0-007
WITH persons AS (
    SELECT stream AS carer, MAX(position) AS position, MAX_BY(person, position) AS person
    FROM carer_registered
    WHERE kind = 'person'
    GROUP BY stream
),
applied AS (
    SELECT stream, MAX_BY(applicant, position) AS person FROM application_submitted GROUP BY stream
),
deaths AS (
    SELECT applied.person, death.position, death.died_on
    FROM death_recorded AS death
    JOIN applied ON applied.stream = death.stream
    UNION ALL
    SELECT person, position, changed_on FROM household_member_changed WHERE change = 'died'
),
died AS (
    SELECT person, MIN(position) AS position, MAX_BY(died_on, position) AS died_on FROM deaths GROUP BY person
),
kept AS (
    SELECT periods."case", periods.position, periods.carer, periods.monthly_fee_fen, periods.from_on, periods.to_on,
           persons.position AS registered, applied.person IS NOT NULL AS own, died.position AS death, died.died_on
    FROM care_periods AS periods
    -- all zeros: the number was not given
    JOIN persons ON persons.carer = periods.carer AND persons.person <> 'p00000000000000000000000000000000'
    LEFT JOIN applied ON applied.stream = periods."case" AND applied.person = persons.person
    LEFT JOIN died ON died.person = persons.person
),
lives AS (
    SELECT stream, MAX(position) AS position, MAX_BY(form, position) AS form, MAX_BY(effective_on, position) AS placed_on
    FROM (
        SELECT stream, position, form, effective_on FROM application_approved
        UNION ALL
        SELECT stream, position, form, effective_on FROM support_form_set
    ) AS said
    GROUP BY stream
),
since AS (
    SELECT "case", position, carer, monthly_fee_fen, to_on, own, died_on, CAST(NULL AS DATE) AS placed_on,
           CASE WHEN own THEN from_on ELSE GREATEST(from_on, died_on) END AS from_on,
           LIST_CONCAT([position, registered], CASE WHEN death IS NULL THEN CAST([] AS BIGINT[]) ELSE [death] END)
               AS positions
    FROM kept
    WHERE own OR DATE_DIFF('day', died_on, to_on) > $days
    UNION ALL
    SELECT periods."case", periods.position, periods.carer, periods.monthly_fee_fen, periods.to_on, FALSE,
           CAST(NULL AS DATE), lives.placed_on, GREATEST(periods.from_on, lives.placed_on),
           [periods.position, lives.position]
    FROM care_periods AS periods
    JOIN lives ON lives.stream = periods."case" AND lives.form = 'concentrated'
    WHERE periods.relation <> 'institution'
      AND NOT (LEN(periods.services) = 1 AND LIST_CONTAINS(periods.services, 'hospital_attendance'))
      AND DATE_DIFF('day', GREATEST(periods.from_on, lives.placed_on), periods.to_on) > $days
)
SELECT "case" AS subject,
       LIST_SORT(positions) AS positions,
       CAST(from_on AS VARCHAR) || '/' || CAST(to_on AS VARCHAR) AS period,
       -- the months that began after it
       CAST(COALESCE(monthly_fee_fen, 0) AS HUGEINT) * DATE_DIFF('month', from_on, to_on) AS amount_fen,
       carer,
       own,
       died_on,
       placed_on,
       to_on AS until_on
FROM since
