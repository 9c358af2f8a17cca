-- id: F024
-- title_zh: 跨县重复享受
-- title_en: supported in two counties
-- explain_zh: 与外县救助登记核对（登记代号 other_county）发现同一人在两地同月享受，属实或者无人答复，
--   仍继续发放。各县账本各用自己的代号，两本账不对照就看不出来。疑点代号以登记代号开头，
--   如 other_county-1。
-- explain_en: A comparison with the support registers of other counties (register other_county) showed one person
--   supported in both; it was confirmed or nobody answered, and payment went on. Ledgers know persons
--   by tokens of their own: without such a comparison nothing can be seen here. A hit is named by its
--   register and a number: other_county-1.
-- not_zh: 已说明理由排除的疑点；在享期间发现、当月和下月的发放（须有时间处理）；其间已停发或报告终止的。
-- not_en: a hit that was cleared with its reason; what is paid for the month of a comparison in support and the
--   next (there must be time to act); a case that was suspended or reported for termination in it
-- severity: high
-- basis_zh: 社会救助扩围增效通知（2022）：搬迁后两地享受
-- basis: N22: support in two places after relocation
-- thresholds: months = 2
-- remedy_zh: 与对方县核实，保留一处，追回重复部分。
-- remedy_en: settle it with the other county, keep one, and recover the other
-- message_zh: {found_on} 发现（{hits}）；已答复：{answered}；
--   其后发放 {amount_fen} 元。
-- message_en: found on {found_on} ({hits}); answered: {answered}; {amount_fen} yuan were paid since
-- needs: data_compared where registers = 'other_county'; 没有与外县的救助登记核对过，本账本自己看不出跨县重复; nothing was compared with
--   the support registers of other counties, and this ledger alone can't show support in two
-- facts: S3-023
WITH hits AS (
    SELECT * FROM open_hits WHERE register = 'other_county'
),
answers AS (
    -- no assessment answers it
    SELECT stream, position, effective_on FROM termination_reported
)
SELECT *
FROM (
    $paid_after_hits
) AS paid
