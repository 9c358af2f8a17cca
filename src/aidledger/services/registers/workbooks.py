"""Workbooks of other offices: bounded when unpacked, without formulas, rows in one sheet only.

A formula shows what the program that saved it had reckoned, or nothing: no cell of a register may be
one. Of an old ``.xls`` workbook nobody can say so without unpacking it; it is read as it shows.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Iterator
from typing import Final
from xml.parsers import expat

from aidledger.replay.intake.cells import NUMERIC
from aidledger.services.importing.table import (
    MAX_UNPACKED_BYTES,
    OLE,
    ZIP,
    Cell,
    rows_of_book,
    too_large,
    unreadable_book,
)
from aidledger.services.problems import Problem, RefusedError, ServiceError

_CHUNK: Final = 1024 * 1024
_OVERLAP: Final = 64
_SHEET: Final = re.compile(r"xl/worksheets/[^/]+\.xml")
_FORMULA: Final = re.compile(rb"<(?:[A-Za-z]+:)?f[\s>/]|:formula=")
_PLACE: Final = re.compile(r"([A-Z]+)([0-9]+)")


def is_workbook(start: bytes) -> str:
    """Return of which format a workbook is by its first bytes: ``xlsx`` (or ODS), ``xls``, or none."""
    return "xlsx" if start.startswith(ZIP) else "xls" if start.startswith(OLE) else ""


def book_rows(content: bytes) -> Iterator[tuple[int, list[str]]]:
    """Yield (row, cells) of a workbook; a cell that held a number is marked.

    Raises:
        RefusedError: a cell is a formula.
        ServiceError: it can't be read, is too large, or more than one sheet has rows.

    """
    if content.startswith(ZIP):
        _check_packed(content)
    for line, cells in enumerate(rows_of_book(content), start=1):
        yield line, [_text(cell) for cell in cells]


def _check_packed(content: bytes) -> None:
    """Unpack all of it once: what it says of its size may be a lie."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            items = packed.infolist()
            if sum(item.file_size for item in items) > MAX_UNPACKED_BYTES:
                raise too_large()
            if any(
                item.filename.endswith(".bin") and "/worksheets/" in item.filename for item in items
            ):
                raise ServiceError(
                    "the file is a binary workbook, expected XLSX, XLS, ODS, CSV or Parquet",
                    hint="save it as an XLSX workbook",
                    exit_code=2,
                )
            left = MAX_UNPACKED_BYTES
            for item in items:
                sheet = _SHEET.fullmatch(item.filename) or item.filename == "content.xml"
                found, before = False, b""
                with packed.open(item) as file:
                    while chunk := file.read(_CHUNK):
                        left -= len(chunk)
                        if left < 0:
                            raise too_large()
                        if sheet and not found:
                            found = _FORMULA.search(before + chunk) is not None
                            before = chunk[-_OVERLAP:]
                if found:
                    _refuse_formula(packed, item)
    except (zipfile.BadZipFile, RuntimeError, OSError) as error:
        raise unreadable_book(error) from None


def _refuse_formula(packed: zipfile.ZipFile, item: zipfile.ZipInfo) -> None:
    """Say where the first formula of a sheet is.

    Raises:
        RefusedError: always, where the sheet is one that can be read.

    """
    finder = _Finder()
    try:
        with packed.open(item) as file:
            while not finder.found and (chunk := file.read(_CHUNK)):
                finder.parser.Parse(chunk)
    except expat.ExpatError as error:
        raise unreadable_book(error) from None
    if finder.found:
        row, column = finder.found
        raise RefusedError(
            [
                Problem(
                    code="formula_cell",
                    line=row,
                    field=f"column {column}",
                    expected="what was typed in",
                    found="a formula: copy the sheet and paste its values",
                )
            ]
        )


class _Finder:
    """Finds the first formula of a sheet of XLSX or ODS: its row, and the letters of its column."""

    def __init__(self) -> None:
        self.found: tuple[int, str] | None = None
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._begin
        self._cell = (0, "?")
        self._row = self._column = 0

    def _begin(self, name: str, given: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if self.found is not None:
            return
        match name:
            case "c":
                place = _PLACE.fullmatch(given.get("r", ""))
                self._cell = (int(place[2]), place[1]) if place else self._cell
            case "f":
                self.found = self._cell
            case "table-row":
                self._row += _count(given, "table:number-rows-repeated")
                self._column = 0
            case "table-cell" | "covered-table-cell":
                if any(key.endswith(":formula") for key in given):
                    self.found = (self._row, str(self._column + 1))
                self._column += _count(given, "table:number-columns-repeated")


def _count(given: dict[str, str], name: str) -> int:
    text = given.get(name, "1")
    return int(text) if text.isdigit() and len(text) < 8 else 1


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
