-- id: F015
-- title_zh: 公积金、社保缴存显示工资
-- title_en: contributions that show a wage
-- explain_zh: 核对发现公积金或社会保险按工资缴存，情况属实或者无人答复，没有重新核定收入，仍给予或继续给予救助。
--   收入可能高于申报。疑点代号以登记代号开头，如 housing_fund-1。
-- explain_en: A comparison showed contributions paid on a wage; it was confirmed or nobody answered, the income
--   was not assessed anew, and support was granted or went on. The income may be above what was
--   declared. A hit is named by its register and a number: housing_fund-1.
-- not_zh: 已说明理由排除的疑点；在享期间发现、当月和下月的发放（须有时间处理）；其间已重新核定、停发或报告终止的。
-- not_en: a hit that was cleared with its reason; what is paid for the month of a comparison in support and the
--   next (there must be time to act); a case that was assessed anew, suspended or reported for termination
--   in it
-- severity: medium
-- basis: Shucheng 2020; Anji 2018
-- thresholds: months = 2
-- remedy_zh: 按缴存基数重新核定收入，调整或停发。
-- remedy_en: assess the income anew by the base of the contributions, and adjust or stop
-- message_zh: {found_on} 发现（{hits}）；已答复：{answered}；
--   其后发放 {amount_fen} 元。
-- message_en: found on {found_on} ({hits}); answered: {answered}; {amount_fen} yuan were paid since
-- needs: data_compared where registers = 'housing_fund' or 'social_insurance'; 没有与公积金、社会保险登记核对过; nothing was
--   compared with the register of contributions
-- facts: F015
WITH open_runs AS (
    -- known before the approval: every month counts; found in support: there is some time to act
    SELECT "case" AS stream, position, found_on, LIST_SORT(ARRAY_AGG(hit)) AS hits,
           MAX(answered) AS answered, MAX(approval) AS approval,
           SUBSTRING(CAST(found_on + TO_MONTHS($months) AS VARCHAR), 1, 7) AS settled
    FROM open_hits
    WHERE register IN ('housing_fund', 'social_insurance')
    GROUP BY "case", position, found_on
),
acts AS (
    SELECT stream, position, SUBSTRING(CAST(effective_on AS VARCHAR), 1, 7) AS month FROM income_assessed
    UNION ALL
    SELECT stream, position, SUBSTRING(CAST(effective_on AS VARCHAR), 1, 7) AS month FROM support_suspended
    UNION ALL
    SELECT stream, position, SUBSTRING(CAST(effective_on AS VARCHAR), 1, 7) AS month FROM termination_reported
),
acted AS (
    SELECT DISTINCT open_runs.position
    FROM open_runs
    JOIN acts
      ON acts.stream = open_runs.stream
     AND acts.position > open_runs.position
     AND acts.month < open_runs.settled
),
paid AS (
    SELECT open_runs.position, SUM(issued.amount_fen) AS amount_fen, MIN(issued.month) AS first_month,
           MAX(issued.month) AS last_month, ARRAY_AGG(issued.position) AS positions
    FROM open_runs
    JOIN payment_issued AS issued
      ON issued.stream = open_runs.stream
     AND issued.position > open_runs.position
     AND issued.kind <> 'reissue'
     AND (open_runs.approval IS NOT NULL OR issued.month >= open_runs.settled)
    GROUP BY open_runs.position
)
SELECT open_runs.stream AS subject,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT(
                   [open_runs.position, COALESCE(open_runs.answered, open_runs.position),
                    COALESCE(open_runs.approval, open_runs.position)],
                   COALESCE(paid.positions, CAST([] AS BIGINT[]))
               )
           )
       ) AS positions,
       paid.first_month || '/' || paid.last_month AS period,
       COALESCE(paid.amount_fen, 0) AS amount_fen,
       open_runs.found_on,
       open_runs.hits,
       open_runs.answered IS NOT NULL AS answered
FROM open_runs
LEFT JOIN acted ON acted.position = open_runs.position
LEFT JOIN paid ON paid.position = open_runs.position
WHERE acted.position IS NULL AND (paid.position IS NOT NULL OR open_runs.approval IS NOT NULL)
