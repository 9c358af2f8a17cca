-- id: F072
-- title_zh: 挤占挪用
-- title_en: used outside the purpose
-- explain_zh: 资金支出的用途不在支出当日政策包允许的范围内，例如办公经费、转入卡折账户。
-- explain_en: Money left the fund for a purpose that the pack of that day does not allow, such as office costs or a
--   card account.
-- not_zh: 允许的用途；已签购买服务合同后的服务费（多少见 F075、F083）；当日没有政策包列出用途的。
-- not_en: purposes on the list; what is paid for services once a contract is signed (how much: F075, F083); a day on
--   which no pack lists purposes
-- severity: critical
-- basis_zh: 社会救助暂行办法（2014）第五条、第六十七条；苍南：转入无账的卡户
-- basis: M14 art. 5, 67; Cangnan: moved to a card account without a ledger
-- parameters: allowed_purposes
-- remedy_zh: 责令归还原渠道，追究挪用责任。
-- remedy_en: have it given back to the fund, and hold to account who moved it
-- message_zh: {spent_on} 支出 {amount_fen} 元用于 {purpose}，不在允许的用途之内。
-- message_en: {amount_fen} yuan were spent on {purpose} on {spent_on}; it is not among the purposes that are allowed
-- needs: fund_disbursed; 没有资金支出; nothing was spent out of a fund
-- facts: F072, S4-115, S4-118, C13
WITH allowing AS (
    SELECT county_pack.day, county_pack.adoption, given.value AS purposes
    FROM county_pack
    JOIN pack_parameters AS given ON given.adoption = county_pack.adoption
    WHERE given.name = 'allowed_purposes'
),
contracts AS (
    SELECT MIN(effective_on) AS signed_on FROM service_contract_signed
)
SELECT spent.stream AS subject,
       LIST_SORT([spent.position, allowing.adoption]) AS positions,
       CAST(spent.effective_on AS VARCHAR) AS period,
       spent.amount_fen,
       spent.effective_on AS spent_on,
       spent.purpose
FROM fund_disbursed AS spent
JOIN allowing ON allowing.day = spent.effective_on
CROSS JOIN contracts
WHERE NOT CONTAINS(allowing.purposes, '"' || spent.purpose || '"')
  AND NOT (
      spent.purpose = 'service' AND contracts.signed_on IS NOT NULL AND contracts.signed_on <= spent.effective_on
  )
