-- id: M08
-- title_zh: 对账单前后不衔接
-- title_en: bank statements that do not join
-- explain_zh: 同一账户的一份银行对账单应从前一份结束之处开始：期初余额即前一份的期末余额，中间不缺月份，日期不重叠。不符的，有钱在两份
--   对账单之间进出而没有一份写到，或者缺了一份。
-- explain_en: A statement of an account begins where the one before it ends: it opens with the balance that was left, no
--   month between them is missing, no day is in both. Else money moved that no statement shows, or a statement is kept back.
-- not_zh: 第一份之前、最后一份之后的月份；余额相同而不缺整月的（没有收支的日子）；日期全部包含在后来导入的一份之内的（被其取代）。
-- not_en: months before the first statement or after the last; days between two statements whose balances join, unless a
--   whole month is among them; a statement all of whose days are in one imported later, which replaces it
-- severity: high
-- basis_zh: 同一账户前一份对账单的期末余额即后一份的期初余额
-- basis: an account's balance at the end of one statement is that at the beginning of the next
-- remedy_zh: 向银行索取所缺月份或日期的对账单并导入；余额不符的，查明其间每一笔收支。
-- remedy_en: ask the bank for the statement of the days or months that are missing, and import it; where balances differ
--   account for every movement between
-- message_zh: {what}：前一份至 {before_on}，余额 {before_fen} 元；后一份自 {after_on}，期初 {after_fen} 元；缺少月份：{months}；重叠 {overlap_days} 日。
-- message_en: {what}: one up to {before_on} leaves {before_fen} yuan, the next from {after_on} opens with {after_fen}; months
--   without one: {months}; days in both: {overlap_days}
-- needs: statement_imported; 没有导入银行对账单; no statement of a bank was imported
-- facts: F073, S4-115
WITH held AS (
    SELECT given.position, given.stream AS fund, given.account, given.first_on, given.last_on, given.opening_fen,
           given.closing_fen
    FROM statement_imported AS given
    WHERE NOT EXISTS (
        SELECT 1 FROM statement_imported AS later
        WHERE later.stream = given.stream AND later.account = given.account AND later.position > given.position
          AND given.first_on >= later.first_on AND given.last_on <= later.last_on
    )
),
ranked AS (
    SELECT held.fund, held.position, held.first_on, held.opening_fen, earlier.position AS before, earlier.last_on,
           earlier.closing_fen, DATE_DIFF('day', held.first_on, earlier.last_on) + 1 AS overlap,
           ROW_NUMBER() OVER (
               PARTITION BY held.position ORDER BY earlier.last_on DESC, earlier.position DESC
           ) AS place
    FROM held
    JOIN held AS earlier
      ON earlier.fund = held.fund AND earlier.account = held.account
     AND (earlier.first_on < held.first_on OR (earlier.first_on = held.first_on AND earlier.position < held.position))
),
joined AS (
    SELECT fund, position, first_on, opening_fen, before, last_on, closing_fen,
           GREATEST(overlap, 0) AS overlap_days,
           CASE WHEN overlap > 0 THEN 0 ELSE ABS(opening_fen - closing_fen) END AS apart_fen
    FROM ranked
    WHERE place = 1
),
missing AS (
    -- a month is missing where all its days are between the two
    SELECT joined.position, SUBSTRING(CAST(CAST(series.day AS DATE) AS VARCHAR), 1, 7) AS month
    FROM joined
    CROSS JOIN UNNEST(
        GENERATE_SERIES(
            CAST(DATE_TRUNC('month', joined.last_on) AS DATE),
            joined.first_on,
            INTERVAL '1' MONTH
        )
    ) AS series(day)
    WHERE CAST(series.day AS DATE) > joined.last_on
      AND CAST(series.day AS DATE) + INTERVAL '1' MONTH <= joined.first_on
),
named AS (
    SELECT position, LIST_SORT(ARRAY_AGG(month)) AS months
    FROM missing
    GROUP BY position
)
SELECT joined.fund AS subject,
       LIST_SORT([joined.before, joined.position]) AS positions,
       CAST(joined.last_on AS VARCHAR) || '/' || CAST(joined.first_on AS VARCHAR) AS period,
       joined.apart_fen AS amount_fen,
       CASE WHEN joined.apart_fen > 0 THEN 'high' WHEN named.months IS NOT NULL THEN 'medium' ELSE 'low' END AS severity,
       CASE
           WHEN joined.apart_fen > 0 THEN 'balances_differ'
           WHEN named.months IS NOT NULL THEN 'statement_missing'
           ELSE 'statements_overlap'
       END AS what,
       joined.last_on AS before_on,
       joined.closing_fen AS before_fen,
       joined.first_on AS after_on,
       joined.opening_fen AS after_fen,
       named.months,
       joined.overlap_days
FROM joined
LEFT JOIN named ON named.position = joined.position
WHERE joined.apart_fen > 0 OR named.months IS NOT NULL OR joined.overlap_days > 0
