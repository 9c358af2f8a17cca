-- id: F093
-- title_zh: 投诉未登记或超期
-- title_en: complaint late
-- explain_zh: 投诉没有在规定天数内登记，或者没有在规定天数（含批准的延期）内办结答复；复查、复核同样有期限。
-- explain_en: A complaint was not registered, or not answered, within the days of the pack and what was granted
--   on top; reviews of an answer have their days as well.
-- not_zh: 期限最后一天办结的；依规延期、中止的；期限未满的。
-- not_en: done on the last day; a time that was made longer or suspended by the rules; the time is not over
-- severity: high
-- basis_zh: 信访工作条例第二十二条、第三十四条；S4-112、S4-113
-- basis: petition rules arts. 22, 34; S4-112, S4-113
-- parameters: complaint_register_days, complaint_answer_days, complaint_review_answer_days
-- remedy_zh: 立即办理并答复，查明延误原因。
-- remedy_en: handle and answer it now, and find out why it was left
-- message_zh: {from_on} 起算（{limit_id}），应于 {due_on} 前办结，办结日：{done_on}。
-- message_en: counted from {from_on} ({limit_id}), due on {due_on}, done on {done_on}
-- needs: complaint_received; 没有投诉; no complaint is recorded
-- facts: F093, S4-112, S4-113, C15
SELECT stream AS subject,
       positions,
       CAST(from_on AS VARCHAR) || '/' || CAST(due_on AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       limit_id,
       from_on,
       due_on,
       done_on,
       provisional
FROM deadlines
WHERE stream LIKE 'complaint/%' AND state IN ('late', 'missed')
