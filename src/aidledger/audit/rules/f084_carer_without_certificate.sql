-- id: F084
-- title_zh: 护理员无证
-- title_en: carer without a certificate
-- explain_zh: 按政策包应当持证的护理关系，委托当日护理人没有有效证书。
-- explain_en: The pack asks for a certificate in such a relation of care, and on the day of the entrustment the carer
--   held none.
-- not_zh: 委托当日证书仍有效（含最后一日）的；不要求持证的关系。
-- not_en: a certificate that is valid on the day, its last day included; relations that need none
-- severity: low
-- basis_zh: 苍南 2025
-- basis: Cangnan 2025
-- parameters: care_certificate_relations
-- remedy_zh: 更换持证人员，或限期取得证书。
-- remedy_en: have somebody certified do it, or set a day by which the certificate is there
-- message_zh: {entrusted_on} 委托，证书最后有效日：{certified_to}。
-- message_en: entrusted on {entrusted_on}; a certificate was valid until: {certified_to}
-- needs: care_entrusted; 没有委托照料; nobody is entrusted to a carer
-- facts: F084
WITH asking AS (
    SELECT county_pack.day, county_pack.adoption, given.value AS relations
    FROM county_pack
    JOIN pack_parameters AS given ON given.adoption = county_pack.adoption
    WHERE given.name = 'care_certificate_relations'
),
entrusted AS (
    SELECT begun.stream, begun.position, begun.effective_on,
           CASE WHEN begun.carer LIKE 'carer/%' THEN begun.carer ELSE 'carer/' || begun.carer END AS carer,
           asking.adoption
    FROM care_entrusted AS begun
    JOIN asking ON asking.day = begun.effective_on
    WHERE CONTAINS(asking.relations, '"' || begun.relation || '"')
),
certified AS (
    SELECT entrusted.position, MAX(held.to_on) AS to_on
    FROM entrusted
    JOIN carer_qualified AS held
      ON held.stream = entrusted.carer AND held.effective_on <= entrusted.effective_on
    GROUP BY entrusted.position
)
SELECT entrusted.stream AS subject,
       LIST_SORT([entrusted.position, entrusted.adoption]) AS positions,
       CAST(entrusted.effective_on AS VARCHAR) AS period,
       CAST(NULL AS BIGINT) AS amount_fen,
       entrusted.effective_on AS entrusted_on,
       certified.to_on AS certified_to
FROM entrusted
LEFT JOIN certified ON certified.position = entrusted.position
WHERE certified.to_on IS NULL OR certified.to_on < entrusted.effective_on
