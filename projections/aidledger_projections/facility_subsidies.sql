-- title_zh: 设施补贴台账
-- title_en: subsidies of facilities
-- key: facility, fund, kind, year
-- for: what each facility was paid out of which fund in a year, for building or for running it
-- facts: S2-018
SELECT stream AS facility,
       fund,
       kind,
       CAST(SUBSTRING(month, 1, 4) AS BIGINT) AS year,
       COUNT(*) AS payments,
       COUNT(DISTINCT month) AS months,
       SUM(amount_fen) AS paid_fen,
       LIST_SORT(ARRAY_AGG(position)) AS positions
FROM facility_subsidy_paid
GROUP BY stream, fund, kind, SUBSTRING(month, 1, 4)
