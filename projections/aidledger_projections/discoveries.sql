-- title_zh: 主动发现台账
-- title_en: discoveries
-- key: case
-- for: every need that was discovered: where, at which level and by whom, whether the person was told of the policy, and how soon something was done
-- facts: S1-017, S1-018, S3-022, S3-027, S4-016, S4-017, S4-107
WITH discovered AS (
    SELECT stream, MIN(position) AS position, MIN_BY(effective_on, position) AS discovered_on,
           MIN_BY(actor, position) AS bearer, MIN_BY(office, position) AS office,
           MIN_BY(township, position) AS township, MIN_BY(village, position) AS village,
           MIN_BY(channel, position) AS channel,
           -- what was found last counts: an unclear need becomes clear
           MAX_BY(assessment, position) AS assessment, BOOL_OR(informed) AS informed,
           ARRAY_AGG(position) AS positions
    FROM need_discovered
    GROUP BY stream
),
levels AS (
    SELECT data_office AS office, MAX_BY(kind, position) AS kind
    FROM office_registered
    GROUP BY data_office
),
rules AS (
    SELECT county_pack.day, given.days
    FROM county_pack
    JOIN pack_parameters AS given ON given.adoption = county_pack.adoption
    WHERE given.name = 'discovery_act_days'
),
acted AS (
    SELECT entry.stream, MIN(entry.effective_on) AS effective_on,
           MIN_BY(entry.position, (entry.effective_on, entry.position)) AS position,
           MIN_BY(entry.type, (entry.effective_on, entry.position)) AS type
    FROM entry
    JOIN discovered
      ON discovered.stream = entry.stream AND entry.effective_on >= discovered.discovered_on
    WHERE entry.type NOT IN ('NeedDiscovered', 'EntryCorrected', 'EntryAnnulled', 'RuleOverridden')
    GROUP BY entry.stream
)
SELECT discovered.stream AS "case",
       discovered.township,
       discovered.village,
       CASE
           WHEN levels.kind IN ('village', 'township') THEN levels.kind
           WHEN levels.kind IS NOT NULL THEN 'county'
       END AS level,
       discovered.bearer,
       discovered.channel,
       discovered.discovered_on,
       discovered.assessment,
       discovered.informed,
       acted.effective_on AS first_act_on,
       acted.type AS first_act,
       DATE_DIFF('day', discovered.discovered_on, COALESCE(acted.effective_on, parameters.as_of))
           AS days,
       discovered.discovered_on + rules.days AS due_on,
       CASE
           WHEN acted.effective_on > discovered.discovered_on + rules.days THEN 'late'
           WHEN acted.effective_on IS NOT NULL THEN 'met'
           WHEN discovered.assessment = 'not_eligible' THEN 'not_eligible'
           WHEN parameters.as_of > discovered.discovered_on + rules.days THEN 'missed'
           ELSE 'open'
       END AS state,
       LIST_SORT(
           LIST_CONCAT(
               discovered.positions,
               CASE WHEN acted.position IS NULL THEN CAST([] AS BIGINT[]) ELSE [acted.position] END
           )
       ) AS positions
FROM discovered
CROSS JOIN parameters
LEFT JOIN levels ON levels.office = discovered.office
LEFT JOIN rules ON rules.day = discovered.discovered_on
LEFT JOIN acted ON acted.stream = discovered.stream
