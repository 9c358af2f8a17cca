"""Reads a county's history row by row: JSON Lines, CSV, XLSX or Parquet, never a whole file at once.

Of a workbook the format itself bounds the size (1,048,576 rows); all others are read as they come.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any, Final

import msgspec

from aidledger.disk import named
from aidledger.replay.files import FileReadError, parquet_rows
from aidledger.services.files import check_regular
from aidledger.services.importing.encoding import is_broken_utf8
from aidledger.services.importing.flat import columns_in, titles_of
from aidledger.services.importing.table import (
    MAX_FILE_BYTES,
    OLE,
    ZIP,
    Cell,
    columns_of,
    sheet_lines,
    titles_known,
)
from aidledger.services.printing import printable
from aidledger.services.problems import Problem, ServiceError

MAX_LINE_BYTES: Final = 16 * 1024 * 1024
"""A line beyond it is no row of anything: the file is refused, so that memory stays bounded."""
_PARQUET: Final = b"PAR1"
_BOM: Final = codecs.BOM_UTF8
_CHUNK: Final = 1024 * 1024


class RawRow(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One row as it stands in the file: JSON text, or cells by column.

    `faults` says why it can't be read at all; it is then in no column.
    """

    line: int
    text: bytes = b""
    cells: dict[str, Cell] | None = None
    faults: tuple[Problem, ...] = ()

    def __repr__(self) -> str:
        return f"RawRow(line={self.line}, …)"


class HistoryFile:
    """A file under the hash that it had when it was opened; `unchanged` says whether it still is so."""

    def __init__(self, path: Path, type_name: str) -> None:
        """Hash the file and see of which format it is. `type_name`: what each row of a table is.

        Raises:
            OSError: it can't be read.
            ServiceError: no regular file, a table without a type, or a file of no known format.

        """
        self._path = path
        self.type_name = type_name
        with path.open("rb") as file:
            check_regular(file)
            self._stamp = _stamp(file)
            self.digest = hashlib.file_digest(file, "sha256").hexdigest()
            file.seek(0)
            start = file.read(_CHUNK)
        self.format = _format_of(start)
        if self.format != "jsonl" and not type_name:
            raise ServiceError(
                f"a {self.format} file of history: expected --type, found none",
                hint="one file for each event type; aidledger events lists the types",
                exit_code=2,
            )
        if self.format == "jsonl" and type_name:
            raise ServiceError(
                "JSON Lines say the type in each row: expected no --type, found one", exit_code=2
            )

    def rows(self, after: int = 0) -> Iterator[RawRow]:
        """Yield the rows behind a line, in their order; blank lines are none.

        Raises:
            RefusedError: a header with other columns than the type has.
            ServiceError: the file can't be read as what it is, or has changed since it was opened.

        """
        match self.format:
            case "jsonl":
                found = self._json_rows(after)
            case "parquet":
                found = self._parquet_rows()
            case _:
                found = self._table_rows()
        return (row for row in found if row.line > after) if after else found

    def check_unchanged(self) -> None:
        """Raise ServiceError where the file is no longer the one that was hashed."""
        with self._path.open("rb") as file:
            if _stamp(file) != self._stamp:
                raise ServiceError(
                    "the file has changed while it was imported",
                    hint="put the file back as it was and run the same command again",
                )

    def _json_rows(self, after: int) -> Iterator[RawRow]:
        with named(self._path), self._path.open("rb") as file:
            for line, text in _lines(file):
                if line > after and (row := text.strip()):
                    yield RawRow(line=line, text=row, faults=_json_faults(line, text))

    def _parquet_rows(self) -> Iterator[RawRow]:
        try:
            rows = parquet_rows(self._path)
            names = next(rows, ())
            columns = self._columns(1, list(names))
            for line, cells in enumerate(rows, start=1):
                yield RawRow(line=line, cells=dict(zip(columns, cells, strict=True)))
        except FileReadError as error:
            raise ServiceError(
                f"the Parquet file can't be read: {printable(error, 120)}", exit_code=2
            ) from None

    def _table_rows(self) -> Iterator[RawRow]:
        lines = self._csv_lines() if self.format == "csv" else self._sheet_lines()
        columns: list[str] = []
        for line, cells, fault in lines:
            if fault is not None:
                yield RawRow(line=line, cells={}, faults=(fault,))
            elif not any(cell not in ("", None) for cell in cells):
                continue
            elif not columns:
                columns = self._columns(line, cells)
            else:
                yield _table_row(line, cells, columns)
        if not columns:
            raise ServiceError("the file is empty, expected a header and rows", exit_code=2)

    def _columns(self, line: int, header: list[Any]) -> list[str]:
        titles = titles_of(self.type_name)
        return columns_of((line, header), titles, columns_in(self.type_name, required=True))

    def _sheet_lines(self) -> Iterator[tuple[int, list[Cell], Problem | None]]:
        if self._path.stat().st_size > MAX_FILE_BYTES:
            raise ServiceError(
                f"the workbook has more than {MAX_FILE_BYTES} bytes",
                hint="save it as CSV, which is read row by row",
                exit_code=2,
            )
        for line, cells in sheet_lines(
            self._path.read_bytes(), titles_known(titles_of(self.type_name))
        ):
            yield line, cells, None

    def _csv_lines(self) -> Iterator[tuple[int, list[Cell], Problem | None]]:
        """Yield (line, cells, what is wrong); a quoted cell may run over several lines."""
        encoding = encoding_of(self._path)
        with self._path.open("rb") as file:
            first = file.readline(_CHUNK)
            delimiter = "\t" if b"\t" in first else ","
            file.seek(len(_BOM) if first.startswith(_BOM) else 0)
            texts = (text.decode(encoding) for _, text in _lines(file))
            reader = csv.reader(texts, delimiter=delimiter, strict=True)
            line = 1
            while True:
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield line, [], _fault(line, "bad_csv", "a line of CSV", str(error)[:80])
                else:
                    yield line, list(cells), None
                line = reader.line_num + 1


def encoding_of(path: Path) -> str:
    """Return how a CSV file is written: UTF-8 or, as spreadsheets in China save it, GB18030.

    Raises:
        ServiceError: neither; it names the line up to which one of the two could be read. The other
            may have failed earlier only because it isn't meant.

    """
    lines = []
    for encoding in ("utf-8", "gb18030"):
        line = _undecodable(path, encoding)
        if line is None:
            return encoding
        lines.append(line)
        if _is_broken_utf8(path):
            break
    raise ServiceError(
        f"line {max(lines)}: expected text in UTF-8 or GB18030, found bytes of neither",
        hint="save it as CSV in UTF-8, XLSX or Parquet",
        exit_code=2,
    )


def _is_broken_utf8(path: Path) -> bool:
    with path.open("rb") as file:
        return is_broken_utf8(iter(lambda: file.read(_CHUNK), b""))


def _undecodable(path: Path, encoding: str) -> int | None:
    """Return the first line that isn't of an encoding; None where all are."""
    decoder, line, chunk = codecs.getincrementaldecoder(encoding)(), 1, b""
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                decoder.decode(chunk)
                line += chunk.count(b"\n")
            decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        return line + chunk.count(b"\n", 0, error.start)
    return None


def _format_of(start: bytes) -> str:
    """Return the format that a file begins as."""
    if start.startswith(_PARQUET):
        return "parquet"
    if start.startswith(ZIP):
        return "xlsx"
    if start.startswith(OLE):
        raise ServiceError(
            "the file is an old or encrypted workbook, expected XLSX or CSV",
            hint="save it as an XLSX workbook without a password, or as CSV",
            exit_code=2,
        )
    if not start.removeprefix(_BOM).strip():
        raise ServiceError("the file is empty, expected rows", exit_code=2)
    return "jsonl" if start.removeprefix(_BOM).lstrip().startswith(b"{") else "csv"


def _lines(file: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield (number, line with its end), each of a bounded size."""
    number = 0
    while line := file.readline(MAX_LINE_BYTES + 1):
        number += 1
        if len(line) > MAX_LINE_BYTES:
            raise ServiceError(
                f"line {number} has more than {MAX_LINE_BYTES} bytes, expected one row a line",
                exit_code=2,
            )
        yield number, line.removeprefix(_BOM) if number == 1 else line


def _json_faults(line: int, text: bytes) -> tuple[Problem, ...]:
    """Say of a last line that its end is missing; all other faults are found when it is decoded."""
    if text.endswith(b"\n") or text.rstrip().endswith(b"}"):
        return ()
    return (_fault(line, "half_line", "a whole line", "a line that the end of the file cuts off"),)


def _table_row(line: int, cells: list[Cell], columns: list[str]) -> RawRow:
    """Return a row of a table by its columns."""
    faults: tuple[Problem, ...] = ()
    named = dict(zip(columns, cells, strict=False))
    if any(cell not in ("", None) for cell in cells[len(columns) :]):
        expected = f"{len(columns)} cells, as in the header"
        faults = (_fault(line, "too_many_cells", expected, f"{len(cells)} cells"),)
        named = {str(at): cell for at, cell in enumerate(cells, start=1)}
    return RawRow(line=line, cells=named, faults=faults)


def _fault(line: int, code: str, expected: str, found: str) -> Problem:
    return Problem(code=code, line=line, expected=expected, found=found)


def _stamp(file: IO[bytes]) -> tuple[int, int, int]:
    """Return what changes when a file is written to or replaced."""
    stat = os.fstat(file.fileno())
    return stat.st_ino, stat.st_size, stat.st_mtime_ns
