"""Checks the cells of one row; every fault is kept with its line and field.

No value is echoed that could be personal.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

from aidledger.domain.events.base import Source
from aidledger.domain.money import FEN_PER_YUAN, WRITTEN_WHOLE
from aidledger.domain.values import HALF_A_MONTH, parse_day, parse_month
from aidledger.said import is_shown
from aidledger.services.importing.table import Cell, Row
from aidledger.services.problems import Problem

_CODE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,119}")
_CHINESE_DAY: Final = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)
_CHINESE_MONTH: Final = re.compile(r"(\d{4})[-/.年]?(\d{1,2})月?", re.ASCII)
_HALF_A_MONTH: Final = re.compile(HALF_A_MONTH)
_YUAN: Final = re.compile(rf"{WRITTEN_WHOLE}(\.[0-9]{{1,2}})?")
_HARMLESS: Final = re.compile(
    r"[0-9]{1,8}|[0-9]{1,4}([-/.年][0-9]{1,2}){1,2}[月日]?|[0-9]{6}-[0-9]{4}(-[0-9]{4,6})?",
    re.ASCII,
)
_MAX_YUAN: Final = Decimal(90_000_000_000_000)
_MAX_TEXT: Final = 500


class Cells:
    """The cells of one row, taken one by one; ``problems`` collects what is wrong."""

    def __init__(self, row: Row, problems: list[Problem]) -> None:
        """Take a row; faults go to a list that all rows share."""
        self._row = row
        self._problems = problems

    def __repr__(self) -> str:
        return f"Cells(line={self._row.line})"

    @property
    def line(self) -> int:
        """The row's line in the file."""
        return self._row.line

    def fault(self, field: str, expected: str, found: str, code: str = "bad_cell") -> None:
        """Keep a fault of a field."""
        self._problems.append(
            Problem(code=code, line=self._row.line, field=field, expected=expected, found=found)
        )

    def digits(self, field: str, *, required: bool = True) -> str:
        """Return a number that is a name (identity, account, phone): text cells only.

        A number cell keeps 15 significant digits: what it shows is no longer what was typed.
        """
        cell = self._row.cells.get(field)
        if isinstance(cell, (int, float)):
            self.fault(
                field,
                "a text cell",
                "a number cell, which loses digits: format the column as text and type it again",
                "numeric_cell",
            )
            return ""
        return self.text(field, required=required)

    def text(self, field: str, *, required: bool = True, longest: int = _MAX_TEXT) -> str:
        """Return a text without spaces around it; empty where it is not there."""
        text = _text_of(self._row.cells.get(field))
        if not text and required:
            self.fault(field, "a value", "an empty cell", "empty_cell")
        elif len(text) > longest:
            self.fault(field, f"at most {longest} characters", f"{len(text)} characters")
        elif not all(map(is_shown, text)):
            self.fault(field, "one line of text", "a control character")
        else:
            return text
        return ""

    def code(self, field: str, *, required: bool = True, of: str = "") -> str:
        """Return a code: letters, digits and ``. _ : -``; of a stream of kind ``of`` without its ``kind/``."""
        text = self.text(field, required=required)
        if of:
            text = text.removeprefix(f"{of}/")
        if text and not _CODE.fullmatch(text):
            self.fault(field, "letters, digits and . _ : -", "other characters")
            return ""
        return text

    def choice(self, field: str, words: Mapping[str, Sequence[str]], default: str = "") -> str:
        """Return the code that a word stands for, Chinese or English."""
        text = self.text(field, required=not default)
        if not text:
            return default
        for code, others in words.items():
            if text == code or text in others:
                return code
        allowed = ", ".join(f"{code} ({'/'.join(o)})" if o else code for code, o in words.items())
        self.fault(field, allowed, shown(text))
        return ""

    def day(self, field: str, *, default: str = "") -> str:
        """Return a day as ``YYYY-MM-DD``; date cells, 2022-3-5, 2022/3/5 and 2022年3月5日 will do."""
        cell = self._row.cells.get(field)
        if isinstance(cell, dt.datetime):
            cell = cell.date()
        text = cell.isoformat() if isinstance(cell, dt.date) else _text_of(cell)
        if not text and default:
            return default
        match = _CHINESE_DAY.fullmatch(text)
        if match:
            text = f"{match[1]}-{int(match[2]):02d}-{int(match[3]):02d}"
        try:
            parse_day(text)
        except ValueError:
            self.fault(field, "a day as YYYY-MM-DD", shown(text), "bad_day")
            return ""
        return text

    def month(self, field: str) -> str:
        """Return a month as ``YYYY-MM``; 2022.1, which a number cell makes of 2022.10, is none."""
        cell = self._row.cells.get(field)
        text = cell.isoformat()[:7] if isinstance(cell, dt.date) else _text_of(cell)
        match = _CHINESE_MONTH.fullmatch(text)
        if match and not _HALF_A_MONTH.fullmatch(text):
            text = f"{match[1]}-{int(match[2]):02d}"
        try:
            parse_month(text)
        except ValueError:
            self.fault(field, "a month as YYYY-MM", shown(text), "bad_month")
            return ""
        return text

    def fen(self, field: str) -> int:
        """Return an amount in yuan as fen."""
        text = _text_of(self._row.cells.get(field)).removesuffix("元")
        yuan = Decimal(text.replace(",", "")) if _YUAN.fullmatch(text) else None
        if yuan is None or yuan > _MAX_YUAN:
            self.fault(field, "yuan with at most two decimals", shown(text))
            return 0
        return int(yuan * FEN_PER_YUAN)

    def count(self, field: str, *, highest: int, default: int | None = None) -> int:
        """Return a whole number from 0 to ``highest``."""
        text = _text_of(self._row.cells.get(field))
        if not text and default is not None:
            return default
        if not text.isascii() or not text.isdigit() or len(text) > 12 or int(text) > highest:
            self.fault(field, f"a whole number from 0 to {highest}", shown(text))
            return 0
        return int(text)


def shown(text: str) -> str:
    """Return a faulty text as it may be named: only what can be no name and no personal number.

    Where columns have slipped, any cell may hold anything.
    """
    if not text:
        return "an empty cell"
    return (
        text
        if _HARMLESS.fullmatch(text)
        else f"a text of {len(text)} character{'' if len(text) == 1 else 's'}"
    )


def source_of(file_hash: str, line: int) -> Source:
    """Return the source of an entry that comes from a line of a file."""
    return f"import:{file_hash}#{line}"


def _text_of(cell: Cell) -> str:
    """Return a cell as text; a whole number without a decimal point."""
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case float() if cell.is_integer() and abs(cell) < 2**53:
            return str(int(cell))
        case float():
            try:
                return format(Decimal(repr(cell)), "f")
            except InvalidOperation:
                return ""
        case dt.date():
            return cell.isoformat()
        case _:
            return str(cell).strip()
