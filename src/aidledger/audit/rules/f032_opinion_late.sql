-- id: F032
-- title_zh: 初审超期
-- title_en: township's opinion late
-- explain_zh: 从受理到乡镇初审意见，超过政策包规定的工作日（按已知的工作日历，扣除依规延长和中止）。
-- explain_en: More working days went by from the acceptance to the township's opinion than the pack allows (by
--   the calendar as known, with extensions and suspensions as granted).
-- not_zh: 最后一个工作日；期限未满的；依规延长、中止的；期限内撤回或本人死亡的。
-- not_en: on the last working day; the time is not over; extended or suspended as the pack lets; withdrawn, or
--   the applicant died, within the limit
-- severity: medium
-- basis_zh: 特困人员认定办法（2021）第十四条（15 个工作日）；此前为 20 个工作日（S1-031）
-- basis: K21 art. 14 (15 working days); the limit of 20 before it (S1-031)
-- parameters: opinion_limit_working_days
-- remedy_zh: 立即提出意见；说明超期原因。
-- remedy_en: give the opinion at once, and say why it was late
-- message_zh: {from_on} 起 {days} 个工作日，应于 {due_on} 前提出，
--   实际 {done_on}。
-- message_en: {days} working days from {from_on}: due by {due_on}, given on {done_on}
-- needs: application_accepted; 没有受理记录; nothing is recorded as accepted
-- facts: F032, S1-031, C4
WITH late AS (
    SELECT stream, from_on, due_on, done_on, n, extended, provisional, positions
    FROM deadlines
    WHERE limit_id = 'limit-opinion' AND state IN ('late', 'missed')
),
died AS (
    SELECT stream, MIN(died_on) AS died_on FROM death_recorded GROUP BY stream
)
SELECT late.stream AS subject,
       late.positions,
       CAST(late.from_on AS VARCHAR) || '/' || CAST(late.due_on AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       late.from_on,
       late.n + late.extended AS days,
       late.due_on,
       late.done_on,
       late.provisional
FROM late
LEFT JOIN died ON died.stream = late.stream
-- nothing is to be decided about who has died
WHERE late.done_on IS NOT NULL OR died.died_on IS NULL OR died.died_on > late.due_on
