-- id: M19
-- title_zh: 调标后未重新核定
-- title_en: a rise that was not set
-- explain_zh: 标准已公布提高，或者由新采用的政策包提高，造花名册时也已公布、采用，个案的待遇仍按旧标准核定，没有重新核定，于是按旧标准
--   一直发下去。花名册与核定一致，其他规则看不出来。
-- explain_en: A higher standard was published, or came with a pack that was adopted, before the roster, and the entitlement of
--   the case still reckons with the old one: it was never set anew, and the old amount is paid on and on. Roster and
--   entitlement agree, so no other rule sees it.
-- not_zh: 公布、采用以前造的花名册；造花名册当日该项目不适用的政策包；执行日在月中的，当月；调低的标准；已按新标准核定而差额未补的（见 F055）；算式里看不出标准的；
--   旧值与另一项没有调整的标准相同，且同项目、同区域没有人按新值核定的
-- not_en: a roster before the publication or adoption; a pack that is not in force for the programme on the day of the roster; where it holds from mid-month, that month; a standard that was lowered; set anew and
--   the difference not paid (F055); a formula that shows no standard; an old value that another standard still has, where
--   nobody of the programme and area was set by the new one
-- severity: high
-- basis_zh: 新标准自执行之日起适用于全体在册对象；标准以当月第一日的为准（S1-065、F055）
-- basis: a new standard holds for everybody from its day on; that of a month is the one of its first day (S1-065, F055)
-- remedy_zh: 按新标准重新核定，并补发差额。
-- remedy_en: set the entitlement anew by the new standard, and pay the difference
-- message_zh: 标准 {code} 自 {from_on} 由 {old_fen} 元提高到 {new_fen} 元；其后 {months} 个月的花名册仍按旧标准的核定。
-- message_en: the standard {code} rose from {old_fen} to {new_fen} yuan on {from_on}; rostered since by an entitlement of the old
--   one: {months} months
-- needs: entry where type = 'StandardPublished' or 'PackAdopted'; 没有公布过标准，也没有采用政策包; no standard was published, and no
--   pack adopted
-- needs: entitlement_set; 没有待遇核定; no entitlement is set
-- needs: payment_rostered; 没有花名册; nothing is on a roster
-- facts: F055, S1-065
WITH given AS (
    SELECT code, CAST(from_on AS VARCHAR) AS from_on, monthly_fen AS fen, position, 1 AS published
    FROM standard_published
    UNION ALL
    SELECT SPLIT_PART(name, '.', 2), SPLIT_PART(name, '.', 3), TRY_CAST(value AS BIGINT), MIN(adoption), 0
    FROM pack_parameters
    WHERE name LIKE 'standard.%' AND LENGTH(SPLIT_PART(name, '.', 3)) = 10
    GROUP BY name, value
),
valued AS (
    SELECT code, from_on, fen, position, published,
           CAST(fen // 100 AS VARCHAR) || '.' || LPAD(CAST(fen % 100 AS VARCHAR), 2, '0') AS yuan
    FROM given
    WHERE fen > 0
),
followed AS (
    -- of a day both are given: the published one counts
    SELECT code, from_on, fen, position, published, yuan,
           LAG(fen) OVER (PARTITION BY code ORDER BY from_on, published, position) AS old_fen,
           LAG(yuan) OVER (PARTITION BY code ORDER BY from_on, published, position) AS old_yuan
    FROM valued
),
rises AS (
    -- a pack has several standards, and several packs may have one
    SELECT code || ' ' || from_on || ' ' || yuan AS rise, code, from_on, fen, position, published, yuan, old_fen,
           old_yuan
    FROM followed
    WHERE fen > old_fen
),
formulas AS (
    -- the numbers of a formula, each between spaces
    SELECT position, ' ' || REPLACE(REPLACE(part.formula, '(', ' '), ')', ' ') || ' ' AS formula
    FROM (SELECT position, UNNEST(parts) AS part FROM entitlement_set) AS every
),
reckoned AS (
    -- by which value of a standard that rose an entitlement reckons
    SELECT formulas.position, rises.rise,
           BOOL_OR(CONTAINS(formulas.formula, ' ' || rises.old_yuan || ' ')) AS old,
           BOOL_OR(CONTAINS(formulas.formula, ' ' || rises.yuan || ' ')) AS new
    FROM formulas
    CROSS JOIN rises
    GROUP BY formulas.position, rises.rise
),
holding AS (
    SELECT stream, position, from_month,
           LEAD(from_month) OVER (PARTITION BY stream ORDER BY from_month, position) AS next_month
    FROM entitlement_set
),
groups AS (
    SELECT "case" AS stream, COALESCE(programme, '') AS programme,
           COALESCE(programme, '') || ' ' || COALESCE(area, '') AS name
    FROM case_state
),
used AS (
    -- that a programme in an area goes by a standard is seen where somebody was set by the new one
    SELECT DISTINCT reckoned.rise, groups.name
    FROM reckoned
    JOIN rises ON rises.rise = reckoned.rise
    JOIN holding ON holding.position = reckoned.position
    JOIN groups ON groups.stream = holding.stream
    WHERE reckoned.new AND holding.position > rises.position
),
shared AS (
    -- an old value that another standard has too, which nobody raised
    SELECT DISTINCT rises.rise
    FROM rises
    JOIN followed AS other ON other.code <> rises.code AND other.yuan = rises.old_yuan
    LEFT JOIN rises AS raised ON raised.code = other.code AND raised.old_yuan = other.yuan
    WHERE raised.code IS NULL
),
of_packs AS (
    -- the standards of a pack are those of its programmes, while it is in force
    SELECT pack_in_force.day, pack_in_force.programme,
           SPLIT_PART(held.name, '.', 2) || ' ' || SPLIT_PART(held.name, '.', 3) AS named, held.value
    FROM pack_in_force
    JOIN pack_parameters AS held ON held.adoption = pack_in_force.adoption AND held.name LIKE 'standard.%'
),
left_behind AS (
    SELECT lines.stream, lines.month, lines.position, rises.rise, holding.position AS entitlement
    FROM payment_rostered AS lines
    JOIN holding
      ON holding.stream = lines.stream
     AND holding.from_month <= lines.month
     AND (holding.next_month IS NULL OR lines.month < holding.next_month)
    JOIN reckoned ON reckoned.position = holding.position AND reckoned.old AND NOT reckoned.new
    JOIN rises
      ON rises.rise = reckoned.rise
     AND rises.position < lines.position
     AND rises.from_on <= lines.month || '-01'
    JOIN groups ON groups.stream = lines.stream
    LEFT JOIN used ON used.rise = rises.rise AND used.name = groups.name
    LEFT JOIN shared ON shared.rise = rises.rise
    LEFT JOIN of_packs
      ON of_packs.day = lines.effective_on
     AND of_packs.programme = groups.programme
     AND of_packs.named = rises.code || ' ' || rises.from_on
     AND of_packs.value = CAST(rises.fen AS VARCHAR)
    WHERE lines.kind = 'regular'
      AND (used.rise IS NOT NULL OR shared.rise IS NULL)
      AND (rises.published = 1 OR of_packs.named IS NOT NULL)
)
SELECT left_behind.stream AS subject,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT(
                   [rises.position], ARRAY_AGG(left_behind.entitlement), ARRAY_AGG(left_behind.position)
               )
           )
       ) AS positions,
       MIN(left_behind.month) || '/' || MAX(left_behind.month) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       rises.code,
       CAST(rises.from_on AS DATE) AS from_on,
       rises.old_fen,
       rises.fen AS new_fen,
       COUNT(DISTINCT left_behind.month) AS months
FROM left_behind
JOIN rises ON rises.rise = left_behind.rise
GROUP BY left_behind.stream, left_behind.rise, rises.position, rises.code, rises.from_on, rises.old_fen, rises.fen
