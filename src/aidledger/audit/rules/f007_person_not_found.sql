-- id: F007
-- title_zh: 户籍查无此人
-- title_en: person unknown to the register
-- explain_zh: 与户籍核对的结果是查无此人（person_not_found），此后仍有发放。虚构的人正是这样领钱的。
-- explain_en: The comparison with the civil register found nobody (person_not_found), and payment went on. It is
--   how invented persons draw money.
-- not_zh: 此后没有发放的；再次与户籍核对已查到本人的（口头说明不能代替）。
-- not_en: nothing was paid after it; a later comparison with the civil register found the person (an explanation
--   does not)
-- severity: high
-- basis_zh: 审计做法；喜德：虚报 4,517 人
-- basis: audit practice; Xide: 4,517 invented persons
-- remedy_zh: 入户见人、见证件；查不到本人的停发、追回、移送。
-- remedy_en: visit and see person and document; where there is nobody, stop, recover and hand the matter over
-- message_zh: {found_on} 核对查无此人，其后发放 {amount_fen} 元。
-- message_en: not found in the register on {found_on}; {amount_fen} yuan were paid since
-- needs: data_compared where registers = 'civil_registry'; 没有与户籍核对过; nothing was compared with the civil register
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- facts: F007
WITH runs AS (
    SELECT stream, position, effective_on, LIST_CONTAINS(hits, 'person_not_found') AS lost
    FROM data_compared
    WHERE LIST_CONTAINS(registers, 'civil_registry') OR LIST_CONTAINS(hits, 'person_not_found')
),
lost AS (
    -- until the register knows the person
    SELECT stream, MIN(CASE WHEN lost THEN position END) AS position,
           MIN(CASE WHEN lost THEN effective_on END) AS found_on, MAX_BY(lost, position) AS still
    FROM runs
    GROUP BY stream
),
paid AS (
    SELECT lost.stream, MIN(issued.month) AS first_month, MAX(issued.month) AS last_month,
           SUM(CASE WHEN issued.kind = 'reissue' THEN 0 ELSE issued.amount_fen END) AS amount_fen,
           ARRAY_AGG(issued.position) AS positions
    FROM lost
    JOIN payment_issued AS issued ON issued.stream = lost.stream AND issued.position > lost.position
    WHERE lost.still
    GROUP BY lost.stream
)
SELECT lost.stream AS subject,
       LIST_SORT(LIST_CONCAT([lost.position], paid.positions)) AS positions,
       paid.first_month || '/' || paid.last_month AS period,
       paid.amount_fen,
       lost.found_on
FROM paid
JOIN lost ON lost.stream = paid.stream
