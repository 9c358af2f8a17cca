-- id: M22
-- title_zh: 核减后多发未追回
-- title_en: set lower afterwards, and not recovered
-- explain_zh: 某月发放以后，待遇追溯核减（收入、能力、人员变化补录，或者更正后重新核定），多发的部分既没有退回，也没有下达追回或者免予追回的决定。
-- explain_en: After a month was paid its entitlement was set lower (a change recorded late, or a decision taken again after a
--   correction); what was paid too much did not come back, and no recovery was ordered or waived.
-- not_zh: 核减后的天数未满（见门槛）；已退回的；该月已下达追回（逾期的见 F097）的；待遇提高的（见 F055）；死亡、终止、停发的月份（见 F001、F050）；发放时就超过核定的（见 F054、M12）；
--   核定本身被更正、作废的（见 M16）。
-- not_en: within the days of the threshold after it was set; what came back; months with an order to recover (overdue: F097);
--   an entitlement that rose (F055); months after a death, an end or in a suspension (F001, F050); what was beyond the
--   entitlement when it was paid (F054, M12); an entitlement that was itself corrected or annulled (M16)
-- severity: medium
-- basis_zh: 社会救助暂行办法（2014）第六十八条；S4-115；特困人员认定办法（2021）第二十四条（多发的追回）
-- basis: M14 art. 68; S4-115; K21 art. 24 (what was paid too much is recovered)
-- thresholds: days = 30
-- remedy_zh: 逐月核对欠发与多发（arrears），下达追回或者免予追回的决定。
-- remedy_en: look at what is owed and paid too much month by month (arrears), and order the recovery or waive it
-- message_zh: {set_on} 核减，{months} 个月多发 {amount_fen} 元，没有追回决定。
-- message_en: set lower on {set_on}: {amount_fen} yuan too much in {months} months, and no order to recover it
-- needs: entitlement_set; 没有待遇核定; no entitlement is set
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- facts: F059, S4-023, S4-115
WITH held AS (
    -- each line, and what was set for its month when it was paid
    SELECT issued.stream, issued.month, issued.position,
           MAX_BY(sets.monthly_fen, (sets.from_month, sets.position)) AS fen
    FROM payment_issued AS issued
    JOIN entitlement_set AS sets
      ON sets.stream = issued.stream AND sets.from_month <= issued.month AND sets.position < issued.position
    WHERE issued.kind IN ('regular', 'arrears')
    GROUP BY issued.stream, issued.month, issued.position
),
paid AS (
    SELECT stream, month, MAX(fen) AS fen, ARRAY_AGG(position) AS positions FROM held GROUP BY stream, month
),
newest AS (
    SELECT paid.stream, paid.month, MAX_BY(sets.position, (sets.from_month, sets.position)) AS position,
           MAX_BY(CAST(sets.recorded_at + INTERVAL '8' HOUR AS DATE), (sets.from_month, sets.position)) AS set_on
    FROM paid
    JOIN entitlement_set AS sets ON sets.stream = paid.stream AND sets.from_month <= paid.month
    GROUP BY paid.stream, paid.month
),
lowered AS (
    SELECT paid.stream, paid.month, newest.position AS entitlement, newest.set_on, paid.positions,
           LEAST(paid.fen - due.payable_fen, -arrears.arrears_fen) AS fen
    FROM paid
    JOIN newest ON newest.stream = paid.stream AND newest.month = paid.month
    -- after an end and in a suspension nothing was due, and that is another rule's
    JOIN entitlements AS due
      ON due."case" = paid.stream AND due.month = paid.month AND due.payable_fen = due.entitled_fen
    JOIN arrears ON arrears."case" = paid.stream AND arrears.month = paid.month
    WHERE paid.fen > due.payable_fen AND arrears.arrears_fen < 0
),
left_alone AS (
    SELECT lowered.*
    FROM lowered
    CROSS JOIN parameters
    LEFT JOIN recovery_ordered AS orders
      ON orders.stream = lowered.stream
     AND orders.position > lowered.entitlement
     AND orders.from_month <= lowered.month
     AND lowered.month <= orders.to_month
    WHERE orders.position IS NULL AND DATE_DIFF('day', lowered.set_on, parameters.as_of) > $days
)
SELECT stream AS subject,
       LIST_SORT(LIST_DISTINCT(LIST_CONCAT(ARRAY_AGG(entitlement), FLATTEN(ARRAY_AGG(positions))))) AS positions,
       MIN(month) || '/' || MAX(month) AS period,
       SUM(fen) AS amount_fen,
       MIN(set_on) AS set_on,
       COUNT(*) AS months
FROM left_alone
GROUP BY stream
