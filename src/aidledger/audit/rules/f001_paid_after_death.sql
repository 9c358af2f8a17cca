-- id: F001
-- title_zh: 死亡后发放
-- title_en: paid after death
-- explain_zh: 对已死亡人员，死亡当月之后的月份仍有发放，不论死亡记在本案、其另一案件还是其家庭的案件。分别给出两个数：批次批准时已经知道死亡仍发放的，
--   是经办责任；批准时尚不知道的，只涉及追回。
-- explain_en: Months after the month of death were paid for, be the death recorded in this case, in another of
--   the person or in that of a household. It answers twice: what was paid though the death was known when the run was approved is somebody's
--   failure; what was paid before it was known is to be recovered only.
-- not_zh: 死亡当月的发放；没有号码、无从得知是否同一人的；银行已全额退回的；以家庭为单位发放、家中尚有他人在保的（见 F002）。
-- not_en: the month of death itself; another case where no number says that it is of the same person; a line that the
--   bank gave back in full; a household in which others live on (F002)
-- severity: high
-- basis_zh: 特困人员认定办法（2021）第二十四条；惠来 2022：死亡 118 人，457,200 元
-- basis: K21 art. 24; Huilai 2022: 118 dead, 457,200 yuan
-- remedy_zh: 停发，按月追回死亡次月以后的金额；已知仍发的，查明审批责任。
-- remedy_en: stop, and recover what was paid for the months after that of the death; where it was known, ask who approved
-- message_zh: {died_on} 死亡，{known_at} 起已知。已知后批准 {known_lines} 笔 {known_fen} 元，
--   知道之前 {unknown_lines} 笔 {unknown_fen} 元。
-- message_en: died on {died_on}, known since {known_at}: {known_lines} lines of {known_fen} yuan approved knowing it,
--   {unknown_lines} lines of {unknown_fen} yuan before it was known
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- facts: F001
WITH applied AS (
    SELECT stream, MAX_BY(applicant, position) AS person FROM application_submitted GROUP BY stream
),
deaths AS (
    SELECT stream AS "case", stream, position, recorded_at, died_on FROM death_recorded
    UNION
    -- who is dead in one case is dead in the others; all zeros: the number of the person was not given
    SELECT others.stream, death.stream, death.position, death.recorded_at, death.died_on
    FROM death_recorded AS death
    JOIN applied ON applied.stream = death.stream
    JOIN applied AS others ON others.person = applied.person
    WHERE applied.person <> 'p00000000000000000000000000000000'
      AND others.stream NOT IN (SELECT stream FROM death_recorded)
    UNION
    -- nor does a household know of a death alone
    SELECT applied.stream, changed.stream, changed.position, changed.recorded_at, changed.changed_on
    FROM household_member_changed AS changed
    JOIN applied ON applied.person = changed.person
    WHERE changed.change = 'died'
      AND changed.person <> 'p00000000000000000000000000000000'
      AND applied.stream NOT IN (SELECT stream FROM death_recorded)
),
died AS (
    -- when it was first known counts, and what is known now of the day
    SELECT "case" AS stream, MIN(position) AS known_position, MIN(recorded_at) AS recorded_at,
           MAX_BY(died_on, position) AS died_on, ARRAY_AGG(position) AS positions
    FROM deaths
    GROUP BY "case"
),
homes AS (
    -- a household of one ends with the one; of whom a household consists may not be recorded at all
    SELECT granted.stream, MAX(members."case") IS NOT NULL AS told
    FROM (
        SELECT stream, MAX_BY(form, position) AS form, MAX_BY(limb, position) AS limb
        FROM application_approved
        GROUP BY stream
    ) AS granted
    LEFT JOIN households AS members ON members."case" = granted.stream
    WHERE granted.form = 'household' AND granted.limb <> 'single_person'
    GROUP BY granted.stream
),
alive AS (
    SELECT DISTINCT issued.position
    FROM payment_issued AS issued
    JOIN homes ON homes.stream = issued.stream
    LEFT JOIN applied ON applied.stream = issued.stream
    LEFT JOIN households AS others
      ON others."case" = issued.stream AND others.covered AND others.person <> applied.person
     AND SUBSTRING(CAST(others.from_on AS VARCHAR), 1, 7) <= issued.month
     AND (others.to_on IS NULL OR SUBSTRING(CAST(others.to_on AS VARCHAR), 1, 7) >= issued.month)
    WHERE NOT homes.told OR others."case" IS NOT NULL
),
paid AS (
    SELECT paid."case" AS stream, paid.position, paid.month, paid.amount_fen,
           died.known_position < paid.approved AS known
    FROM net_payments AS paid
    JOIN died ON died.stream = paid."case"
    LEFT JOIN alive ON alive.position = paid.position
    WHERE alive.position IS NULL AND paid.month > SUBSTRING(CAST(died.died_on AS VARCHAR), 1, 7)
),
summed AS (
    SELECT stream, MIN(month) AS first_month, MAX(month) AS last_month, SUM(amount_fen) AS amount_fen,
           SUM(CASE WHEN known THEN 1 ELSE 0 END) AS known_lines,
           SUM(CASE WHEN known THEN amount_fen ELSE 0 END) AS known_fen,
           SUM(CASE WHEN known THEN 0 ELSE 1 END) AS unknown_lines,
           SUM(CASE WHEN known THEN 0 ELSE amount_fen END) AS unknown_fen,
           BOOL_OR(known) AS known, ARRAY_AGG(position) AS positions
    FROM paid
    GROUP BY stream
)
SELECT summed.stream AS subject,
       LIST_SORT(LIST_CONCAT(died.positions, summed.positions)) AS positions,
       summed.first_month || '/' || summed.last_month AS period,
       summed.amount_fen,
       CASE WHEN summed.known THEN 'critical' ELSE 'high' END AS severity,
       summed.known,
       died.died_on,
       -- the civil day of China
       CAST(died.recorded_at + INTERVAL '8' HOUR AS DATE) AS known_at,
       summed.known_lines,
       summed.known_fen,
       summed.unknown_lines,
       summed.unknown_fen
FROM summed
JOIN died ON died.stream = summed.stream
