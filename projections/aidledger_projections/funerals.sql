-- title_zh: 丧葬台账
-- title_en: funerals
-- key: case, position
-- for: who arranged each funeral and what the fund bore, whether it follows a death and fits the form of support
-- facts: S1-058, S1-059
SELECT funeral_arranged.stream AS "case",
       funeral_arranged.position,
       case_state.form,
       case_state.died_on,
       funeral_arranged.effective_on AS arranged_on,
       funeral_arranged."by" AS arranged_by,
       funeral_arranged.cost_fen,
       CASE
           WHEN case_state.died_on IS NULL OR case_state.died_on > funeral_arranged.effective_on
               THEN 'no_death'
           WHEN case_state.form = 'concentrated' AND funeral_arranged."by" <> 'institution'
               THEN 'by_another'
           WHEN COALESCE(case_state.form, '') <> 'concentrated'
             AND funeral_arranged."by" = 'institution' THEN 'by_another'
           ELSE 'met'
       END AS state,
       [funeral_arranged.position] AS positions
FROM funeral_arranged
JOIN case_state ON case_state."case" = funeral_arranged.stream
