-- id: F027
-- title_zh: 拆分审批
-- title_en: split to stay under the limit
-- explain_zh: 同一乡镇在规定天数内多次给予同一人或者同一家庭临时救助，每次都在乡镇审批限额之内，合计超过限额，绕开了县级审批。
-- explain_en: One township gave one person or household temporary assistance several times within the window, each
--   time within its own limit and together beyond it. The county, which had to decide, was passed by.
-- not_zh: 合计恰为限额的；规定天数之外的；县级审批的；已离开家庭的成员；单独一次就超过限额的（越权，见 F044）。
-- not_en: together exactly the limit; outside the window; what the county granted; a member who left the household;
--   a single grant beyond the limit (no split but no power: F044)
-- severity: critical
-- basis_zh: 进一步加强和改进临时救助工作的意见（2018）（乡镇限额和备用金）
-- basis: T18 (township limit and reserve fund)
-- parameters: split_days, township_limit_fen
-- remedy_zh: 由县级民政部门补审；查明拆分由谁经办、谁批准。
-- remedy_en: have the county decide; ask who split it and who approved
-- message_zh: {granted_on} {office} 给予 {granted_fen} 元，
--   期内合计 {amount_fen} 元，限额 {limit_fen} 元。
-- message_en: {office} granted {granted_fen} yuan on {granted_on}, {amount_fen} yuan in all within the window;
--   its limit is {limit_fen} yuan
-- needs: help_granted where help = 'temporary'; 没有临时救助记录; no temporary assistance is recorded
-- facts: F027, S4-045
WITH township AS (
    SELECT data_office AS office
    FROM office_registered
    GROUP BY data_office
    HAVING MAX_BY(kind, position) = 'township'
),
helped AS (
    $temporary_help
),
granted AS (
    SELECT * FROM helped WHERE office IN (SELECT office FROM township)
),
members AS (
    -- whom a case counts: the covered members, and the applicant of whom no row of the household says otherwise
    SELECT "case", person, from_on, to_on FROM households WHERE covered
    UNION ALL
    SELECT applied.stream, applied.applicant, NULL, NULL
    FROM application_submitted AS applied
    LEFT JOIN households AS said ON said."case" = applied.stream AND said.person = applied.applicant
    WHERE said."case" IS NULL
),
together AS (
    SELECT this.position, other.position AS before
    FROM granted AS this
    JOIN members AS one ON one.person = this.person
    JOIN members AS two ON two."case" = one."case"
    JOIN granted AS other ON other.person = two.person
    WHERE (one.from_on IS NULL OR one.from_on <= this.effective_on)
      AND (one.to_on IS NULL OR this.effective_on < one.to_on)
      AND (two.from_on IS NULL OR two.from_on <= this.effective_on)
      AND (two.to_on IS NULL OR this.effective_on < two.to_on)
    UNION
    SELECT this.position, other.position
    FROM granted AS this
    JOIN granted AS other ON other.person = this.person
),
windows AS (
    SELECT this.position, SUM(other.amount_fen) AS window_fen, ARRAY_AGG(other.position) AS positions
    FROM granted AS this
    JOIN together ON together.position = this.position AND together.before <= this.position
    JOIN granted AS other
      ON other.position = together.before
     AND other.office = this.office
     AND ABS(DATE_DIFF('day', other.effective_on, this.effective_on)) < this.split_days
    GROUP BY this.position
)
SELECT granted.stream AS subject,
       LIST_SORT(LIST_CONCAT(windows.positions, [granted.by_limit])) AS positions,
       CAST(granted.effective_on AS VARCHAR) AS period,
       windows.window_fen AS amount_fen,
       granted.effective_on AS granted_on,
       granted.office,
       granted.amount_fen AS granted_fen,
       granted.limit_fen
FROM granted
JOIN windows ON windows.position = granted.position
WHERE windows.window_fen > granted.limit_fen
  -- one that passes the limit alone is no split
  AND granted.amount_fen <= granted.limit_fen
