-- id: F076
-- title_zh: 物资账不平
-- title_en: goods do not balance
-- explain_zh: 物资发出没有领取人，或盘点数与当日账面数不符。
-- explain_en: Goods were issued to nobody, or a count differs from the book of that day.
-- not_zh: 写明领取个案的发放；与账面相符的盘点；盘点日以后的出入库。
-- not_en: what was issued to a case; a count that agrees with the book; movements after the day of the count
-- severity: high
-- basis_zh: 物资如同资金记账
-- basis: goods are accounted for like money
-- remedy_zh: 查明去向，补登领取人；短少的责令赔偿。
-- remedy_en: find out where they went and who received them; what is missing is made good
-- message_zh: {item}：无领取人 {to_nobody}，盘点与账面相差 {difference}。
-- message_en: {item}: {to_nobody} went to nobody, counts differ from the book by {difference}
-- needs: goods_received; 没有物资入库; no goods are recorded as received
-- facts: F076, S4-116
WITH moves AS (
    SELECT stream, item, effective_on, quantity, value_fen FROM goods_received
    UNION ALL
    SELECT stream, item, effective_on, -quantity, 0 FROM goods_issued
    UNION ALL
    SELECT stream, item, effective_on, quantity, 0 FROM goods_returned
),
days AS (
    SELECT stream, item, effective_on, SUM(quantity) AS quantity FROM moves GROUP BY stream, item, effective_on
),
booked AS (
    SELECT counted.position, SUM(days.quantity) AS quantity
    FROM goods_counted AS counted
    JOIN days
      ON days.stream = counted.stream AND days.item = counted.item AND days.effective_on <= counted.counted_on
    GROUP BY counted.position
),
wrong AS (
    SELECT stream, item, position, effective_on, quantity AS to_nobody, 0 AS difference, value_fen
    FROM goods_issued
    WHERE "case" IS NULL
    UNION ALL
    SELECT counted.stream, counted.item, counted.position, counted.counted_on, 0,
           ABS(counted.quantity - COALESCE(booked.quantity, 0)), 0
    FROM goods_counted AS counted
    LEFT JOIN booked ON booked.position = counted.position
    WHERE counted.quantity <> COALESCE(booked.quantity, 0)
)
SELECT stream AS subject,
       LIST_SORT(ARRAY_AGG(position)) AS positions,
       CAST(MIN(effective_on) AS VARCHAR) || '/' || CAST(MAX(effective_on) AS VARCHAR) AS period,
       SUM(value_fen) AS amount_fen,
       item,
       SUM(to_nobody) AS to_nobody,
       SUM(difference) AS difference
FROM wrong
GROUP BY stream, item
