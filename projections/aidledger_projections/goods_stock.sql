-- title_zh: 物资台账
-- title_en: goods in stock
-- key: stock, item
-- for: units of each item in and out of a stock, what is left by the book and by the last count, and what went to nobody
-- facts: S1-010, S4-116
WITH moves AS (
    SELECT stream, item, position, effective_on, quantity AS received, 0 AS issued, 0 AS returned,
           0 AS without_recipient
    FROM goods_received
    UNION ALL
    SELECT stream, item, position, effective_on, 0, quantity, 0,
           CASE WHEN "case" IS NULL THEN quantity ELSE 0 END
    FROM goods_issued
    UNION ALL
    SELECT stream, item, position, effective_on, 0, 0, quantity, 0 FROM goods_returned
),
running AS (
    SELECT stream, item, position, received, issued, returned, without_recipient,
           SUM(received - issued + returned) OVER (
               PARTITION BY stream, item ORDER BY position
           ) AS balance
    FROM moves
),
booked AS (
    SELECT stream, item, SUM(received) AS received, SUM(issued) AS issued,
           SUM(returned) AS returned, SUM(received - issued + returned) AS balance,
           LEAST(MIN(balance), 0) AS lowest, SUM(without_recipient) AS without_recipient,
           ARRAY_AGG(position) AS positions
    FROM running
    GROUP BY stream, item
),
last_count AS (
    SELECT stream, item, MAX(position) AS position, MAX_BY(counted_on, position) AS counted_on,
           MAX_BY(quantity, position) AS counted
    FROM goods_counted
    GROUP BY stream, item
),
at_count AS (
    SELECT last_count.stream, last_count.item,
           SUM(moves.received - moves.issued + moves.returned) AS balance
    FROM last_count
    JOIN moves
      ON moves.stream = last_count.stream
     AND moves.item = last_count.item
     AND moves.effective_on <= last_count.counted_on
    GROUP BY last_count.stream, last_count.item
),
known AS (
    SELECT stream, item FROM booked
    UNION
    SELECT stream, item FROM last_count
)
SELECT known.stream AS stock,
       known.item,
       COALESCE(booked.received, 0) AS received,
       COALESCE(booked.issued, 0) AS issued,
       COALESCE(booked.returned, 0) AS returned,
       COALESCE(booked.balance, 0) AS balance,
       COALESCE(booked.lowest, 0) AS lowest,
       COALESCE(booked.without_recipient, 0) AS without_recipient,
       last_count.counted_on,
       last_count.counted,
       last_count.counted - COALESCE(at_count.balance, 0) AS difference,
       LIST_SORT(
           LIST_CONCAT(
               COALESCE(booked.positions, CAST([] AS BIGINT[])),
               CASE
                   WHEN last_count.position IS NULL THEN CAST([] AS BIGINT[])
                   ELSE [last_count.position]
               END
           )
       ) AS positions
FROM known
LEFT JOIN booked ON booked.stream = known.stream AND booked.item = known.item
LEFT JOIN last_count ON last_count.stream = known.stream AND last_count.item = known.item
LEFT JOIN at_count ON at_count.stream = known.stream AND at_count.item = known.item
