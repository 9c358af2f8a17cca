-- title_zh: 银行对账单核对
-- title_en: bank statements against the books
-- key: position
-- for: what the bank says is in a fund's account on a day, against what the books have
-- facts: S4-115, S4-118
WITH opened AS (
    SELECT stream, MAX(position) AS position, MAX_BY(bank, position) AS bank,
           MAX_BY(purpose, position) AS purpose
    FROM account_opened
    GROUP BY stream
),
booked AS (
    SELECT bank_statement_received.position,
           SUM(postings.debit_fen) - SUM(postings.credit_fen) AS booked_fen,
           ARRAY_AGG(postings.position) AS positions
    FROM bank_statement_received
    JOIN postings
      ON postings.account = 'assets:' || bank_statement_received.stream
     AND postings.effective_on <= bank_statement_received.stated_on
    GROUP BY bank_statement_received.position
)
SELECT bank_statement_received.position,
       bank_statement_received.stream AS fund,
       opened.bank,
       opened.purpose,
       bank_statement_received.stated_on,
       bank_statement_received.balance_fen AS stated_fen,
       COALESCE(booked.booked_fen, 0) AS booked_fen,
       bank_statement_received.balance_fen - COALESCE(booked.booked_fen, 0) AS difference_fen,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT(
                   [bank_statement_received.position,
                    COALESCE(opened.position, bank_statement_received.position)],
                   COALESCE(booked.positions, CAST([] AS BIGINT[]))
               )
           )
       ) AS positions
FROM bank_statement_received
LEFT JOIN opened ON opened.stream = bank_statement_received.stream
LEFT JOIN booked ON booked.position = bank_statement_received.position
