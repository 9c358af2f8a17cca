-- id: M23
-- title_zh: 丧葬与死亡不符
-- title_en: a funeral and the death are apart
-- explain_zh: 已办丧事，账本却没有死亡记录，或者死亡记在丧事之后的月份，其间仍有发放；或者同一人的丧葬费承担了两次。丧事是死亡最早的凭据。
-- explain_en: A funeral was arranged, and the ledger has no death or one of a later month, and was paying meanwhile; or the
--   fund bore a second funeral of one person. A funeral is the earliest evidence of a death.
-- not_zh: 丧事当月的发放；银行已退回的；账本所记死亡以后的月份（见 F001）；家中尚有他人在保的；第一次丧葬。
-- not_en: the month of the funeral; what the bank gave back; months after the death that the ledger has (F001); a household in
--   which others live; the first funeral
-- severity: high
-- basis_zh: 特困人员认定办法（2021）第二十四条；S1-058、S1-059
-- basis: K21 art. 24; S1-058, S1-059
-- remedy_zh: 核实死亡日期，记录死亡，停发，按月追回；重复承担的丧葬费追回。
-- remedy_en: verify the day, record the death, stop, and recover by month; recover a funeral that was borne twice
-- message_zh: {arranged_on} 办丧事，死亡记录：{died_on}；其后发放 {lines} 笔；丧葬 {funerals} 次；涉及 {amount_fen} 元。
-- message_en: a funeral on {arranged_on}, the death recorded: {died_on}; {lines} lines paid after it, {funerals} funerals:
--   {amount_fen} yuan
-- needs: funeral_arranged; 没有丧葬记录; no funeral is recorded
-- facts: F001, S1-058, S1-059
WITH funerals_held AS (
    SELECT stream, MIN(effective_on) AS arranged_on, COUNT(*) AS funerals,
           SUM(cost_fen) - MIN_BY(cost_fen, (effective_on, position)) AS again_fen,
           ARRAY_AGG(position) AS positions
    FROM funeral_arranged
    WHERE stream NOT IN (
        SELECT stream FROM application_approved WHERE form = 'household' AND limb <> 'single_person'
    )
    GROUP BY stream
),
died AS (
    SELECT stream, MAX_BY(died_on, position) AS died_on FROM death_recorded GROUP BY stream
),
held AS (
    SELECT funerals_held.*, died.died_on,
           SUBSTRING(CAST(funerals_held.arranged_on AS VARCHAR), 1, 7) AS from_month,
           SUBSTRING(CAST(died.died_on AS VARCHAR), 1, 7) AS to_month
    FROM funerals_held
    LEFT JOIN died ON died.stream = funerals_held.stream
),
paid AS (
    SELECT held.stream, COUNT(*) AS lines, SUM(net.amount_fen) AS fen, MAX(net.month) AS last_month,
           ARRAY_AGG(net.position) AS positions
    FROM held
    JOIN net_payments AS net
      ON net."case" = held.stream
     AND net.month > held.from_month
     AND (held.to_month IS NULL OR net.month <= held.to_month)
    GROUP BY held.stream
)
SELECT held.stream AS subject,
       LIST_SORT(LIST_CONCAT(held.positions, COALESCE(paid.positions, CAST([] AS BIGINT[])))) AS positions,
       held.from_month || '/' || COALESCE(paid.last_month, held.from_month) AS period,
       COALESCE(paid.fen, 0) + held.again_fen AS amount_fen,
       held.arranged_on,
       held.died_on,
       COALESCE(paid.lines, 0) AS lines,
       held.funerals
FROM held
LEFT JOIN paid ON paid.stream = held.stream
WHERE paid.stream IS NOT NULL OR held.funerals > 1
