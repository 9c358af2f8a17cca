-- id: M07
-- title_zh: 对账单与账本逐笔不符
-- title_en: a bank line without an entry, or an entry without a bank line
-- explain_zh: 银行对账单的每一笔与账本逐笔核对，一侧有剩余：银行付了钱而账上没有，或者账上记了而银行没有。
-- explain_en: Each line of the bank's statement is held against the ledger, and one side has something left over: money
--   that the bank moved and no entry tells of, or an entry of money that never moved.
-- not_zh: 同一账户、方向、金额，日期相隔不超过门槛天数而两侧笔数相等的；银行以一笔支付整个批次，或逐笔支付批次的；
--   对账单未覆盖的日期，或离其末日不足门槛天数的账目。
-- not_en: as many lines as entries of one account, side and amount whose days lie no further apart than the threshold; a
--   run paid in one line, or line by line; entries of days that no statement covers, or too near its end
-- severity: high
-- basis_zh: 银行与账本逐笔相符
-- basis: the bank and the books tell of the same money, line by line
-- thresholds: days = 5
-- remedy_zh: 账上没有的，向银行查明去向并补记或追回；银行没有的，查明为何记账。
-- remedy_en: of what no entry tells ask the bank where it went, and enter or recover it; of what the bank doesn't know
--   ask why it was entered
-- message_zh: {side} {direction} 每笔 {each_fen} 元：银行 {lines} 笔，账上 {entries} 条，剩余 {left_over} 笔 {amount_fen} 元。
-- message_en: {side}, {direction}, {each_fen} yuan each: {lines} at the bank, {entries} in the ledger; {left_over} of {amount_fen}
--   yuan left over
-- needs: statement_imported; 没有导入银行对账单; no statement of a bank was imported
-- facts: F073, S4-115
WITH held AS (
    SELECT imported.position, imported.stream AS fund, imported.first_on, imported.last_on
    FROM statement_imported AS imported
),
bank AS (
    -- where statements overlap, the last one that was imported says what was on a day
    SELECT held.fund, lines.position, lines.line, lines.day, lines.party, lines.code,
           CASE WHEN COALESCE(lines.debit_fen, 0) > 0 THEN 'out' ELSE 'in' END AS direction,
           COALESCE(lines.debit_fen, 0) + COALESCE(lines.credit_fen, 0) AS fen
    FROM statement_lines AS lines
    JOIN held ON held.position = lines.position
    WHERE NOT EXISTS (
        SELECT 1 FROM held AS later
        WHERE later.fund = held.fund AND later.position > held.position
          AND lines.day BETWEEN later.first_on AND later.last_on
    )
),
funds AS (
    SELECT DISTINCT fund FROM held
),
opened AS (
    SELECT stream AS run, MAX_BY(CASE WHEN fund LIKE 'fund/%' THEN fund ELSE 'fund/' || fund END, position) AS fund
    FROM pay_run_opened
    GROUP BY stream
),
paid AS (
    SELECT opened.fund, opened.run, issued.account AS party, 'out' AS direction, issued.amount_fen AS fen,
           issued.paid_on AS day, issued.position
    FROM payment_issued AS issued
    JOIN opened ON opened.run = CASE WHEN issued.run LIKE 'run/%' THEN issued.run ELSE 'run/' || issued.run END
    JOIN funds ON funds.fund = opened.fund
),
accounts AS (
    -- what came back came from the account that it had been paid into, not from one it was sent to afterwards
    SELECT returned.position, MAX_BY(issued.account, issued.position) AS party
    FROM payment_returned AS returned
    JOIN payment_issued AS issued
      ON issued.stream = returned.stream AND issued.month = returned.month AND issued.position < returned.position
     AND CASE WHEN issued.run LIKE 'run/%' THEN issued.run ELSE 'run/' || issued.run END
         = CASE WHEN returned.run LIKE 'run/%' THEN returned.run ELSE 'run/' || returned.run END
    GROUP BY returned.position
),
persons AS (
    SELECT fund, run, party, direction, fen, day, position FROM paid
    UNION ALL
    SELECT opened.fund, opened.run, accounts.party, 'in', returned.amount_fen, returned.returned_on, returned.position
    FROM payment_returned AS returned
    JOIN opened
      ON opened.run = CASE WHEN returned.run LIKE 'run/%' THEN returned.run ELSE 'run/' || returned.run END
    JOIN funds ON funds.fund = opened.fund
    JOIN accounts ON accounts.position = returned.position
),
payees AS (
    SELECT DISTINCT fund, party FROM persons
),
moved AS (
    SELECT stream AS fund, 'in' AS direction, '' AS run, amount_fen AS fen, effective_on AS day, position
    FROM fund_received
    UNION ALL
    SELECT stream, 'in', '', amount_fen, effective_on, position FROM donation_received
    UNION ALL
    SELECT stream, 'in', COALESCE(run, ''), amount_fen, effective_on, position FROM fund_returned
    UNION ALL
    SELECT stream, 'out', COALESCE(run, ''), amount_fen, effective_on, position FROM fund_disbursed
    UNION ALL
    SELECT stream, 'out', '', amount_fen, effective_on, position FROM fund_transferred
    UNION ALL
    SELECT CASE WHEN to_fund LIKE 'fund/%' THEN to_fund ELSE 'fund/' || to_fund END, 'in', '', amount_fen,
           effective_on, position
    FROM fund_transferred
),
units AS (
    -- what goes out for a run on one day is one sum, whatever purposes it is for
    SELECT moved.fund, moved.direction,
           CASE WHEN moved.run = '' OR moved.run LIKE 'run/%' THEN moved.run ELSE 'run/' || moved.run END AS run,
           SUM(moved.fen) AS fen, moved.day, LIST_SORT(ARRAY_AGG(moved.position)) AS positions
    FROM moved
    JOIN funds ON funds.fund = moved.fund
    WHERE moved.fen > 0
    GROUP BY moved.fund, moved.direction, moved.run, moved.day,
             CASE WHEN moved.run = '' THEN moved.position ELSE 0 END
),
items AS (
    SELECT bank.fund, CASE WHEN payees.party IS NULL THEN '' ELSE bank.party END AS party, bank.direction, bank.fen,
           bank.day, 1 AS is_bank, '' AS run, bank.code, bank.line, [bank.position] AS positions
    FROM bank
    LEFT JOIN payees ON payees.fund = bank.fund AND payees.party = bank.party
    UNION ALL
    SELECT fund, party, direction, fen, day, 0, run, NULL, NULL, [position] FROM persons WHERE fen > 0
    UNION ALL
    SELECT fund, '', direction, fen, day, 0, run, NULL, NULL, positions FROM units
),
spaced AS (
    SELECT fund, party, direction, fen, day, is_bank, run, code, line, positions,
           CASE
               WHEN DATE_DIFF('day', LAG(day) OVER (PARTITION BY fund, party, direction, fen ORDER BY day), day)
                   <= $days THEN 0
               ELSE 1
           END AS begins
    FROM items
),
chained AS (
    -- days that follow each other no further apart than the threshold are one chain
    SELECT fund, party, direction, fen, day, is_bank, run, code, line, positions,
           SUM(begins) OVER (
               PARTITION BY fund, party, direction, fen ORDER BY day RANGE UNBOUNDED PRECEDING
           ) AS chain
    FROM spaced
),
chains AS (
    SELECT fund, party, direction, fen, chain, MIN(day) AS first_on, MAX(day) AS last_on, SUM(is_bank) AS lines,
           MAX(run) AS run, MAX(code) AS code,
           FLATTEN(ARRAY_AGG(positions)) AS positions
    FROM chained
    GROUP BY fund, party, direction, fen, chain
),
by_line AS (
    -- of a run that the bank paid person by person, no single sum is to be looked for
    SELECT DISTINCT chained.fund, chained.run, chained.direction
    FROM chained
    JOIN chains
      ON chains.fund = chained.fund AND chains.party = chained.party AND chains.direction = chained.direction
     AND chains.fen = chained.fen AND chains.chain = chained.chain
    WHERE chained.is_bank = 0 AND chained.party <> '' AND chains.lines > 0
),
covered AS (
    -- a bank may take so many days: an entry too near the end of what is stated is not judged yet; a statement
    -- that goes on where the first one ends makes it one time
    SELECT DISTINCT items.fund, items.day
    FROM items
    JOIN held ON held.fund = items.fund AND items.day BETWEEN held.first_on AND held.last_on
    JOIN held AS onward
      ON onward.fund = items.fund AND DATE_DIFF('day', held.last_on, onward.first_on) <= 1
     AND DATE_DIFF('day', items.day, onward.last_on) >= $days
    WHERE items.is_bank = 0
),
judged AS (
    -- either the sum of a run or its lines, as the bank has it
    SELECT chained.fund, chained.party, chained.direction, chained.fen, chained.chain, COUNT(*) AS entries,
           SUM(CASE WHEN covered.day IS NULL THEN 0 ELSE 1 END) AS covered
    FROM chained
    LEFT JOIN by_line
      ON by_line.fund = chained.fund AND by_line.run = chained.run AND by_line.direction = chained.direction
    LEFT JOIN covered ON covered.fund = chained.fund AND covered.day = chained.day
    WHERE chained.is_bank = 0 AND (chained.run = '' OR (chained.party = '') = (by_line.run IS NULL))
    GROUP BY chained.fund, chained.party, chained.direction, chained.fen, chained.chain
),
groups AS (
    SELECT chains.fund, chains.party, chains.direction, chains.fen AS each_fen, chains.first_on, chains.last_on,
           chains.lines, COALESCE(judged.entries, 0) AS entries, chains.run, chains.code, chains.positions,
           GREATEST(chains.lines - COALESCE(judged.entries, 0), 0) AS bank_only,
           GREATEST(LEAST(COALESCE(judged.covered, 0), COALESCE(judged.entries, 0) - chains.lines), 0) AS ledger_only
    FROM chains
    LEFT JOIN judged
      ON judged.fund = chains.fund AND judged.party = chains.party AND judged.direction = chains.direction
     AND judged.fen = chains.fen AND judged.chain = chains.chain
)
SELECT fund AS subject,
       LIST_SORT(LIST_DISTINCT(positions)) AS positions,
       CAST(first_on AS VARCHAR) || '/' || CAST(last_on AS VARCHAR) AS period,
       (bank_only + ledger_only) * each_fen AS amount_fen,
       CASE
           WHEN code IN ('interest', 'fee') AND bank_only > 0 THEN 'low'
           WHEN bank_only > 0 AND direction = 'out' THEN 'critical'
           ELSE 'high'
       END AS severity,
       CASE WHEN bank_only > 0 THEN 'bank_only' ELSE 'ledger_only' END AS side,
       'money_' || direction AS direction,
       each_fen,
       lines,
       entries,
       bank_only + ledger_only AS left_over
FROM groups
WHERE bank_only + ledger_only > 0
