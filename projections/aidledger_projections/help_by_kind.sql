-- title_zh: 各类救助汇总
-- title_en: help by kind
-- key: programme, help, detail, way
-- for: how often and how much help of each kind was granted: by school stage, payer, subsidy, dwelling or goods
-- facts: S4-057, S4-058, S4-060, S4-062, S4-064
SELECT COALESCE(case_state.programme, '') AS programme,
       help_granted.help,
       COALESCE(help_granted.detail, '') AS detail,
       help_granted.way,
       COUNT(*) AS grants,
       SUM(help_granted.amount_fen) AS amount_fen,
       LIST_SORT(ARRAY_AGG(help_granted.position)) AS positions
FROM help_granted
JOIN case_state ON case_state."case" = help_granted.stream
GROUP BY COALESCE(case_state.programme, ''), help_granted.help, COALESCE(help_granted.detail, ''),
         help_granted.way
