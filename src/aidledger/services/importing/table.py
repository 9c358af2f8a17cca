"""Reads CSV and XLSX files into rows of cells; what cannot be read is a problem with its line.

A CSV cell is text. An XLSX cell keeps the kind it has in the sheet, since a number cell can no
longer show what was typed into it: an identity number stored as a number has lost digits.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import unicodedata
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from importlib import import_module
from typing import Any, Final, TypeAlias

import msgspec

from aidledger.services.importing.encoding import is_broken_utf8
from aidledger.services.importing.packed import check_packed, unreadable_book
from aidledger.services.problems import Problem, RefusedError, ServiceError

Cell: TypeAlias = str | int | float | bool | dt.date | None

MAX_FILE_BYTES: Final = 64 * 1024 * 1024
MAX_ROWS: Final = 200_000
ZIP: Final = b"PK\x03\x04"
_OTHER_DELIMITERS: Final = ";|，、；"
_HEADER_WITHIN: Final = 10
"""Among how many rows of another sheet a header is looked for."""
OLE: Final = b"\xd0\xcf\x11\xe0"


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One row of a file: its line (the header is on line 1) and its cells by column key."""

    line: int
    cells: dict[str, Cell]

    def __repr__(self) -> str:
        return f"Row(line={self.line}, …)"


def read_table(
    content: bytes, titles: Mapping[str, Sequence[str]], required: Sequence[str]
) -> list[Row]:
    """Return the rows of a file.

    Args:
        content: the file's bytes: XLSX, or CSV in UTF-8 (with or without mark) or GB18030.
        titles: the titles that each column key may have in the header, besides the key itself.
        required: the column keys that must be there.

    Raises:
        RefusedError: unknown, repeated or missing columns, rows that are too long.
        ServiceError: not a file of one of these kinds.

    """
    if len(content) > MAX_FILE_BYTES:
        raise ServiceError(
            f"the file has {len(content)} bytes, expected at most {MAX_FILE_BYTES}",
            hint="split the file; each part is imported for itself",
            exit_code=2,
        )
    if content.startswith(OLE):
        raise ServiceError(
            "the file is an old or encrypted workbook, expected XLSX or CSV",
            hint="save it as an XLSX workbook without a password, or as CSV",
            exit_code=2,
        )
    known = titles_known(titles)
    lines = sheet_lines(content, known) if content.startswith(ZIP) else csv_lines(content)
    filled = ((line, cells) for line, cells in lines if any(c not in ("", None) for c in cells))
    header = next(filled, None)
    if header is None:
        raise ServiceError("the file is empty, expected a header and rows", exit_code=2)
    columns = columns_of(header, titles, required)
    rows: list[Row] = []
    for line, cells in filled:
        if any(cell not in ("", None) for cell in cells[len(columns) :]):
            raise RefusedError(
                [
                    Problem(
                        code="too_many_cells",
                        line=line,
                        expected=f"{len(columns)} cells, as in the header",
                        found=f"{len(cells)} cells",
                    )
                ]
            )
        padded = [*cells, *[None] * (len(columns) - len(cells))]
        rows.append(Row(line=line, cells=dict(zip(columns, padded, strict=False))))
        if len(rows) > MAX_ROWS:
            raise ServiceError(
                f"the file has more rows than {MAX_ROWS}", hint="split the file", exit_code=2
            )
    return rows


def columns_of(
    header: tuple[int, list[Cell]], titles: Mapping[str, Sequence[str]], required: Sequence[str]
) -> list[str]:
    """Return the column keys that a header names."""
    line, cells = header
    names = {_title(name): key for key, others in titles.items() for name in (key, *others)}
    while cells and cells[-1] in ("", None):
        cells = cells[:-1]
    columns = [names.get(_title(cell)) for cell in cells]
    if len(cells) == 1 and (sign := _other_delimiter(str(cells[0]), names)):
        what = "cells set apart by commas or tabs"
        raise RefusedError(
            [Problem(code="delimiter", line=line, expected=what, found=f"{sign} between them")]
        )
    problems = [
        Problem(
            code="unknown_column",
            line=line,
            field=f"column {number}",
            expected="a title that --template prints",
            found="another title",  # of a file without a header it would be somebody's data
        )
        for number, key in enumerate(columns, start=1)
        if key is None
    ]
    known = [key for key in columns if key is not None]
    problems += [
        Problem(code="repeated_column", line=line, field=key, expected="once", found="twice")
        for key in sorted({key for key in known if known.count(key) > 1})
    ]
    problems += [
        Problem(
            code="missing_column",
            line=line,
            field=key,
            expected=f"a column {key} ({', '.join(titles[key])})",
            found="none",
        )
        for key in required
        if key not in known
    ]
    if problems:
        raise RefusedError(problems)
    return known


def titles_known(titles: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """Return every title that a header may have, as `_title` reads it."""
    return frozenset(_title(name) for key, others in titles.items() for name in (key, *others))


def _title(cell: Cell) -> str:
    """Return a title as it is compared: 金额(元) and 案件 编号 are what they look like to whoever typed them."""
    text = unicodedata.normalize("NFKC", str(cell if cell is not None else ""))
    return "".join(text.split())


def _other_delimiter(header: str, names: Collection[str]) -> str:
    """Return what sets the titles of a header apart where it is neither comma nor tab; else nothing."""
    return next(
        (s for s in _OTHER_DELIMITERS if sum(_title(t) in names for t in header.split(s)) > 1), ""
    )


def csv_lines(content: bytes) -> Iterator[tuple[int, list[Cell]]]:
    """Yield (line, cells) of a CSV file; a quoted cell may run over several lines."""
    text = _decoded(content)
    delimiter = "\t" if "\t" in text.partition("\n")[0] else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, list(cells)
            line = reader.line_num + 1
    except csv.Error as error:
        raise RefusedError(
            [Problem(code="bad_csv", line=line, expected="a line of CSV", found=str(error)[:80])]
        ) from None


def _decoded(content: bytes) -> str:
    """Return the text of a CSV file: UTF-8 or, as spreadsheets in China save it, GB18030."""
    read = 0
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError as error:
            read = max(read, error.start)
            if is_broken_utf8([content]):
                break
            continue
        if "\0" not in text:
            return text
    if read and b"\0" not in content:  # text, with some bytes of another encoding
        line = content.count(b"\n", 0, read) + 1
        raise ServiceError(
            f"line {line}: expected text in UTF-8 or GB18030, found bytes of neither",
            hint="save it as an XLSX workbook or as CSV in UTF-8",
            exit_code=2,
        )
    raise ServiceError(
        "the file is neither text nor a workbook, expected CSV in UTF-8 or GB18030, or XLSX",
        hint="save it as an XLSX workbook or as CSV in UTF-8",
        exit_code=2,
    )


def sheet_lines(content: bytes, titles: Collection[str]) -> Iterator[tuple[int, list[Cell]]]:
    """Yield (row number, cells) of the first sheet of an XLSX workbook.

    Raises:
        RefusedError: a cell is a formula.
        ServiceError: it can't be read, or another sheet begins with such titles too: what stands in
            it would be left out without a word.

    """
    yield from enumerate(rows_of_book(content, titles), start=1)


def rows_of_book(content: bytes, titles: Collection[str] | None = None) -> list[list[Cell]]:
    """Return the rows of the first sheet of a workbook.

    The other sheets must be empty; with ``titles`` they may hold notes, but no table with these titles.
    The first must be seen: nobody who opened the file would know what was taken in.
    """
    if content.startswith(ZIP):
        check_packed(content)
    try:
        calamine: Any = import_module("python_calamine")
    except ImportError:
        raise ServiceError(
            "XLSX files need the package python-calamine, found none",
            hint="pip install 'aidledger[xlsx]', or save the sheet as CSV",
        ) from None
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        first = book.get_sheet_by_index(0)
        seen = book.sheets_metadata[0].visible == calamine.SheetVisibleEnum.Visible
        others = [book.get_sheet_by_index(n) for n in range(1, len(book.sheet_names))]
        rows: list[list[Cell]] = first.to_python(skip_empty_area=False)
    except (calamine.CalamineError, zipfile.BadZipFile, ValueError, IndexError, OSError) as error:
        raise unreadable_book(error) from None
    if not seen:
        raise ServiceError(
            "the workbook: expected its first sheet to be seen, found it hidden",
            hint="show the sheet, or take it out",
            exit_code=2,
        )
    if any(sheet.height if titles is None else _has_table(sheet, titles) for sheet in others):
        raise ServiceError(
            "the workbook: expected rows in its first sheet only, found some in another",
            hint="save each sheet as a workbook of its own",
            exit_code=2,
        )
    return rows


def _has_table(sheet: Any, titles: Collection[str]) -> bool:
    """Whether one of the first rows of a sheet names several of these titles."""
    first: list[list[Cell]] = sheet.to_python(skip_empty_area=True, nrows=_HEADER_WITHIN)
    return any(sum(_title(cell) in titles for cell in cells) > 1 for cells in first)
