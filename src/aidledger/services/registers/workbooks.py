"""Workbooks of other offices: bounded when unpacked, without formulas, rows in one sheet only.

Of an old ``.xls`` workbook nobody can say what is a formula without unpacking it; it is read as it shows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from aidledger.replay.intake.cells import NUMERIC
from aidledger.services.importing.table import (
    OLE,
    ZIP,
    Cell,
    rows_of_book,
)


def is_workbook(start: bytes) -> str:
    """Return of which format a workbook is by its first bytes: ``xlsx`` (or ODS), ``xls``, or none."""
    return "xlsx" if start.startswith(ZIP) else "xls" if start.startswith(OLE) else ""


def book_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield (row, cells) of a workbook; a cell that held a number is marked.

    Raises:
        RefusedError: a cell is a formula.
        ServiceError: it can't be read, is too large, or more than one sheet has rows.

    """
    for line, cells in enumerate(rows_of_book(content), start=1):
        yield line, [_text(cell) for cell in cells]


def _text(cell: Cell | dt.time | dt.timedelta) -> str:
    """Return a cell as text, marked where it held a number."""
    match cell:
        case None:
            return ""
        case str():
            return cell.strip()
        case bool():
            return str(cell)
        case int():
            return f"{NUMERIC}{cell}"
        case float():
            whole = cell.is_integer() and abs(cell) < 10**18
            return f"{NUMERIC}{int(cell) if whole else cell!r}"
        case dt.datetime():
            return cell.date().isoformat()
        case dt.date():
            return cell.isoformat()
        case _:
            return str(cell)
