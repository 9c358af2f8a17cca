-- id: F092
-- title_zh: 标准电话未公开
-- title_en: standard or complaint line not public
-- explain_zh: 应当公开政策、程序、标准和监督电话的机关，当年没有公开其中一项。群众不知道该得多少、向谁反映。
-- explain_en: An office that has to make policy, procedure, standard and complaint phone public did not publish
--   one of them in a year. People don't know what is due to them and whom to call.
-- not_zh: 当年开始不久、尚在合理期间的；后来补公开的；政策包不要求该机关公开的。
-- not_en: a year that has only begun; published later in the year; offices of which the pack asks nothing
-- severity: low
-- basis_zh: S4-108、S4-119；政务公开目录
-- basis: S4-108, S4-119; open-government catalogue
-- parameters: notice_kinds, notice_units
-- thresholds: days = 90
-- remedy_zh: 立即公开并留存证据。
-- remedy_en: publish it now, and keep the evidence
-- message_zh: {year} 年没有公开：{kinds}。
-- message_en: not made public in {year}: {kinds}
-- needs: notices_due; 没有应当公开的机关; no office has to publish anything
-- facts: F092, S1-077, S4-108, S4-119
WITH begun AS (
    SELECT offices.data_office AS unit, GREATEST(MIN(offices.effective_on), MAX(packs.first_on)) AS first_on
    FROM office_registered AS offices
    CROSS JOIN (SELECT MIN(effective_on) AS first_on FROM pack_adopted) AS packs
    GROUP BY offices.data_office
),
lacking AS (
    -- a year that is not over is asked of only some time after it, the office or the first pack began
    SELECT due.unit, due.year, due.kind, due.positions
    FROM notices_due AS due
    CROSS JOIN parameters
    JOIN begun ON begun.unit = due.unit
    WHERE due.published_on IS NULL
      AND (
          due.state = 'missed'
          OR DATE_DIFF(
              'day',
              GREATEST(begun.first_on, CAST(CAST(due.year AS VARCHAR) || '-01-01' AS DATE)),
              parameters.as_of
          ) > $days
      )
)
SELECT 'unit/' || unit AS subject,
       LIST_SORT(LIST_DISTINCT(FLATTEN(ARRAY_AGG(positions)))) AS positions,
       CAST(year AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       year,
       LIST_SORT(ARRAY_AGG(kind)) AS kinds
FROM lacking
GROUP BY unit, year
