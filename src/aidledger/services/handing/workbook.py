"""Workbooks row by row: texts stay texts, sums are yuan, and what is too long goes on a next sheet.

The same content gives the same bytes. Rows are not kept: a workbook takes the memory of its packed file.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from importlib import import_module
from io import BytesIO
from itertools import chain, islice
from typing import Any, Final, Literal, NamedTuple

from aidledger.domain.money import format_yuan
from aidledger.said import shown_only
from aidledger.services.problems import ServiceError
from aidledger.services.questions.listing import Table, cell_text

Kind = Literal["text", "wrapped", "whole", "yuan", "link"]
MOST_ROWS: Final = 1_048_576
"""What a sheet of the format holds, its head included."""
_MOST_CHARACTERS: Final = 32_767
_LOOKED_AT: Final = 500
_NARROWEST: Final = 6
_WIDEST: Final = {"wrapped": 60}
_WIDE: Final = 44
_EXACT: Final = 10**15
"""From here on a spreadsheet rounds: the number is written as a text."""
_CREATED: Final = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - a fixed property, so that bytes are stable
_NO_NAME: Final = str.maketrans(dict.fromkeys("[]:*?/\\'", "_"))


class Column(NamedTuple):
    """A column: its title, and what its cells are; in one of texts a number stands without separators.

    ``yuan`` takes fen, ``link`` the name of a sheet.
    """

    title: str
    kind: Kind = "text"


class Book:
    """A workbook in the making."""

    def __init__(self, title: str, *, most_rows: int = MOST_ROWS) -> None:
        """Begin.

        Raises:
            ServiceError: the package for it is not installed.

        """
        # the library's own file can't be closed on a full disk: it would tell so when it is collected
        self._packed = BytesIO()
        self._book: Any = _writer().Workbook(
            self._packed,
            {
                "constant_memory": True,
                "strings_to_formulas": False,
                "strings_to_numbers": False,
                "strings_to_urls": False,
            },
        )
        self._book.set_properties({"title": title, "created": _CREATED})
        self._most = most_rows
        self._names: set[str] = set()
        add = self._book.add_format
        self._bold = add({"bold": True, "bottom": 1, "valign": "top", "text_wrap": True})
        self._title = add({"bold": True, "font_size": 14})
        self._number = add({"num_format": "0", "align": "left", "valign": "top"})
        self._formats: dict[Kind, Any] = {
            "text": add({"num_format": "@", "valign": "top"}),
            "wrapped": add({"num_format": "@", "text_wrap": True, "valign": "top"}),
            "whole": add({"num_format": "#,##0", "valign": "top"}),
            "yuan": add({"num_format": "#,##0.00", "valign": "top"}),
            "link": add({"font_color": "blue", "underline": 1, "valign": "top"}),
        }

    def packed(self) -> bytes:
        """Finish it and return the bytes of its file."""
        self._book.close()
        return self._packed.getvalue()

    def pairs(self, name: str, title: str, rows: Iterable[tuple[str, Any]]) -> None:
        """Add a sheet of terms and what they are, under a title."""
        sheet = self._sheet(name)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 90)
        sheet.write_string(0, 0, _clean(title), self._title)
        for line, (term, value) in enumerate(rows, start=2):
            sheet.write_string(line, 0, _clean(term), self._formats["text"])
            self._cell(sheet, line, 1, "whole" if type(value) is int else "wrapped", value)

    def table(
        self,
        name: str,
        columns: Sequence[Column],
        rows: Iterable[Sequence[Any]],
        *,
        above: Sequence[str] = (),
    ) -> None:
        """Add a table with lines of text above it; on as many sheets as it needs, each with the head."""
        given = iter(rows)
        first = list(islice(given, _LOOKED_AT))
        left: Iterator[Sequence[Any]] = chain(first, given)
        widths = [_fitting(column, at, first) for at, column in enumerate(columns)]
        part = 1
        while True:
            sheet = self._sheet(name, part)
            for at, wide in enumerate(widths):
                sheet.set_column(at, at, wide)
            for line, text in enumerate(above):
                sheet.write_string(line, 0, _clean(text))
            head = len(above) + bool(above)
            for at, column in enumerate(columns):
                sheet.write_string(head, at, _clean(column.title), self._bold)
            sheet.freeze_panes(head + 1, 0)
            line = head
            for line, row in enumerate(islice(left, self._most - head - 1), start=head + 1):
                for at, (column, value) in enumerate(zip(columns, row, strict=True)):
                    self._cell(sheet, line, at, column.kind, value)
            sheet.autofilter(head, 0, max(line, head), len(columns) - 1)
            following = next(left, None)
            if following is None:
                return
            left, part = chain([following], left), part + 1

    def _cell(self, sheet: Any, line: int, at: int, kind: Kind, value: Any) -> None:
        form = self._formats[kind]
        if value is None:
            sheet.write_blank(line, at, None, form)
        elif kind == "link":
            target = _sheet_name(str(value))
            sheet.write_url(line, at, f"internal:'{target}'!A1", form, _clean(str(value)))
        elif type(value) is int and abs(value) < _EXACT:
            shown = form if kind in ("whole", "yuan") else self._number
            sheet.write_number(line, at, value / 100 if kind == "yuan" else value, shown)
        elif type(value) is int and kind == "yuan":
            sheet.write_string(line, at, format_yuan(value), form)
        else:
            sheet.write_string(line, at, _clean(cell_text(value)), form)

    def _sheet(self, name: str, part: int = 1) -> Any:
        """Add a sheet; a name that is taken gets a number, as the parts of a table do."""
        base = wanted = _sheet_name(name, part)
        count = 1
        while wanted.lower() in self._names:
            count += 1
            wanted = f"{base[:27]}~{count}"
        self._names.add(wanted.lower())
        return self._book.add_worksheet(wanted)


def as_xlsx(table: Table, *, most_rows: int = MOST_ROWS) -> bytes:
    """Return a list or model as a workbook; every text is written as text. The same rows, the same bytes.

    Raises:
        ServiceError: the package for it is not installed.

    """
    book = Book(f"{table.title_zh} / {table.title_en}", most_rows=most_rows)
    book.table(table.name, [Column(name) for name in table.columns], table.rows)
    return book.packed()


def _writer() -> Any:
    """Return the package that writes workbooks: an extra."""
    try:
        return import_module("xlsxwriter")
    except ImportError:
        raise ServiceError(
            "XLSX files need the package xlsxwriter, found none",
            hint="pip install 'aidledger[xlsx]', or use --format csv",
        ) from None


def _sheet_name(name: str, part: int = 1) -> str:
    ending = "" if part == 1 else f" ({part})"
    return f"{_clean(name).translate(_NO_NAME)[: 31 - len(ending)]}{ending}"


def _clean(text: str) -> str:
    """Return a text that XML and a cell can hold: what can't be printed is marked, the end cut off."""
    text = shown_only(text)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[: _MOST_CHARACTERS - 1]}…"


def _fitting(column: Column, at: int, rows: Sequence[Sequence[Any]]) -> int:
    """Return how wide a column has to be for its title and the first of its cells, within bounds."""
    texts = (cell_text(row[at]) for row in rows)
    widest = max((_wide(line) for text in texts for line in text.split("\n")), default=0)
    # an amount gains a point and separators
    widest += widest // 3 + 1 if column.kind in ("yuan", "whole") else 0
    most = _WIDEST.get(column.kind, _WIDE)
    return min(max(widest, _wide(column.title), _NARROWEST) + 2, most)


def _wide(text: str) -> int:
    """Return how many columns a text takes: two for a Chinese character."""
    if text.isascii():
        return len(text)
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text[:200])
