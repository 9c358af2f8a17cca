-- title_zh: 决定所依据的政策包
-- title_en: the pack that a decision stands under
-- reads: decided (stream, effective_on, pack_hash)
-- gives: each row of decided with adoption: where the pack that it pins was adopted; where it pins none, the
--   one in force on its day
SELECT decided.*, COALESCE(adopted.adoption, pack_in_force.adoption) AS adoption
FROM decided
LEFT JOIN (
    SELECT stream, MAX_BY(programme, position) AS programme FROM application_submitted GROUP BY stream
) AS applied ON applied.stream = decided.stream
LEFT JOIN (
    SELECT data_pack_hash AS pack_hash, MAX(position) AS adoption FROM pack_adopted GROUP BY data_pack_hash
) AS adopted ON adopted.pack_hash = decided.pack_hash
LEFT JOIN pack_in_force
  ON pack_in_force.day = decided.effective_on
 AND pack_in_force.programme = COALESCE(applied.programme, '')
