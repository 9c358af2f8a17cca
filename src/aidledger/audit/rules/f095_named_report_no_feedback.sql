-- id: F095
-- title_zh: 实名举报未反馈
-- title_en: named report without feedback
-- explain_zh: 署名投诉已有答复，却没有告知投诉人。署名的人有权知道结果；得不到回音，下次就没有人署名。
-- explain_en: A complaint under a name was answered, and who complained was never told. Who signs has a right
--   to know what came of it; who hears nothing will not sign again.
-- not_zh: 匿名的；已告知的；尚未答复的（超期见 F093）；以后又告知的。
-- not_en: anonymous ones; who was told; no answer yet (F093 where it is late); who was told later
-- severity: medium
-- basis_zh: 最低生活保障审核确认办法（2021）第三十七条；S4-114
-- basis: D21 art. 37; S4-114
-- remedy_zh: 立即告知投诉人。
-- remedy_en: tell who complained
-- message_zh: {answered_on} 答复（{outcome}），没有告知署名投诉人。
-- message_en: answered on {answered_on} ({outcome}), and who signed was not told
-- needs: complaint_answered; 没有答复的投诉; no complaint is answered
-- facts: F095, S4-114
WITH received AS (
    SELECT stream, BOOL_AND(NOT anonymous) AS signed FROM complaint_received GROUP BY stream
),
answered AS (
    SELECT stream, MAX(position) AS position, MAX_BY(answered_on, position) AS answered_on,
           MAX_BY(outcome, position) AS outcome, BOOL_OR(told) AS told
    FROM complaint_answered
    GROUP BY stream
)
SELECT answered.stream AS subject,
       [answered.position] AS positions,
       CAST(answered.answered_on AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       answered.answered_on,
       answered.outcome
FROM answered
JOIN received ON received.stream = answered.stream
WHERE received.signed AND NOT answered.told
