-- id: F090
-- title_zh: 逾期未撤下
-- title_en: list not withdrawn
-- explain_zh: 公开名单过了最后一天仍未撤下，长期名单上有人已终止仍未更换，或者公示牌过期仍在。公开的目的已经达到，个人信息却还在外面。
-- explain_en: A list was still up after its last day, or showed somebody whose support had ended, or a notice was
--   up long after the day on which it was to come down. The purpose is over, and personal data are still out.
-- not_zh: 最后一天及以前撤下的名单；没有规定最后一天、名单上的人都还在保的；公示到期后三个工作日内撤下的；终止公示（账本不记撤下）。
-- not_en: a list that came down on its last day or before; one without a
--   last day, while everybody on it is supported; a notice that came down
--   within three working days of its end; the notice of a termination (no entry says that it came down)
-- severity: medium
-- basis_zh: S4-109；个人信息公示不超过其目的所需的时间
-- basis: S4-109; personal data are shown no longer than their purpose asks
-- thresholds: working_days = 3
-- remedy_zh: 立即撤下并登记。
-- remedy_en: take it down and enter that
-- message_zh: 应于 {due_on} 前撤下，撤下日：{withdrawn_on}。
-- message_en: to come down by {due_on}, came down on {withdrawn_on}
-- needs: disclosures where type = 'ListPublished' or 'PublicityStarted' or 'CountyPublicityStarted'; 没有公开名单或公示;
--   no list or notice was put up
-- facts: F090, S4-109
WITH late AS (
    SELECT lists_up.stream, lists_up.to_on AS due_on, lists_up.withdrawn_on, lists_up.positions
    FROM lists_up
    CROSS JOIN parameters
    WHERE lists_up.to_on < COALESCE(lists_up.withdrawn_on, parameters.as_of)
    UNION ALL
    SELECT notices."case", notices.planned_to, notices.ended_on, [notices.notice]
    FROM publicity_notices AS notices
    CROSS JOIN parameters
    JOIN calendar_days AS due ON due.day = notices.planned_to
    JOIN calendar_days AS gone ON gone.day = COALESCE(notices.ended_on, parameters.as_of)
    WHERE notices.kind <> 'termination' AND gone.working_number - due.working_number > $working_days
    UNION ALL
    -- who is supported no more stands on a list that has no last day
    SELECT stream, outdated_since, CAST(NULL AS DATE), positions
    FROM lists_up
    WHERE state = 'outdated'
)
SELECT stream AS subject,
       LIST_SORT(positions) AS positions,
       CAST(due_on AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       due_on,
       withdrawn_on
FROM late
