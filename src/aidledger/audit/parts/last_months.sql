-- title_zh: 最后应发的月份
-- title_en: the last month for which something was due
-- reads: views alone
-- gives: stream, month (of the death or the termination, the earlier one)
SELECT stream, MIN(month) AS month
FROM (
    SELECT stream, SUBSTRING(CAST(died_on AS VARCHAR), 1, 7) AS month FROM death_recorded
    UNION ALL
    SELECT stream, last_month FROM termination_approved
) AS ends
GROUP BY stream
