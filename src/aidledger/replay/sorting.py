"""Checks rows and their records, and sorts the records by type, as lines for the views.

What has the form of its type is passed without being decoded; all else goes to the strict decoder.
Amendments are always decoded, and kept by their streams.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from typing import Final, NamedTuple

from aidledger.domain.recorded import Recorded
from aidledger.ledger.entry import MAX_RECORD_BYTES, EntryError
from aidledger.ledger.finding import Finding
from aidledger.replay.patterns import AMENDING_TYPES, MADE_FORMS, form_once_frequent
from aidledger.replay.reading import (
    MAX_POSITION,
    ROW_COLUMNS,
    TypedEntry,
    read_record,
    row_finding,
)
from aidledger.replay.rows import HostileRow, recorded_of
from aidledger.replay.views import LINE

AFTER_ALL: Final = "~"
"""Greater than any `recorded_at`: where nothing is cut."""

Reader = Callable[[int, int | None], Iterable[HostileRow]]
"""Reads (position, record) from a position up to, not including, another, in position order."""

_ROWS_AT_ONCE: Final = 1_000


class Span(NamedTuple):
    """A range of positions to read and sort, in whatever process; `cutoff` as a `Sorter` has it."""

    read: Reader
    start: int
    stop: int
    cutoff: str


class Sorted(NamedTuple):
    """What a whole range of rows came to: joined lines by wire name, and what a `Sorter` has found."""

    stop: int
    lines: dict[bytes, bytes]
    findings: list[Finding]
    amendments: dict[str, list[Recorded]]


def sort_span(span: Span) -> Sorted | None:
    """Read and sort a range of rows; None where there is not one row for each position.

    Raises:
        StoreError: they can't be read.

    """
    sorter, lines = Sorter(span.cutoff, after=span.start - 1), defaultdict[bytes, list[bytes]](list)
    rows, stop = iter(span.read(span.start, span.stop)), span.start
    while page := list(islice(rows, _ROWS_AT_ONCE)):
        if [row[0] for row in page] != list(range(stop, stop + len(page))):
            return None
        stop += len(page)
        sorter.take(page, lines)
    if stop != span.stop:
        return None
    joined = {name: b"\n".join(several) for name, several in lines.items() if several}
    return Sorted(stop, joined, sorter.findings, sorter.amendments)


def gaps(rows: list[HostileRow], after: int) -> Iterator[Finding]:
    """Name the positions that rows leave out behind `after`; a row without one stands for the next."""
    expected = after + 1
    there = [row[0] if type(row) is tuple and row else None for row in rows]
    if there == list(range(expected, expected + len(rows))):
        return
    for found in there:
        position = found if type(found) is int and 0 <= found <= MAX_POSITION else expected
        if position > expected:
            yield Finding(
                code="position_missing",
                position=expected,
                field="position",
                expected=f"position {expected}",
                found=f"position {position}",
            )
        expected = max(expected, position + 1)


class Sorter:
    """Takes rows of (position, record) in order; what can't be read becomes a finding.

    `amendments` are those recorded before `cutoff`, `position` is the last one taken.
    """

    def __init__(self, cutoff: str = AFTER_ALL, *, after: int = -1) -> None:
        self.findings: list[Finding] = []
        self.amendments: dict[str, list[Recorded]] = {}
        self.position = after
        self._cutoff = cutoff

    def take(self, rows: list[HostileRow], lines: dict[bytes, list[bytes]]) -> None:
        """Check some rows, and put a line for each into the list of its type's wire name."""
        made, last = MADE_FORMS, self.position
        for row in rows:
            if not (
                type(row) is tuple
                and len(row) == ROW_COLUMNS
                and type(row[0]) is int
                and last < row[0] <= MAX_POSITION
                and type(row[1]) is bytes
            ):  # as `row_finding` has it: said here again, as a call takes longer than this
                finding = row_finding(row, last)
                if finding is not None:
                    self.findings.append(finding)
                    continue
            last, record = row
            # its wire name; what else stands in the first ten bytes, the form or the decoder sees
            name = record[10 : record.find(b'"', 10, 80)]
            form = made.get(name) or form_once_frequent(name)
            if len(record) > MAX_RECORD_BYTES or not form(record):
                typed = self._slowly(last, record)
                if typed is None:
                    continue
                name, record = typed.view.type_name.encode(), typed.line
            lines[name].append(LINE % (last, record[1:]))
        self.position = last

    def join(self, part: Sorted) -> None:
        """Take what the next range came to."""
        self.findings += part.findings
        for stream, several in part.amendments.items():
            self.amendments.setdefault(stream, []).extend(several)
        self.position = part.stop - 1

    def _slowly(self, position: int, record: bytes) -> TypedEntry | None:
        """Read a record the strict way; what is wrong with it becomes a finding."""
        try:
            typed = read_record(record)
        except EntryError as error:
            self.findings.append(
                Finding(
                    code=error.code,
                    position=position,
                    field=error.field,
                    expected=error.expected,
                    found=error.found,
                )
            )
            return None
        entry = typed.envelope
        if typed.view.type_name in AMENDING_TYPES and entry.recorded_at < self._cutoff:
            self.amendments.setdefault(entry.stream, []).append(recorded_of(entry, position))
        return typed
