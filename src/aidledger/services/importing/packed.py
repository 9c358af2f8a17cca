"""What a packed workbook (XLSX, ODS) is looked at for before its cells are read: its size, formulas, hidden rows.

A formula shows what the program that saved it had reckoned, or nothing: whoever opens the file sees
another value, and no cell that is taken in may be one. A row that a filter or a hand has hidden is seen by
nobody who opens the file, and would be taken in.
"""

from __future__ import annotations

import io
import re
import zipfile
from typing import Final
from xml.parsers import expat

from aidledger.services.printing import printable
from aidledger.services.problems import Problem, RefusedError, ServiceError

MAX_UNPACKED_BYTES: Final = 1024 * 1024 * 1024
_CHUNK: Final = 1024 * 1024
_OVERLAP: Final = 64
_SHEET: Final = re.compile(r"xl/worksheets/[^/]+\.xml")
_FORMULA: Final = re.compile(rb"<(?:[A-Za-z]+:)?f[\s>/]|:formula=")
_HIDDEN: Final = re.compile(rb"""hidden=["'](?:1|true)|visibility=["'](?:collapse|filter)""")
_PLACE: Final = re.compile(r"([A-Z]+)([0-9]+)")


def check_packed(content: bytes) -> None:
    """Unpack all of it once: what it says of its size may be a lie.

    Raises:
        RefusedError: a cell is a formula, or a row with something in it is hidden.
        ServiceError: it can't be read, or is too large.

    """
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
                            text = before + chunk
                            found = bool(_FORMULA.search(text) or _HIDDEN.search(text))
                            before = chunk[-_OVERLAP:]
                if found:
                    _refuse(packed, item)
    except (zipfile.BadZipFile, RuntimeError, OSError) as error:
        raise unreadable_book(error) from None


def _refuse(packed: zipfile.ZipFile, item: zipfile.ZipInfo) -> None:
    """Say where the first formula or hidden row of a sheet is, if there is one.

    Raises:
        RefusedError: there is one.
        ServiceError: the sheet can't be read.

    """
    finder = _Finder()
    try:
        with packed.open(item) as file:
            while not (finder.found or finder.hidden) and (chunk := file.read(_CHUNK)):
                finder.parser.Parse(chunk)
    except expat.ExpatError as error:
        raise unreadable_book(error) from None
    if finder.hidden:
        raise RefusedError(
            [
                Problem(
                    code="hidden_row",
                    line=finder.hidden,
                    expected="rows that are seen",
                    found="a hidden row: clear the filter, or take it out",
                )
            ]
        )
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
    """Finds the first formula of a sheet of XLSX or ODS: its row, and the letters of its column.

    And the first row that is hidden and has something in it; what lies empty below a table often is.
    """

    def __init__(self) -> None:
        self.found: tuple[int, str] | None = None
        self.hidden = 0
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler = self._begin
        self._cell = (0, "?")
        self._row = self._column = 0
        self._unseen = False

    def _begin(self, name: str, given: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if self.found is not None or self.hidden:
            return
        if self._unseen and name in _FILLED:
            self.hidden = max(self._row, 1)
        match name:
            case "row":
                self._row = int(given["r"]) if given.get("r", "").isdigit() else self._row + 1
                self._unseen = given.get("hidden") in ("1", "true")
            case "c":
                place = _PLACE.fullmatch(given.get("r", ""))
                self._cell = (int(place[2]), place[1]) if place else self._cell
            case "f":
                self.found = self._cell
            case "table-row":
                self._row += _count(given, "table:number-rows-repeated")
                self._column = 0
                self._unseen = given.get("table:visibility") in ("collapse", "filter")
            case "table-cell" | "covered-table-cell":
                if any(key.endswith(":formula") for key in given):
                    self.found = (self._row, str(self._column + 1))
                self._column += _count(given, "table:number-columns-repeated")


_FILLED: Final = frozenset({"v", "is", "p"})
"""What only a cell with something in it has: a value or a text of its own (XLSX), a paragraph (ODS)."""


def _count(given: dict[str, str], name: str) -> int:
    text = given.get(name, "1")
    return int(text) if text.isdigit() and len(text) < 8 else 1


def unreadable_book(error: Exception) -> ServiceError:
    """Return that a workbook can't be read."""
    return ServiceError(
        f"the workbook cannot be read: {printable(error, 60)}",
        hint="open it in a spreadsheet program and save it again as XLSX",
        exit_code=2,
    )


def too_large() -> ServiceError:
    """Return that a workbook is too large when it is unpacked."""
    return ServiceError("the workbook is too large when unpacked", exit_code=2)
