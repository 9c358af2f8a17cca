-- id: F053
-- title_zh: 认定有效期届满
-- title_en: help by an expired recognition
-- explain_zh: 给予救助时，此前的对象认定都已过有效期或者已终止，没有重新认定。救助没有依据。
-- explain_en: Help was granted on a day on which every recognition given before had expired or been ended, and none had
--   been given anew. It rests on nothing.
-- not_zh: 有效期最后一天给予的；届满前已重新认定的；尚有另一类认定有效的；从未认定的；
--   急难型救助（不以认定为前提）；有效期内给予、以后才发放的。
-- not_en: granted on the last day; recognised anew before; another recognition that still holds; somebody never
--   recognised; an emergency (it asks for none); granted in time and paid later
-- severity: medium
-- basis_zh: 刚性支出困难家庭、低收入家庭认定（2025）第十条（最长 12 个月）
-- basis: G25 art. 10 (12 months at most)
-- remedy_zh: 重新认定；不符合的追回。
-- remedy_en: recognise anew; recover where the conditions are not met
-- message_zh: {granted_on} 给予救助 {amount_fen} 元，认定已于 {last_on} 届满。
-- message_en: {amount_fen} yuan granted on {granted_on}; the last recognition held until {last_on}
-- needs: recognition_granted; 没有对象认定记录; no recognition is recorded
-- facts: F053, S4-013, S4-014
WITH recognised AS (
    SELECT granted.stream, granted.position, granted.valid_to, MIN(ended.ended_on) AS ended_on
    FROM recognition_granted AS granted
    LEFT JOIN recognition_ended AS ended
      ON ended.stream = granted.stream
     AND ended.recognised = granted.recognised
     AND ended.position > granted.position
    GROUP BY granted.stream, granted.position, granted.valid_to
),
lasting AS (
    -- no last day: it holds until it is ended
    SELECT stream, position,
           LEAST(COALESCE(valid_to, DATE '9999-12-31'), COALESCE(ended_on - 1, DATE '9999-12-31')) AS last_on
    FROM recognised
),
helped AS (
    SELECT help.stream, help.position, help.effective_on, help.amount_fen, MAX(lasting.last_on) AS last_on,
           MAX_BY(lasting.position, ROW(lasting.last_on, lasting.position)) AS recognition
    FROM help_granted AS help
    JOIN lasting ON lasting.stream = help.stream AND lasting.position < help.position
    WHERE help.kind <> 'emergency'
    GROUP BY help.stream, help.position, help.effective_on, help.amount_fen
)
SELECT stream AS subject,
       [recognition, position] AS positions,
       CAST(effective_on AS VARCHAR) AS period,
       amount_fen,
       effective_on AS granted_on,
       last_on
FROM helped
WHERE effective_on > last_on
