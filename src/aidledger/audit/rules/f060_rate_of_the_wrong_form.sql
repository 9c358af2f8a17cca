-- id: F060
-- title_zh: 供养形式不符
-- title_en: rate of the wrong form
-- explain_zh: 在家的按机构标准发放，或在机构的按在家标准发放。
-- explain_en: Somebody at home was paid the rate of an institution, or the reverse.
-- not_zh: 变更当月仍按原形式的；两种形式标准相同的；金额不等于另一形式标准的（见 F054）。
-- not_en: the old form in the month of a change; equal rates; an amount that is not that of the other form (F054)
-- severity: medium
-- basis_zh: S1-069；按供养形式的标准
-- basis: S1-069; standards by form of support
-- remedy_zh: 按实际供养形式核定，补发或追回差额。
-- remedy_en: set it by the form there is, and pay or recover the difference
-- message_zh: 供养形式为 {form}，应发 {right_fen} 元，按另一形式发放 {wrong_fen} 元，共 {lines} 个月。
-- message_en: supported as {form}: {right_fen} yuan were due, {wrong_fen} yuan of the other form were paid, in {lines}
--   months
-- needs: application_approved; 没有批准记录; no approval is recorded
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- facts: F060, S1-069
WITH given AS (
    -- a programme's standards by form are named after it; of a day both are given: the published one counts
    SELECT SPLIT_PART(code, '_', 1) AS programme,
           CASE SPLIT_PART(code, '_', 2) WHEN 'home' THEN 'decentralised' ELSE 'concentrated' END AS form,
           CAST(from_on AS VARCHAR) AS from_on, monthly_fen, position, NULL AS adoption
    FROM standard_published
    WHERE SPLIT_PART(code, '_', 2) IN ('home', 'institution')
    UNION ALL
    SELECT SPLIT_PART(SPLIT_PART(name, '.', 2), '_', 1),
           CASE SPLIT_PART(SPLIT_PART(name, '.', 2), '_', 2) WHEN 'home' THEN 'decentralised' ELSE 'concentrated' END,
           SPLIT_PART(name, '.', 3), TRY_CAST(value AS BIGINT), -1, adoption
    FROM pack_parameters
    WHERE name LIKE 'standard.%'
      AND SPLIT_PART(SPLIT_PART(name, '.', 2), '_', 2) IN ('home', 'institution')
      AND LENGTH(SPLIT_PART(name, '.', 3)) = 10
),
cases AS (
    SELECT stream, MAX_BY(programme, position) AS programme
    FROM application_submitted
    WHERE programme IN (SELECT programme FROM given)
    GROUP BY stream
),
lines AS (
    SELECT issued.stream, issued.month, issued.position, issued.amount_fen, cases.programme
    FROM payment_issued AS issued
    JOIN cases ON cases.stream = issued.stream
    WHERE issued.kind = 'regular'
),
months AS (
    SELECT DISTINCT programme, month, CAST(month || '-01' AS DATE) AS first_on FROM lines
),
rates AS (
    SELECT months.programme, months.month, months.first_on, given.form,
           MAX_BY(given.monthly_fen, (given.from_on, given.position)) AS fen
    FROM months
    CROSS JOIN parameters
    JOIN pack_in_force
      ON pack_in_force.programme = months.programme
     AND pack_in_force.day = LEAST(LAST_DAY(months.first_on), parameters.as_of)
    JOIN given
      ON given.programme = months.programme
     AND given.from_on <= CAST(months.first_on AS VARCHAR)
     AND (given.adoption IS NULL OR given.adoption = pack_in_force.adoption)
    GROUP BY months.programme, months.month, months.first_on, given.form
),
forms AS (
    SELECT stream, effective_on, MAX(position) AS position, MAX_BY(form, position) AS form
    FROM (
        SELECT stream, effective_on, position, form FROM application_approved
        UNION ALL
        SELECT stream, effective_on, position, form FROM support_form_set
    ) AS said
    GROUP BY stream, effective_on
),
spans AS (
    SELECT stream, position, form, effective_on AS from_on,
           LEAD(effective_on) OVER (PARTITION BY stream ORDER BY effective_on) AS next_from_on
    FROM forms
),
wrong AS (
    SELECT lines.stream, lines.month, lines.position, spans.position AS set_at, spans.form, own.fen AS right_fen,
           lines.amount_fen AS wrong_fen
    FROM lines
    JOIN rates AS own ON own.programme = lines.programme AND own.month = lines.month
    JOIN spans
      ON spans.stream = lines.stream
     AND spans.form = own.form
     AND spans.from_on <= own.first_on
     AND (spans.next_from_on IS NULL OR own.first_on < spans.next_from_on)
    JOIN rates AS other
      ON other.programme = lines.programme
     AND other.month = lines.month
     AND other.form <> own.form
     AND other.fen = lines.amount_fen
    WHERE lines.amount_fen <> own.fen
)
SELECT stream AS subject,
       LIST_SORT(LIST_CONCAT([set_at], ARRAY_AGG(position))) AS positions,
       MIN(month) || '/' || MAX(month) AS period,
       SUM(ABS(wrong_fen - right_fen)) AS amount_fen,
       form,
       right_fen,
       wrong_fen,
       COUNT(*) AS lines
FROM wrong
GROUP BY stream, set_at, form, right_fen, wrong_fen
