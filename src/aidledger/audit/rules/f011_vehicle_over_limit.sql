-- id: F011
-- title_zh: 有车辆
-- title_en: vehicle beyond the limit
-- explain_zh: 核对发现家庭有车辆，情况属实或者无人答复，仍给予或继续给予救助；
--   或者批准前核定的车辆超过政策包的限额（vehicles_max）。疑点代号以登记代号开头，
--   如 vehicles-1。
-- explain_en: A comparison showed a vehicle that was confirmed or that nobody answered for, and support was
--   granted or went on; or more vehicles were assessed before the approval than the pack allows
--   (vehicles_max). A hit is named by its register and a number: vehicles-1.
-- not_zh: 已说明理由排除的疑点；在享期间发现、当月和下月的发放（须有时间处理）；其间已重新核定、
--   停发或报告终止的；不计入的（残疾人代步车，核定时已剔除）；恰在限额的。
-- not_en: a hit that was cleared with its reason; what is paid for the month of a comparison in support and the
--   next (there must be time to act); a case assessed anew, suspended or reported for termination in it;
--   what an assessment leaves out (a powered wheelchair); exactly at the limit
-- severity: high
-- basis: Shucheng 2020: 208 households with houses, costly cars, firms or fund payments; pack parameter
--   vehicles_max
-- thresholds: months = 2
-- remedy_zh: 重新核定财产；超过限额的停发并追回。
-- remedy_en: assess the property anew; beyond the limit, stop and recover
-- message_zh: {found_on} 发现（{hits}），核定 {counted}，限额 {allowed}；
--   已答复：{answered}；其后发放 {amount_fen} 元。
-- message_en: found on {found_on} ({hits}), assessed {counted} where {allowed} are allowed; answered: {answered};
--   {amount_fen} yuan were paid since
-- needs: data_compared where registers = 'vehicles'; 没有与车辆登记核对过; nothing was compared with the register of
--   vehicles
-- facts: F011, S1-008
WITH open_runs AS (
    -- known before the approval: every month counts; found in support: there is some time to act
    SELECT "case" AS stream, position, found_on, LIST_SORT(ARRAY_AGG(hit)) AS hits,
           MAX(answered) AS answered, MAX(approval) AS approval,
           SUBSTRING(CAST(found_on + TO_MONTHS($months) AS VARCHAR), 1, 7) AS settled
    FROM open_hits
    WHERE register = 'vehicles'
    GROUP BY "case", position, found_on
),
acts AS (
    SELECT stream, position, SUBSTRING(CAST(effective_on AS VARCHAR), 1, 7) AS month FROM property_assessed
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
),
beyond AS (
    SELECT "case" AS stream, approval, assessed_on, counted, allowed_each AS allowed, positions
    FROM assessed_property
    WHERE kind = 'vehicles' AND counted > allowed_each
),
since AS (
    SELECT beyond.approval, SUM(issued.amount_fen) AS amount_fen, MIN(issued.month) AS first_month,
           MAX(issued.month) AS last_month
    FROM beyond
    JOIN payment_issued AS issued
      ON issued.stream = beyond.stream AND issued.position > beyond.approval AND issued.kind <> 'reissue'
    GROUP BY beyond.approval
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
       open_runs.answered IS NOT NULL AS answered,
       CAST(NULL AS BIGINT) AS counted,
       CAST(NULL AS BIGINT) AS allowed
FROM open_runs
LEFT JOIN acted ON acted.position = open_runs.position
LEFT JOIN paid ON paid.position = open_runs.position
WHERE acted.position IS NULL AND (paid.position IS NOT NULL OR open_runs.approval IS NOT NULL)
UNION ALL
SELECT beyond.stream,
       beyond.positions,
       since.first_month || '/' || since.last_month,
       COALESCE(since.amount_fen, 0),
       beyond.assessed_on,
       CAST(NULL AS VARCHAR[]),
       CAST(NULL AS BOOLEAN),
       beyond.counted,
       CAST(beyond.allowed AS BIGINT)
FROM beyond
LEFT JOIN since ON since.approval = beyond.approval
