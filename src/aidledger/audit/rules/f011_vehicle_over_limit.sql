-- id: F011
-- title_zh: 有车辆
-- title_en: vehicle beyond the limit
-- explain_zh: 核对发现家庭有车辆，情况属实或者无人答复，仍给予或继续给予救助；
--   或者批准前核定的车辆超过政策包的限额（vehicles_max）。疑点代号以登记代号开头，
--   如 vehicles-1。
-- explain_en: A comparison showed a vehicle that was confirmed or that nobody answered for, and support was
--   granted or went on; or more vehicles were assessed before the approval than the pack allows
--   (vehicles_max). A hit is named by its register and a number: vehicles-1.
-- not_zh: 已说明理由排除的疑点；在享期间发现、当月和下月的发放（须有时间处理）；其间已重新核定、
--   停发或报告终止的；不计入的（残疾人代步车，核定时已剔除）；恰在限额的。
-- not_en: a hit that was cleared with its reason; what is paid for the month of a comparison in support and the
--   next (there must be time to act); a case assessed anew, suspended or reported for termination in it;
--   what an assessment leaves out (a powered wheelchair); exactly at the limit
-- severity: high
-- basis_zh: 舒城 2020：208 户有住房、高档车辆、企业或者缴存公积金；政策包参数 vehicles_max
-- basis: Shucheng 2020: 208 households with houses, costly cars, firms or fund payments; pack parameter
--   vehicles_max
-- thresholds: months = 2
-- remedy_zh: 重新核定财产；超过限额的停发并追回。
-- remedy_en: assess the property anew; beyond the limit, stop and recover
-- message_zh: {found_on} 发现（{hits}），核定 {counted}，限额 {allowed}；
--   已答复：{answered}；其后发放 {amount_fen} 元。
-- message_en: found on {found_on} ({hits}), assessed {counted} where {allowed} are allowed; answered: {answered};
--   {amount_fen} yuan were paid since
-- needs: data_compared where registers = 'vehicles'; 没有与车辆登记核对过; nothing was compared with the register of
--   vehicles
-- facts: F011, S1-008
WITH hits AS (
    SELECT * FROM open_hits WHERE register = 'vehicles'
),
property AS (
    SELECT * FROM assessed_property WHERE kind = 'vehicles'
)
SELECT *
FROM (
    $paid_over_limit
) AS paid
