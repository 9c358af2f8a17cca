"""What a packed workbook (XLSX, ODS) is looked at for before its cells are read: its size, and formulas.

A formula shows what the program that saved it had reckoned, or nothing: whoever opens the file sees
another value, and no cell that is taken in may be one.
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
_PLACE: Final = re.compile(r"([A-Z]+)([0-9]+)")


def check_packed(content: bytes) -> None:
    """Unpack all of it once: what it says of its size may be a lie.

    Raises:
        RefusedError: a cell is a formula.
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
