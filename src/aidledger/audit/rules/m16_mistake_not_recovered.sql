-- id: M16
-- title_zh: 更正作废后多发未追回
-- title_en: paid by mistake and not recovered
-- explain_zh: 批准、核定或者发放被更正、作废以后，此前据以发放的月份多于现在应发，却既没有退回，也没有下达追回或者免予追回的决定。
-- explain_en: A decision, an entitlement or a payment was corrected or annulled, and the months paid by it are more than what
--   is due now; nothing came back, and no recovery was ordered or waived.
-- not_zh: 更正后的天数未满（见门槛）；已退回、已下达追回（逾期的见 F097）或者免予追回的；多发为零的。
-- not_en: within the days of the threshold after the correction; what came back, was ordered to be recovered (overdue: F097)
--   or waived; nothing too much
-- severity: high
-- basis_zh: S4-115；特困人员认定办法（2021）第二十四条（多发的追回）
-- basis: S4-115; K21 art. 24 (what was paid too much is recovered)
-- thresholds: days = 30
-- remedy_zh: 用 aidledger case consequences 列出后果，下达追回或者免予追回的决定。
-- remedy_en: list what followed by aidledger case consequences, and order the recovery or waive it
-- message_zh: {amended_on} 更正或作废，{months} 个月多发 {amount_fen} 元，没有追回决定。
-- message_en: corrected or annulled on {amended_on}: {amount_fen} yuan too much in {months} months, and no order to recover
--   it
-- needs: entry_amendment; 没有更正或作废; nothing is corrected or annulled
-- facts: S4-115
WITH too_much AS (
    -- the same month may follow from several entries that were amended
    SELECT "case", month, MAX(to_recover_fen) AS fen, MIN(amended_on) AS amended_on,
           FLATTEN(ARRAY_AGG(positions)) AS positions
    FROM consequences
    WHERE kind = 'payment' AND state = 'stands' AND to_recover_fen > 0
    GROUP BY "case", month
)
SELECT too_much."case" AS subject,
       LIST_SORT(LIST_DISTINCT(FLATTEN(ARRAY_AGG(too_much.positions)))) AS positions,
       MIN(too_much.month) || '/' || MAX(too_much.month) AS period,
       SUM(too_much.fen) AS amount_fen,
       MIN(too_much.amended_on) AS amended_on,
       COUNT(*) AS months
FROM too_much
CROSS JOIN parameters
WHERE DATE_DIFF('day', too_much.amended_on, parameters.as_of) > $days
GROUP BY too_much."case"
