"""Bank statements as files, and the fund whose account they are of."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import xlsxwriter
from tests.services.conftest import COUNTY, Office

from aidledger.services.funds.importing import Imported, Wanted, import_statement

FUND = "fund/tekun-2022"
ACCOUNT = "6217001234567890123"
NAME = "欧阳若兰"
TITLES = ("交易日期", "摘要", "借方发生额", "贷方发生额", "余额", "对方户名", "对方账号")
ROWS: tuple[tuple[Any, ...], ...] = (
    ("2022-03-01", "财政拨款", "", "5,000.00", "6,000.00", "省财政厅", "3600010100001234567"),
    ("2022/3/10", "代发救助金", "1,128.00", "", "4,872.00", NAME, "6228480402564890018"),
    ("20220311", "退票", "", "1128", "6000", NAME, "6228480402564890018"),
    ("2022年3月21日", "结息", "", "0.37", "6000.37", "", ""),
)
TOTALS = ("合计", "", "1128.00", "6128.37", "", "", "")
ABOVE = (("××银行对公账户明细",), (f"账号：{ACCOUNT}", "户名：××县民政局"))


def open_account(office: Office) -> None:
    """Open the account of the fund."""
    item = {"type": "AccountOpened", "stream": FUND, "personal": {"account_number": ACCOUNT}}
    data = {"account": "a" + "0" * 32, "bank": "b1", "purpose": "tekun"}
    office.act("2022-01-05", {**item, "data": data, "actor": "f1", "office": COUNTY})


def csv_file(
    rows: Sequence[Sequence[Any]],
    *,
    encoding: str = "gb18030",
    above: Sequence[Sequence[Any]] = ABOVE,
) -> bytes:
    """Return a file with notes above its header."""
    lines = [
        ",".join(f'"{cell}"' if "," in str(cell) else str(cell) for cell in row)
        for row in (*above, TITLES, *rows)
    ]
    return "\r\n".join(lines).encode(encoding)


def workbook(rows: Sequence[Sequence[Any]], *, formula: str = "") -> bytes:
    """Return the same as a workbook; amounts that are numbers are number cells."""
    content = io.BytesIO()
    with xlsxwriter.Workbook(content, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate((*ABOVE, TITLES, *rows)):
            for place, cell in enumerate(row):
                sheet.write(at, place, cell)
        if formula:
            sheet.write_formula(4, 4, formula)
    return content.getvalue()


def take(office: Office, content: bytes, *, month: str | None = "2022-03", **more: Any) -> Imported:
    """Import a file for the fund."""
    wanted = Wanted(account=FUND, month=month, actor="f1", office=COUNTY)
    return import_statement(office.session, content, wanted, **more)
