-- title_zh: 临时救助与乡镇限额
-- title_en: temporary assistance against the township's limit
-- key: position
-- for: every grant of temporary assistance with what the same office granted the same person within the window, the township's limit, and whether the same cause was helped before within its own window
-- facts: S4-045, S4-043
WITH persons AS (
    -- all zeros: the number was not given, and the person is nobody else
    SELECT stream, MAX_BY(applicant, position) AS person,
           COALESCE(NULLIF(MAX_BY(applicant, position), 'p00000000000000000000000000000000'), stream) AS whose,
           MAX_BY(programme, position) AS programme
    FROM application_submitted
    GROUP BY stream
),
offices AS (
    SELECT data_office AS office, MAX_BY(kind, position) AS kind
    FROM office_registered
    GROUP BY data_office
),
rules AS (
    SELECT pack_in_force.day, pack_in_force.programme,
           MAX(CASE WHEN given.name = 'split_days' THEN given.days END) AS split_days,
           MAX(CASE WHEN given.name = 'same_cause_days' THEN given.days END) AS cause_days,
           MAX(CASE WHEN given.name = 'township_limit_fen' THEN TRY_CAST(given.value AS BIGINT) END) AS limit_fen
    FROM pack_in_force
    JOIN pack_parameters AS given ON given.adoption = pack_in_force.adoption
    GROUP BY pack_in_force.day, pack_in_force.programme
),
granted AS (
    -- help of another programme's case is temporary assistance all the same, and has its rules
    SELECT grants.position, grants.stream, persons.person, persons.whose, grants.effective_on, grants.office,
           COALESCE(offices.kind, '') AS office_kind, grants.kind, grants.way, grants.amount_fen,
           grants.cause_on, COALESCE(own.split_days, other.split_days) AS split_days,
           COALESCE(own.cause_days, other.cause_days) AS cause_days,
           COALESCE(own.limit_fen, other.limit_fen) AS limit_fen
    FROM help_granted AS grants
    JOIN persons ON persons.stream = grants.stream
    LEFT JOIN offices ON offices.office = grants.office
    LEFT JOIN rules AS own
      ON own.day = grants.effective_on AND own.programme = COALESCE(persons.programme, '')
    LEFT JOIN rules AS other ON other.day = grants.effective_on AND other.programme = 'temporary'
    WHERE grants.help = 'temporary'
),
windows AS (
    SELECT this.position, SUM(other.amount_fen) AS window_fen, ARRAY_AGG(other.position) AS positions
    FROM granted AS this
    JOIN granted AS other
      ON other.whose = this.whose
     AND other.office = this.office
     AND other.position <= this.position
     AND ABS(DATE_DIFF('day', other.effective_on, this.effective_on)) < COALESCE(this.split_days, 0)
    GROUP BY this.position
),
causes AS (
    SELECT this.position, MIN(other.position) AS earlier
    FROM granted AS this
    JOIN granted AS other
      ON other.whose = this.whose
     AND other.position < this.position
     AND this.cause_on <= other.effective_on
     AND ABS(DATE_DIFF('day', other.effective_on, this.effective_on)) < this.cause_days
    GROUP BY this.position
)
SELECT granted.position,
       granted.stream AS "case",
       granted.person,
       granted.effective_on AS granted_on,
       granted.kind,
       granted.way,
       granted.office,
       granted.office_kind,
       granted.amount_fen,
       COALESCE(windows.window_fen, granted.amount_fen) AS window_fen,
       granted.limit_fen,
       granted.office_kind = 'township' AND granted.limit_fen IS NOT NULL
           AND COALESCE(windows.window_fen, granted.amount_fen) > granted.limit_fen AS over,
       causes.earlier IS NOT NULL AS same_cause,
       LIST_SORT(
           LIST_DISTINCT(
               LIST_CONCAT(
                   COALESCE(windows.positions, [granted.position]),
                   CASE WHEN causes.earlier IS NULL THEN [granted.position]
                       ELSE [granted.position, causes.earlier] END
               )
           )
       ) AS positions
FROM granted
LEFT JOIN windows ON windows.position = granted.position
LEFT JOIN causes ON causes.position = granted.position
