-- title_zh: 家庭收入
-- title_en: income of households
-- key: case, assessment
-- for: each assessment of a household's income, for each member, and whether its lines add up to it
-- facts: S4-031
WITH totals AS (
    SELECT position, SUM(line.fen) AS lines_fen
    FROM (SELECT position, UNNEST(lines) AS line FROM income_assessed) AS listed
    GROUP BY position
),
assessed AS (
    SELECT i.stream, i.position, i.effective_on, i.ground, i.monthly_fen, i.period_from, i.period_to,
           totals.lines_fen,
           DATE_DIFF(
               'month', CAST(i.period_from || '-01' AS DATE), CAST(i.period_to || '-01' AS DATE)
           ) + 1 AS months,
           LEAD(i.effective_on) OVER (PARTITION BY i.stream ORDER BY i.effective_on, i.position) AS next_on
    FROM income_assessed AS i
    LEFT JOIN totals ON totals.position = i.position
),
counted AS (
    SELECT assessed.position, COUNT(households.joined) AS persons
    FROM assessed
    LEFT JOIN households
      ON households."case" = assessed.stream
     AND households.covered
     AND households.from_on <= assessed.effective_on
     AND (households.to_on IS NULL OR assessed.effective_on < households.to_on)
    GROUP BY assessed.position
)
SELECT assessed.stream AS "case",
       assessed.position AS assessment,
       assessed.effective_on AS assessed_on,
       assessed.next_on,
       assessed.ground,
       assessed.period_from,
       assessed.period_to,
       assessed.monthly_fen,
       counted.persons,
       CASE WHEN counted.persons > 0 THEN assessed.monthly_fen // counted.persons END AS per_head_fen,
       assessed.lines_fen,
       -- half a fen a month may be rounded away
       CASE
           WHEN assessed.lines_fen IS NULL OR assessed.months < 1 THEN NULL
           ELSE ABS(assessed.monthly_fen * assessed.months - assessed.lines_fen) * 2 <= assessed.months
       END AS adds_up,
       [assessed.position] AS positions
FROM assessed
JOIN counted ON counted.position = assessed.position
