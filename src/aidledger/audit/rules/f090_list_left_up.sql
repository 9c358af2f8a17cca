-- id: F090
-- title_zh: 逾期未撤下
-- title_en: list not withdrawn
-- explain_zh: 公开名单过了最后一天仍未撤下，或者公示牌过期仍在。公开的目的已经达到，个人信息却还在外面。
-- explain_en: A list was still up after its last day, or a notice long after the day on which it was to come
--   down. The purpose is over, and personal data are still out.
-- not_zh: 最后一天及以前撤下的名单；没有规定最后一天的名单；公示到期后三个工作日内撤下的；终止公示（账本不记撤下）。
-- not_en: a list that came down on its last day or before; one without a last day; a notice that came down
--   within three working days of its end; the notice of a termination (no entry says that it came down)
-- severity: medium
-- basis: S4-109; personal data are shown no longer than their purpose asks
-- thresholds: working_days = 3
-- remedy_zh: 立即撤下并登记。
-- remedy_en: take it down and enter that
-- message_zh: 应于 {due_on} 前撤下，撤下日：{withdrawn_on}。
-- message_en: to come down by {due_on}, came down on {withdrawn_on}
-- needs: disclosures where type = 'ListPublished' or 'PublicityStarted' or 'CountyPublicityStarted'; 没有公开名单或公示;
--   no list or notice was put up
-- facts: F090, S4-109
WITH taken AS (
    SELECT shown.position, MIN(gone.withdrawn_on) AS withdrawn_on,
           MIN_BY(gone.position, gone.withdrawn_on) AS withdrawal
    FROM list_published AS shown
    JOIN list_withdrawn AS gone ON gone.file = shown.file AND gone.position > shown.position
    GROUP BY shown.position
),
late AS (
    SELECT shown.stream, shown.position, shown.to_on AS due_on, taken.withdrawn_on, taken.withdrawal
    FROM list_published AS shown
    CROSS JOIN parameters
    LEFT JOIN taken ON taken.position = shown.position
    WHERE shown.to_on < COALESCE(taken.withdrawn_on, parameters.as_of)
    UNION ALL
    SELECT notices."case", notices.notice, notices.planned_to, notices.ended_on, CAST(NULL AS BIGINT)
    FROM publicity_notices AS notices
    CROSS JOIN parameters
    JOIN calendar_days AS due ON due.day = notices.planned_to
    JOIN calendar_days AS gone ON gone.day = COALESCE(notices.ended_on, parameters.as_of)
    WHERE notices.kind <> 'termination' AND gone.working_number - due.working_number > $working_days
)
SELECT stream AS subject,
       LIST_SORT(LIST_DISTINCT([position, COALESCE(withdrawal, position)])) AS positions,
       CAST(due_on AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       due_on,
       withdrawn_on
FROM late
