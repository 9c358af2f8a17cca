-- id: M15
-- title_zh: 评分与护理资格不符
-- title_en: a carer's score and qualification do not agree
-- explain_zh: 当月评分低于合格线，政策包规定取消资格，却没有取消；或者以评分为由取消了资格，
--   而该月现行评分并不低于合格线（多为事后更正、作废评分，取消资格却没有跟着改）。
-- explain_en: The score of a month is below the pass mark, by which the pack disqualifies at once, and nobody was
--   disqualified; or a carer was disqualified for a month whose score, as it stands, is not below it. Mostly the score was
--   corrected or annulled afterwards, and what had followed from it was left as it was.
-- not_zh: 更正后数日内（见门槛）处理的；此后重新登记的；政策包没有合格线，或者规定由县级复核的。
-- not_en: put right within the days of the threshold; registered again since; a pack without a pass mark, or one that lets
--   the county look into it
-- severity: medium
-- basis_zh: S4-093：评分不合格的立即取消资格
-- basis: S4-093: below the pass mark a carer is disqualified at once
-- parameters: pass_mark
-- thresholds: days = 5
-- remedy_zh: 按现行评分取消资格；评分有误的，作废取消资格的记录。
-- remedy_en: disqualify by the score that stands; where it was mistaken, annul the disqualification
-- message_zh: {month} 评分 {score}，合格线 {mark}；取消资格日：{disqualified_on}。
-- message_en: score of {month} {score}, pass mark {mark}; disqualified on {disqualified_on}
-- needs: carer_scored; 没有月度考核; nobody is scored
-- facts: S4-093
WITH asked AS (
    SELECT county_pack.day, mark.days AS mark
    FROM county_pack
    JOIN pack_parameters AS mark ON mark.adoption = county_pack.adoption AND mark.name = 'pass_mark'
    JOIN pack_parameters AS follows
      ON follows.adoption = county_pack.adoption AND follows.name = 'on_fail' AND follows.value = 'disqualify'
    WHERE mark.days IS NOT NULL
),
scored AS (
    SELECT stream, month, MAX(position) AS position, MAX_BY(score, position) AS score,
           MAX_BY(effective_on, position) AS effective_on
    FROM carer_scored
    GROUP BY stream, month
),
disqualified AS (
    SELECT stream, month, MAX(position) AS position, MAX_BY(effective_on, position) AS effective_on
    FROM carer_disqualified
    WHERE ground = 'score' AND month IS NOT NULL
    GROUP BY stream, month
),
amended AS (
    SELECT entry_amendment.stream, said.month, MAX(entry_amendment.position) AS position,
           MAX(entry_amendment.effective_on) AS effective_on
    FROM entry_amendment
    JOIN entry_version AS said ON said.position = entry_amendment.names AND said.number = 0
    WHERE entry_amendment.stands AND said.type = 'CarerScored'
    GROUP BY entry_amendment.stream, said.month
),
apart AS (
    SELECT scored.stream, scored.month, scored.score, asked.mark, CAST(NULL AS DATE) AS disqualified_on,
           GREATEST(scored.effective_on, COALESCE(amended.effective_on, scored.effective_on)) AS since_on,
           GREATEST(scored.position, COALESCE(amended.position, scored.position)) AS last_position,
           [scored.position, COALESCE(amended.position, scored.position)] AS positions
    FROM scored
    JOIN asked ON asked.day = scored.effective_on AND scored.score < asked.mark
    LEFT JOIN amended ON amended.stream = scored.stream AND amended.month = scored.month
    WHERE NOT EXISTS (
        SELECT 1 FROM carer_disqualified AS lost
        WHERE lost.stream = scored.stream AND (lost.month = scored.month OR lost.position > scored.position)
    )
    UNION ALL
    SELECT disqualified.stream, disqualified.month, scored.score, asked.mark, disqualified.effective_on,
           GREATEST(disqualified.effective_on, COALESCE(amended.effective_on, disqualified.effective_on)),
           GREATEST(disqualified.position, COALESCE(amended.position, disqualified.position)),
           [disqualified.position, COALESCE(amended.position, disqualified.position)]
    FROM disqualified
    JOIN asked ON asked.day = disqualified.effective_on
    LEFT JOIN scored ON scored.stream = disqualified.stream AND scored.month = disqualified.month
    LEFT JOIN amended ON amended.stream = disqualified.stream AND amended.month = disqualified.month
    WHERE COALESCE(scored.score >= asked.mark, TRUE)
),
registered AS (
    SELECT stream, MAX(position) AS position FROM carer_registered GROUP BY stream
)
SELECT apart.stream AS subject,
       LIST_SORT(LIST_DISTINCT(apart.positions)) AS positions,
       apart.month AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       apart.month,
       apart.score,
       apart.mark,
       apart.disqualified_on
FROM apart
CROSS JOIN parameters
LEFT JOIN registered ON registered.stream = apart.stream
WHERE COALESCE(registered.position, -1) < apart.last_position
  AND DATE_DIFF('day', apart.since_on, parameters.as_of) > $days
