-- title_zh: 记账分录
-- title_en: postings
-- key: position, line
-- for: the two lines of every entry of money, debit and credit; at each position they are equal to the fen
-- facts: S2-018, S4-067, S4-115, S4-118
WITH case_moves AS (
    SELECT position, stream, effective_on, 'PaymentRostered' AS event, amount_fen AS fen
    FROM payment_rostered
    UNION ALL
    SELECT position, stream, effective_on, 'RecoveryOrdered', amount_fen FROM recovery_ordered
),
applied AS (
    -- the programme of a case is that of its last application before the entry
    SELECT case_moves.position,
           MAX_BY(application_submitted.programme, application_submitted.position) AS programme,
           MAX(application_submitted.position) AS application
    FROM case_moves
    JOIN application_submitted
      ON application_submitted.stream = case_moves.stream
     AND application_submitted.position < case_moves.position
    GROUP BY case_moves.position
),
runs AS (
    SELECT position, stream, effective_on, 'FundDisbursed' AS event, amount_fen AS fen, run, purpose
    FROM fund_disbursed
    UNION ALL
    SELECT position, stream, effective_on, 'FundReturned', amount_fen, run, '' FROM fund_returned
    UNION ALL
    SELECT position, stream, effective_on, 'PaymentIssued', amount_fen, run, '' FROM payment_issued
    UNION ALL
    SELECT position, stream, effective_on, 'PaymentReturned', amount_fen, run, ''
    FROM payment_returned
),
run_moves AS (
    SELECT position, stream, effective_on, event, fen, purpose,
           'assets:' || CASE WHEN run LIKE 'run/%' THEN run ELSE 'run/' || run END AS run
    FROM runs
),
moves AS (
    SELECT case_moves.position, case_moves.stream, case_moves.effective_on, event, fen,
           CASE event
               WHEN 'PaymentRostered' THEN 'expenses:support/' || COALESCE(applied.programme, 'unknown')
               ELSE 'assets:recoverable/' || case_moves.stream
           END AS debit,
           CASE event
               WHEN 'PaymentRostered' THEN 'liabilities:owed/' || case_moves.stream
               ELSE 'expenses:support/' || COALESCE(applied.programme, 'unknown')
           END AS credit,
           applied.application
    FROM case_moves
    LEFT JOIN applied ON applied.position = case_moves.position
    UNION ALL
    SELECT position, stream, effective_on, event, fen,
           CASE event
               WHEN 'FundDisbursed' THEN COALESCE(run, 'liabilities:purpose/' || purpose)
               WHEN 'FundReturned' THEN 'assets:' || stream
               WHEN 'PaymentIssued' THEN 'liabilities:owed/' || stream
               ELSE run
           END,
           CASE event
               WHEN 'FundDisbursed' THEN 'assets:' || stream
               WHEN 'FundReturned' THEN COALESCE(run, 'assets:collected')
               WHEN 'PaymentIssued' THEN run
               ELSE 'liabilities:returned/' || stream
           END,
           NULL
    FROM run_moves
    UNION ALL
    SELECT position, stream, effective_on, 'FundReceived', amount_fen,
           'assets:' || stream, 'assets:due/' || level, NULL
    FROM fund_received
    UNION ALL
    SELECT position, stream, effective_on, 'PaymentReissued', amount_fen,
           'liabilities:returned/' || stream, 'liabilities:owed/' || stream, NULL
    FROM payment_reissued
    UNION ALL
    SELECT position, stream, effective_on, 'PaymentRecovered', amount_fen,
           'assets:collected', 'assets:recoverable/' || stream, NULL
    FROM payment_recovered
    UNION ALL
    SELECT position, stream, effective_on, 'FuneralArranged', cost_fen,
           'expenses:funeral', 'liabilities:purpose/funeral', NULL
    FROM funeral_arranged
    UNION ALL
    SELECT position, stream, effective_on, 'DirectPurchaseMade', amount_fen,
           'expenses:emergency', 'liabilities:purpose/emergency', NULL
    FROM direct_purchase_made
    UNION ALL
    SELECT position, stream, effective_on, 'FundAllocated', amount_fen,
           'assets:due/' || from_level, 'income:grants/' || programme, NULL
    FROM fund_allocated
    UNION ALL
    SELECT position, stream, effective_on, 'FundTransferred', amount_fen,
           'assets:' || CASE WHEN to_fund LIKE 'fund/%' THEN to_fund ELSE 'fund/' || to_fund END,
           'assets:' || stream, NULL
    FROM fund_transferred
    UNION ALL
    SELECT position, stream, effective_on, 'RecoveryWaived', amount_fen,
           'expenses:waived', 'assets:recoverable/' || stream, NULL
    FROM recovery_waived
    UNION ALL
    SELECT position, stream, effective_on, 'GoodsReceived', value_fen, 'assets:' || stream,
           CASE kind WHEN 'bought' THEN 'liabilities:purpose/goods' ELSE 'income:donated' END, NULL
    FROM goods_received
    UNION ALL
    SELECT position, stream, effective_on, 'GoodsIssued', value_fen,
           'expenses:goods/' || purpose, 'assets:' || stream, NULL
    FROM goods_issued
    UNION ALL
    SELECT position, stream, effective_on, 'GoodsReturned', value_fen,
           'assets:' || stream, 'expenses:goods/returned', NULL
    FROM goods_returned
    UNION ALL
    SELECT position, stream, effective_on, 'DonationReceived', amount_fen,
           'assets:' || stream, 'income:donated', NULL
    FROM donation_received
    UNION ALL
    SELECT position, stream, effective_on, 'FacilitySubsidyPaid', amount_fen,
           'expenses:facility/' || kind, 'liabilities:purpose/facility', NULL
    FROM facility_subsidy_paid
    UNION ALL
    SELECT position, stream, effective_on, 'ServiceInvoiced', amount_fen,
           'assets:invoiced/' || stream, 'liabilities:purpose/service', NULL
    FROM service_invoiced
    UNION ALL
    SELECT position, stream, effective_on, 'ServiceAccepted', amount_fen,
           'expenses:service', 'assets:invoiced/' || stream, NULL
    FROM service_accepted
)
SELECT position, 1 AS line, effective_on, stream, event, debit AS account,
       fen AS debit_fen, 0 AS credit_fen,
       CASE WHEN debit LIKE 'expenses:support/%' AND application IS NOT NULL
           THEN [application, position] ELSE [position] END AS positions
FROM moves
UNION ALL
SELECT position, 2, effective_on, stream, event, credit, 0, fen,
       CASE WHEN credit LIKE 'expenses:support/%' AND application IS NOT NULL
           THEN [application, position] ELSE [position] END
FROM moves
