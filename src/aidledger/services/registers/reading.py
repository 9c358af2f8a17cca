"""Reads the file of a register, of whatever format, into the engine: only the columns of its kind.

CSV (UTF-8 with or without mark, GB18030; commas or tabs), workbooks, Parquet. What else stands in
the file is not read further than to find the ends of cells.
"""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain, count, islice
from operator import itemgetter
from pathlib import Path
from typing import Any, Final, NamedTuple

from aidledger.domain.registers.kinds import RegisterKind
from aidledger.replay.intake.feeding import (
    Feed,
    load_parquet,
    parquet_bytes,
    parquet_columns,
)
from aidledger.services.files import check_regular
from aidledger.services.importing.packed import MAX_UNPACKED_BYTES
from aidledger.services.importing.sources import MAX_LINE_BYTES, encoding_of
from aidledger.services.importing.table import MAX_FILE_BYTES
from aidledger.services.problems import ServiceError
from aidledger.services.registers.columns import HEADER_WITHIN, Header, header_of
from aidledger.services.registers.workbooks import book_rows, is_workbook

_PAGE: Final = 8_192
_START: Final = 8
_PARQUET: Final = b"PAR1"
_ENCODINGS: Final = (("utf-8-sig", "UTF-8"), ("gb18030", "GB18030"))
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")
_HINT: Final = "save it as CSV in UTF-8, XLSX or Parquet"


class Read(NamedTuple):
    """What was read: the file's hash, how it is written, and its header."""

    digest: str
    written: str
    header: Header


def read_into(
    connection: Any,
    path: Path,
    kind: RegisterKind,
    given: Mapping[str, str],
    progress: Callable[[int], None] | None = None,
) -> Read:
    """Read a file into the table ``raw`` of an engine that spills nothing.

    Raises:
        OSError: it can't be read.
        RefusedError: a column is missing or there twice, or a cell is a formula.
        ServiceError: no regular file, of no known format or encoding, too large, or without a header.

    """
    with path.open("rb") as file:
        check_regular(file)
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        start = file.read(_START)
    if start.startswith(_PARQUET):
        return Read(digest, "Parquet", _parquet(connection, path, kind, given))
    book = is_workbook(start)
    if book:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise ServiceError(
                f"the workbook has more than {MAX_FILE_BYTES} bytes", hint=_HINT, exit_code=2
            )
        rows: Iterable[tuple[int, list[str]]] = book_rows(path.read_bytes())
        return Read(digest, book.upper(), _fed(connection, rows, kind, given, progress))
    if start.startswith(_UTF16):
        raise ServiceError(
            "line 1: expected text in UTF-8 or GB18030, found UTF-16", hint=_HINT, exit_code=2
        )
    for encoding, written in _ENCODINGS:
        # a file of the second shows it in its first lines: nothing is read twice
        with path.open(encoding=encoding, newline="") as text, suppress(UnicodeDecodeError):
            return Read(digest, written, _fed(connection, _csv_rows(text), kind, given, progress))
        encoding_of(path)
    raise ServiceError("the file has changed while it was read", exit_code=75)


def _csv_rows(text: Any) -> Iterator[tuple[int, list[str]]]:
    """Yield (line, cells) of a CSV file; a quoted cell may run over several lines.

    Raises:
        ServiceError: what is no CSV, or a line without an end.

    """
    lines = _lines(text)
    first = list(islice(lines, HEADER_WITHIN))
    delimiter = "\t" if any("\t" in line for line in first) else ","
    reader = csv.reader(chain(first, lines), delimiter=delimiter, strict=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise ServiceError(
            f"line {line}: expected a row of CSV, found {str(error)[:80]}", exit_code=2
        ) from None


def _lines(text: Any) -> Iterator[str]:
    """Yield the lines of a text, each of a bounded length: a file of one line fills no memory.

    Raises:
        ServiceError: a longer one.

    """
    for number in count(1):
        line = text.readline(MAX_LINE_BYTES + 1)
        if not line:
            return
        if len(line) > MAX_LINE_BYTES:
            raise ServiceError(
                f"line {number} has more than {MAX_LINE_BYTES} bytes, expected one row a line",
                hint=_HINT,
                exit_code=2,
            )
        yield line


def _fed(
    connection: Any,
    rows: Iterable[tuple[int, list[str]]],
    kind: RegisterKind,
    given: Mapping[str, str],
    progress: Callable[[int], None] | None,
) -> Header:
    """Hand rows over to the engine; return their header."""
    rows = iter(rows)
    first = list(islice(filter(_is_filled, rows), HEADER_WITHIN))
    if not first:
        raise ServiceError("the file is empty, expected a header and rows", exit_code=2)
    header = header_of(kind, first, given)
    behind = chain((row for row in first if row[0] > header.line), rows)
    with Feed(header.places) as feed:
        fed = 0
        for fed in _pages(feed, behind, header):
            if progress is not None:
                progress(fed)
        if not fed:
            raise ServiceError("the file has a header and no rows", exit_code=2)
        feed.load(connection)
    return header


def _pages(feed: Feed, rows: Iterator[tuple[int, list[str]]], header: Header) -> Iterator[int]:
    """Feed rows a page at a time; yield how many were fed in all."""
    places = tuple(header.places.values())
    pick: Callable[[Sequence[str]], Sequence[str]] = (
        itemgetter(*places) if len(places) > 1 else lambda cells: (cells[places[0]],)
    )
    width, count, text = header.width, 0, feed.row_text
    telling = itemgetter(*header.telling)
    while page := list(islice(rows, _PAGE)):
        fed = [
            text(line, pick(cells), hash(telling(cells)))
            if len(cells) == width
            else _odd(feed, line, cells, header)
            for line, cells in page
            if cells and (cells[0] or any(cells))
        ]
        feed.add(fed)
        count += len(fed)
        yield count


def _is_filled(row: tuple[int, list[str]]) -> bool:
    """Whether anything stands in a row."""
    return any(row[1])


def _odd(feed: Feed, line: int, cells: list[str], header: Header) -> str:
    """Return a row with other than so many cells: empty ones behind are no fault, nor missing ones."""
    fault = "too_many_cells" if any(cells[header.width :]) else ""
    padded = cells + [""] * (header.width - len(cells))
    chosen = [padded[place] for place in header.places.values()]
    return feed.row_text(line, chosen, hash(itemgetter(*header.telling)(padded)), fault)


def _parquet(connection: Any, path: Path, kind: RegisterKind, given: Mapping[str, str]) -> Header:
    """Read a Parquet file; the engine says itself what is wrong with it."""
    names = parquet_columns(connection, path)
    header = header_of(kind, [(1, names)], given)
    size = parquet_bytes(connection, path)
    if size > MAX_UNPACKED_BYTES:
        raise ServiceError("the Parquet file is too large when unpacked", exit_code=2)
    columns = {name: names[at] for name, at in header.places.items()}
    load_parquet(connection, path, columns, [names[at] for at in header.telling])
    return header
