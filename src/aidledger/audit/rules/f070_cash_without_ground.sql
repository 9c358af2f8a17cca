-- id: F070
-- title_zh: 现金发放
-- title_en: cash without a ground
-- explain_zh: 待遇以现金交付，没有写明理由，或理由既不是当地没有银行，也不是紧急情况。
-- explain_en: Support was handed over in cash with no ground, or with one that is neither the want of a bank nor an
--   emergency.
-- not_zh: 当地没有银行的；紧急情况的。
-- not_en: no bank in reach; an emergency
-- severity: medium
-- basis_zh: 最低生活保障审核确认办法（2021）第二十五条（通过金融机构）
-- basis: D21 art. 25 (through financial institutions)
-- remedy_zh: 改为银行发放，核对本人是否收到。
-- remedy_en: pay through the bank, and ask the person whether the money arrived
-- message_zh: {lines} 笔 {amount_fen} 元以现金交付，其中 {without_receipt} 笔没有签收。
-- message_en: {lines} lines of {amount_fen} yuan in cash, {without_receipt} of them without a receipt
-- needs: payment_issued; 没有发放记录; no payment is recorded
-- facts: F070
SELECT stream AS subject,
       LIST_SORT(ARRAY_AGG(position)) AS positions,
       MIN(month) || '/' || MAX(month) AS period,
       SUM(amount_fen) AS amount_fen,
       COUNT(*) AS lines,
       SUM(CASE WHEN receipt IS NULL THEN 1 ELSE 0 END) AS without_receipt
FROM cash_handed_over
WHERE ground IS NULL OR ground NOT IN ('no_bank_in_reach', 'emergency')
GROUP BY stream
