-- id: F050
-- title_zh: 应退未退
-- title_en: ineligible and still paid
-- explain_zh: 终止已批准，最后一个月之后仍有发放；或者已报告丧失条件、复核认定不再符合，却既不终止也不停发，继续发放；或者停发的月份仍有发放。
-- explain_en: Support was ended, and months after its last one were paid; or the loss of eligibility was reported, or a
--   review found it, and payment went on with neither an end nor a suspension; or months of a suspension were paid.
-- not_zh: 终止当月及以前月份（含补发）；死亡（见 F001）；服刑、失踪（见 F003）；恢复发放以后的月份；乡镇审核不同意终止的（此后再有报告的除外）；渐退；
--   银行已全额退回的；报告后次月以内的发放（正在办理）。
-- not_en: the last month and those before it (arrears too); death (F001); prison (F003); months since a resumption; a
--   report that the township did not agree with (a later one is another); a gradual exit; a line that the bank gave back
--   in full; the month after a report (it is being dealt with)
-- severity: critical
-- basis_zh: 特困人员认定办法（2021）第二十五条、第二十六条
-- basis: K21 art. 25 and 26
-- thresholds: months = 1
-- remedy_zh: 停发，按月追回；已报告而未终止的立即办理。
-- remedy_en: stop, and recover month by month; where it was only reported, decide
-- message_zh: 最后应发 {last_month}（{ground}），其后发放 {lines} 笔 {amount_fen} 元。
-- message_en: the last month was {last_month} ({ground}); {lines} lines of {amount_fen} yuan were paid after it
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- facts: F050, S1-045, S1-048, S1-049
WITH ended AS (
    SELECT stream, MAX(position) AS position, MAX_BY(ground, position) AS ground,
           MAX_BY(last_month, position) AS last_month
    FROM termination_approved
    GROUP BY stream
),
lost AS (
    SELECT stream, position, effective_on, ground FROM termination_reported WHERE ground <> 'death'
    UNION ALL
    SELECT stream, position, effective_on, 'review' FROM support_reviewed WHERE NOT still_eligible
),
excused AS (
    -- looked at since, and support goes on, or is held back
    SELECT stream, position FROM termination_audited WHERE NOT agreed
    UNION ALL
    SELECT stream, position FROM support_reviewed WHERE still_eligible
    UNION ALL
    SELECT stream, position FROM gradual_exit_granted
    UNION ALL
    SELECT stream, position FROM support_suspended
    UNION ALL
    SELECT stream, position FROM death_recorded
),
settled AS (
    SELECT stream, MAX(position) AS position FROM excused GROUP BY stream
),
known AS (
    -- what settled one report settles none that came after it
    SELECT lost.stream, MIN(lost.position) AS position, MIN_BY(lost.ground, lost.position) AS ground,
           MIN_BY(lost.effective_on, lost.position) AS known_on
    FROM lost
    LEFT JOIN settled ON settled.stream = lost.stream AND settled.position > lost.position
    WHERE settled.stream IS NULL
    GROUP BY lost.stream
),
over AS (
    SELECT stream, position, ground, last_month, CAST(NULL AS VARCHAR) AS to_month, 'critical' AS severity
    FROM ended
    WHERE ground <> 'death'
    UNION ALL
    SELECT known.stream, known.position, known.ground,
           SUBSTRING(CAST(CAST(known.known_on + TO_MONTHS($months) AS DATE) AS VARCHAR), 1, 7), NULL, 'high'
    FROM known
    LEFT JOIN ended ON ended.stream = known.stream
    WHERE ended.stream IS NULL
      AND known.known_on BETWEEN DATE '1850-01-01' AND DATE '2999-12-31'
    UNION ALL
    SELECT "case", suspension, 'suspended',
           SUBSTRING(CAST(CAST(from_month || '-01' AS DATE) - INTERVAL '1' MONTH AS VARCHAR), 1, 7), to_month, 'high'
    FROM suspensions
    WHERE from_month BETWEEN '1850-01' AND '2999-12'
),
paid AS (
    -- a line is somebody's once: that support was over comes first
    SELECT net.position, net.month, net.amount_fen,
           MIN_BY(over.position, (over.severity, over.position)) AS over
    FROM over
    JOIN net_payments AS net
      ON net."case" = over.stream AND net.month > over.last_month
     AND (over.to_month IS NULL OR net.month < over.to_month)
    JOIN payment_issued AS issued ON issued.position = net.position AND issued.kind <> 'one_off'
    GROUP BY net.position, net.month, net.amount_fen
),
summed AS (
    SELECT over, COUNT(*) AS lines, SUM(amount_fen) AS amount_fen, MIN(month) AS first_month,
           MAX(month) AS final_month, ARRAY_AGG(position) AS positions
    FROM paid
    GROUP BY over
)
SELECT over.stream AS subject,
       LIST_SORT(LIST_CONCAT(summed.positions, [over.position])) AS positions,
       summed.first_month || '/' || summed.final_month AS period,
       summed.amount_fen,
       over.severity,
       over.ground,
       over.last_month,
       summed.lines
FROM summed
JOIN over ON over.position = summed.over
