-- id: F098
-- title_zh: 月报迟报或不符
-- title_en: monthly report late or different
-- explain_zh: 月报没有按期报送，或者所报数字与账本在报送之日的数字不同。上级据以决策的是错的数。
-- explain_en: A monthly return was not sent by its day, or its figures differ from what the ledger said on the
--   day of the return. Those above decide by wrong numbers.
-- not_zh: 最后一天报送的；期限未满的；没有内容可报、没有填的数字；账本不认识的指标；报送以后才记入的事项。
-- not_en: sent on the last day; the time is not over; a figure that is left out where there is nothing to
--   report; figures that the ledger does not know; what was recorded after the return
-- severity: medium
-- basis_zh: S4-101 至 S4-103
-- basis: S4-101 to S4-103
-- remedy_zh: 补报；数字不符的更正并说明原因。
-- remedy_en: send it; where figures differ, correct them and say why
-- message_zh: {month} 月报应于 {due_on} 前报送，报送日：{submitted_on}；不符的数字：{figures}。
-- message_en: the return of {month}, due on {due_on}, sent on {submitted_on}; figures that differ: {figures}
-- needs: entry where type = 'ReturnSubmitted' or 'OfficeRegistered'; 没有应报月报的单位; no office has to send returns
-- facts: F098, S4-101, S4-102, S4-103
WITH sent AS (
    SELECT SUBSTRING(stream, 6) AS unit, month, MAX(position) AS position FROM return_submitted GROUP BY stream, month
),
wrong AS (
    SELECT unit, month, LIST_SORT(ARRAY_AGG(figure)) AS figures
    FROM monthly_return
    WHERE state = 'different' OR (state = 'not_reported' AND replayed <> 0)
    GROUP BY unit, month
),
late AS (
    SELECT unit, month, due_on, submitted_on, positions FROM returns_due WHERE state IN ('late', 'missed')
),
faults AS (
    SELECT COALESCE(late.unit, wrong.unit) AS unit, COALESCE(late.month, wrong.month) AS month, late.due_on,
           late.submitted_on, late.positions, wrong.figures
    FROM late
    FULL JOIN wrong ON wrong.unit = late.unit AND wrong.month = late.month
)
SELECT 'unit/' || faults.unit AS subject,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT(
                   COALESCE(faults.positions, CAST([] AS BIGINT[])),
                   CASE WHEN sent.position IS NULL THEN CAST([] AS BIGINT[]) ELSE [sent.position] END
               )
           )
       ) AS positions,
       faults.month AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       faults.month,
       faults.due_on,
       faults.submitted_on,
       COALESCE(faults.figures, CAST([] AS VARCHAR[])) AS figures
FROM faults
LEFT JOIN sent ON sent.unit = faults.unit AND sent.month = faults.month
