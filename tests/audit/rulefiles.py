"""Rule files of an auditor's own, written for tests: a good one, and what may be changed in it."""

from __future__ import annotations

from pathlib import Path

HEADER = """-- id: X01
-- title_zh: 大额发放
-- title_en: large payment
-- explain_zh: 一笔发放超过阈值，
--   应当核对。
-- explain_en: One payment is above the threshold
--   and has to be looked at.
-- not_zh: 恰等于阈值的。
-- not_en: one of exactly the threshold
-- severity: low
-- basis: own check
-- thresholds: most = 100000
-- remedy_zh: 核对。
-- remedy_en: look at it
-- message_zh: {month} 发放 {amount_fen} 元（{kind}）
-- message_en: {amount_fen} yuan paid for {month} ({kind})
-- needs: payment_issued where kind = 'regular' or 'arrears'; 没有发放; no payment
"""
QUERY = """SELECT stream AS subject, [position] AS positions, month AS period, amount_fen, month, kind
FROM payment_issued
WHERE amount_fen > $most
"""
CASES = """[[case]]
name_zh = "超过"
name_en = "above"
events = [{ type = "PaymentIssued", on = "2022-03-10", amount_fen = 100001, month = "2022-03" }]
finds = [{ subject = "case/1", positions = [0], amount_fen = 100001 }]

[[case]]
name_zh = "恰等于"
name_en = "exactly"
events = [{ type = "PaymentIssued", on = "2022-03-10", amount_fen = 100000, month = "2022-03" }]
"""
FILE = "x01_large_payment.sql"


def written(
    folder: Path,
    header: str = HEADER,
    query: str = QUERY,
    cases: str | None = CASES,
    file: str = FILE,
) -> Path:
    """Write a rule and its cases into a folder; return the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(header + query, encoding="utf-8")
    if cases is not None:
        (folder / file).with_suffix(".toml").write_text(cases, encoding="utf-8")
    return folder
