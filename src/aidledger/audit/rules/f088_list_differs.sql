-- id: F088
-- title_zh: 公示与台账不符
-- title_en: published list differs from the ledger
-- explain_zh: 公开的当月领取名单行数与公开时账本中应有的人数不同：有人领钱没有上榜，或者榜上有人没有领钱。
-- explain_en: A list of who is paid in a month has more or fewer lines than the ledger had persons when it was
--   put up: somebody is paid and not shown, or shown and not paid.
-- not_zh: 名单的内容：账本里只有文件的哈希和行数，SQL 看不出某一行的金额或姓名，须重做当日名单（aidledger list --at）再比哈希；
--   合计的名单（一行多人）；不写月份的名单；不对外公布的项目（儿童）。
-- not_en: what the lines say: the ledger has the file's hash and its number of lines, so an amount or a name is
--   held against the list only by making the list of that day again (aidledger list --at) and its hash; lists
--   with lines of several persons; lists without a month; programmes of which nothing is shown (children)
-- severity: high
-- basis_zh: S4-108、S4-109（公布的与账本一致）
-- basis: S4-108, S4-109 (what is published equals the ledger)
-- remedy_zh: 查明多出或缺少的人，更正后重新公布。
-- remedy_en: find who is missing or too many, correct the list and publish it again
-- message_zh: {place} {month} 名单公开 {lines} 行，账本应为 {persons} 人。
-- message_en: the list of {place} for {month} shows {lines} lines, and the ledger had {persons} persons
-- needs: list_published; 没有公开名单; no list is published
-- needs: payment_rostered where kind = 'regular'; 没有发放名册; nobody is on a roster
-- facts: F088, S4-108, S4-109
WITH application AS (
    SELECT stream, MAX_BY(programme, position) AS programme FROM application_submitted GROUP BY stream
),
said AS (
    SELECT stream, position, township, village FROM application_submitted
    UNION ALL
    SELECT stream, position, township, village FROM case_moved
),
homes AS (
    -- where a household was said to live from one position of the log to another
    SELECT stream, township, village, position AS from_position,
           LEAD(position) OVER (PARTITION BY stream ORDER BY position) AS to_position
    FROM said
),
hidden AS (
    SELECT county_pack.day, given.value AS programmes
    FROM county_pack
    JOIN pack_parameters AS given
      ON given.adoption = county_pack.adoption AND given.name = 'unpublished_programmes'
),
lists AS (
    -- of a list of recipients, or of those of one programme, each line is one person
    SELECT shown.position, shown.stream, shown.effective_on, shown.kind, shown.month, shown.place, shown.rows,
           COALESCE(hidden.programmes, '') AS hidden
    FROM list_published AS shown
    LEFT JOIN hidden ON hidden.day = shown.effective_on
    WHERE shown.month IS NOT NULL
      AND (shown.kind IN ('recipients', 'list_paid') OR shown.kind IN (SELECT programme FROM application))
      AND NOT CONTAINS(COALESCE(hidden.programmes, ''), '"' || shown.kind || '"')
      AND NOT COALESCE(
          LIST_CONTAINS(shown.columns, 'persons') OR LIST_CONTAINS(shown.columns, 'cases')
              OR LIST_CONTAINS(shown.columns, 'kind'),
          FALSE
      )
),
lines AS (
    -- as each line stood from one position of the log to another
    SELECT line.stream, line.month, line.position AS from_position, CAST(NULL AS BIGINT) AS to_position
    FROM payment_rostered AS line
    LEFT JOIN (SELECT DISTINCT position FROM entry_version) AS put_right ON put_right.position = line.position
    WHERE line.kind = 'regular' AND put_right.position IS NULL
    UNION ALL
    SELECT stream, month, from_position, to_position
    FROM entry_version
    WHERE type = 'PaymentRostered' AND kind = 'regular'
),
placed AS (
    SELECT lines.stream, lines.month, application.programme, homes.township AS place,
           GREATEST(lines.from_position, homes.from_position) AS from_position,
           LEAST(lines.to_position, homes.to_position) AS to_position
    FROM lines
    JOIN application ON application.stream = lines.stream
    JOIN homes ON homes.stream = lines.stream
    UNION ALL
    SELECT lines.stream, lines.month, application.programme, homes.village,
           GREATEST(lines.from_position, homes.from_position),
           LEAST(lines.to_position, homes.to_position)
    FROM lines
    JOIN application ON application.stream = lines.stream
    JOIN homes ON homes.stream = lines.stream
    JOIN (SELECT DISTINCT place FROM lists) AS boards ON boards.place = homes.village
),
held AS (
    SELECT lists.position, COUNT(DISTINCT placed.stream) AS persons
    FROM lists
    JOIN placed
      ON placed.place = lists.place
     AND placed.month = lists.month
     AND placed.from_position < lists.position
     AND (placed.to_position IS NULL OR placed.to_position > lists.position)
     AND (lists.kind IN ('recipients', 'list_paid') OR lists.kind = placed.programme)
     AND NOT CONTAINS(lists.hidden, '"' || placed.programme || '"')
    GROUP BY lists.position
)
SELECT lists.stream AS subject,
       [lists.position] AS positions,
       lists.month AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       lists.place,
       lists.month,
       lists.rows AS lines,
       COALESCE(held.persons, 0) AS persons
FROM lists
LEFT JOIN held ON held.position = lists.position
WHERE lists.rows <> COALESCE(held.persons, 0)
