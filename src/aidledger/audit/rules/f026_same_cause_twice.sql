-- id: F026
-- title_zh: 同一事由重复救助
-- title_en: same cause paid twice
-- explain_zh: 对同一人的同一事由，在政策包规定的期限内再次给予临时救助。事由发生在前一次救助之前的，视为同一事由。
-- explain_en: One person was given temporary assistance again for one cause within the window of the pack. A
--   cause that was there when the earlier help was given is the same.
-- not_zh: 前一次救助之后才发生的事由；规定期限已满的；没有记载事由发生日的。
-- not_en: a cause that came after the earlier help; the window is over; no day of the cause is recorded
-- severity: medium
-- basis_zh: 进一步加强和改进临时救助工作的意见（2018）；松滋公开审计
-- basis: T18; published audit of Songzi
-- parameters: same_cause_days
-- remedy_zh: 核对两次救助的事由与票据；确属重复的，追回后一次。
-- remedy_en: compare cause and receipts of both; where it is one, recover the later
-- message_zh: {granted_on} {office} 又给予 {amount_fen} 元，
--   同一事由 {helped_on} 已救助。
-- message_en: {office} granted {amount_fen} yuan again on {granted_on}, for a cause helped on {helped_on}
-- needs: help_granted where help = 'temporary'; 没有临时救助记录; no temporary assistance is recorded
-- facts: F026, S4-043
WITH granted AS (
    $temporary_help
),
again AS (
    SELECT this.position, MIN(other.position) AS earlier, MIN(other.effective_on) AS helped_on
    FROM granted AS this
    JOIN granted AS other
      ON other.person = this.person
     AND other.position < this.position
     AND this.cause_on <= other.effective_on
     AND ABS(DATE_DIFF('day', other.effective_on, this.effective_on)) < this.cause_days
    GROUP BY this.position
)
SELECT granted.stream AS subject,
       LIST_SORT([again.earlier, granted.position, granted.by_cause]) AS positions,
       CAST(granted.effective_on AS VARCHAR) AS period,
       granted.amount_fen,
       granted.effective_on AS granted_on,
       again.helped_on,
       granted.office
FROM again
JOIN granted ON granted.position = again.position
