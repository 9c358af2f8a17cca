"""Loads a ledger's entries into typed event views: cut by both times, amended, nothing trusted.

Records are sorted by type into files of JSON lines, which DuckDB reads into columns on all cores.
A row that cannot be read is left out and becomes a finding; the rest of the ledger is loaded.
"""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from io import BufferedWriter
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final, Protocol

import duckdb
import msgspec

from aidledger.domain.events.registry import EntryAnnulled, EntryCorrected
from aidledger.domain.recorded import Recorded, amended, corrected
from aidledger.domain.values import LAST_YEAR
from aidledger.ledger.entry import EntryError
from aidledger.ledger.finding import Finding
from aidledger.replay.reading import (
    TypedEntry,
    read_record,
    readers,
    row_finding,
    type_of,
)
from aidledger.replay.rows import recorded_of
from aidledger.replay.views import create_sql, entry_sql, event_views, load_sql, quoted

CHINA_AHEAD: Final = timedelta(hours=8)
"""Civil time of the whole country is UTC and eight hours: the days of both cuts end there."""

LAST_DAY: Final = date(LAST_YEAR, 12, 31)
"""No question is about a later day: a hostile clock must not make models of endless months."""

FIRST_DAY: Final = date(1970, 1, 1)
"""The day that an empty ledger is about."""

AFTER_ALL: Final = "~"
"""Greater than any `recorded_at`: where nothing is cut."""

LINES_A_WRITE: Final = 2_048
BYTES_A_LOAD: Final = 8 * 1024 * 1024
"""How much of a view waits on disk before DuckDB takes it, while reading goes on.

Each load costs DuckDB milliseconds of planning, however few the lines: small views wait to the end.
"""

LOADS_AT_ONCE: Final = 2
LOADS_AHEAD: Final = 4
"""How many loads may wait before the reading does: what is on disk stays bounded."""

AMENDMENTS: Final = frozenset({"entry_corrected", "entry_annulled"})

HostileRow = tuple[Any, ...]


class Source(Protocol):
    """Where rows come from: a store, or a list in a test. Everything it gives is hostile."""

    def rows(self) -> Iterable[HostileRow]:
        """Return every row in position order."""

    def row_at(self, position: int) -> HostileRow | None:
        """Return the row of one position."""


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """What was loaded: `position` is the last one read (-1: none), `entries` those in the views."""

    position: int
    as_of: date
    known_on: date | None
    entries: int
    findings: tuple[Finding, ...]


def china_day(recorded_at: str) -> date:
    """Return the civil day (+08:00) of a `recorded_at` in UTC, or the last day of all."""
    if recorded_at >= str(LAST_DAY):
        return LAST_DAY
    # what a hostile record says of the year 1 must not fall off the calendar either
    later = datetime.fromisoformat(recorded_at).replace(tzinfo=None) + CHINA_AHEAD
    return later.date()


def end_of_day(day: date) -> str:
    """Return the first `recorded_at` that is no longer that day in China."""
    midnight = datetime.combine(min(day, LAST_DAY) + timedelta(days=1), time()) - CHINA_AHEAD
    return f"{midnight.isoformat(timespec='microseconds')}Z"


class Loader:
    """Takes rows in order and fills the views of one DuckDB connection."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        *,
        as_of: date | None = None,
        known_on: date | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> None:
        self._connection = connection
        self._as_of = as_of
        self._known_on = known_on
        self._cutoff = AFTER_ALL if known_on is None else end_of_day(known_on)
        self._progress = progress
        self._lines: dict[str, list[bytes]] = {}
        self._files: dict[str, BufferedWriter] = {}
        self._made = 0
        self._worker: ThreadPoolExecutor
        self._loading: deque[Future[None]] = deque()
        self._filled: set[str] = set()
        self._amendments: dict[str, list[Recorded]] = {}
        self._findings: list[Finding] = []
        self._position = -1
        self._last_recorded_at = ""
        self._last_effective_on = ""

    def load(self, source: Source) -> Loaded:
        """Load everything a source has, cut and amended.

        Raises:
            duckdb.Error: the engine could not work (disk full, memory limit).

        """
        views = event_views().values()
        self._connection.execute("; ".join(create_sql(view) for view in views))
        folder = Path(mkdtemp(prefix="aidledger-load-"))
        try:
            with ThreadPoolExecutor(max_workers=LOADS_AT_ONCE) as self._worker:
                self._take_all(source.rows(), folder)
                self._finish()
                as_of = self._day_in_question()
                # first what is known is put right, then the cut: so does the fold of a case
                self._amend(source, folder)
                self._finish()
                self._cut(as_of)
        finally:
            for file in self._files.values():
                file.close()
            shutil.rmtree(folder, ignore_errors=True)
        self._connection.execute(entry_sql([v for v in views if v.name in self._filled]))
        self._parameters(as_of)
        row = self._connection.execute("SELECT count(*) FROM entry").fetchone()
        return Loaded(
            position=self._position,
            as_of=as_of,
            known_on=self._known_on,
            entries=int(row[0]) if row else 0,
            findings=tuple(self._findings),
        )

    def _day_in_question(self) -> date:
        if self._as_of is not None:
            return self._as_of
        return china_day(self._last_recorded_at) if self._last_recorded_at else FIRST_DAY

    def _cut(self, as_of: date) -> None:
        """Take out what takes effect after the day in question."""
        if self._last_effective_on <= as_of.isoformat():
            return
        for name in sorted(self._filled):
            self._connection.execute(
                f"DELETE FROM {quoted(name)} WHERE effective_on > DATE '{as_of}'"  # noqa: S608
            )

    def _parameters(self, as_of: date) -> None:
        """Make the one-row table of both parameters."""
        self._connection.execute("CREATE TABLE parameters (as_of DATE, known_on DATE)")
        self._connection.execute("INSERT INTO parameters VALUES (?, ?)", [as_of, self._known_on])

    def _take_all(self, rows: Iterable[HostileRow], folder: Path) -> None:
        """Sort the rows' records by type into the files of a folder."""
        by_type, lines, cutoff = readers(), self._lines, self._cutoff
        last, last_recorded_at, last_effective_on = -1, "", ""
        for count, row in enumerate(rows, start=1):
            if self._progress is not None and not count & 0x3FFF:
                self._progress(count)
            finding = row_finding(row, last)
            if finding is not None:
                self._findings.append(finding)
                continue
            last, record = row[0], row[5]
            reader = by_type.get(type_of(record))
            entry = None if reader is None else reader.fast(record)
            if entry is None or reader is None or reader.view.name in AMENDMENTS:
                typed = self._slowly(last, record)
                if typed is None:
                    continue
                entry, record, name = typed.envelope, typed.line, typed.view.name
            else:
                name = reader.view.name
            if entry.recorded_at >= cutoff:
                continue
            last_recorded_at = max(last_recorded_at, entry.recorded_at)
            last_effective_on = max(last_effective_on, entry.effective_on)
            if name in AMENDMENTS:
                self._amendments.setdefault(entry.stream, []).append(recorded_of(entry, last))
            waiting = lines.get(name)
            if waiting is None:
                waiting = lines[name] = []
            waiting.append(b'{"position":%d,"entry":%b}\n' % (last, record))
            if len(waiting) >= LINES_A_WRITE:
                self._write(folder, name)
        for name in lines:
            self._write(folder, name)
        self._position = last
        self._last_recorded_at = last_recorded_at
        self._last_effective_on = last_effective_on

    def _slowly(self, position: int, record: bytes) -> TypedEntry | None:
        """Read a record the strict way; what is wrong with it becomes a finding."""
        try:
            return read_record(record)
        except EntryError as error:
            self._findings.append(
                Finding(
                    code=error.code,
                    position=position,
                    field=error.field,
                    expected=error.expected,
                    found=error.found,
                )
            )
            return None

    def _write(self, folder: Path, name: str) -> None:
        """Append the waiting lines of a view to its file."""
        lines = self._lines[name]
        if not lines:
            return
        file = self._files.get(name)
        if file is None:
            self._made += 1
            file = self._files[name] = (folder / f"{self._made}.ndjson").open("wb")
        file.write(b"".join(lines))
        lines.clear()
        if file.tell() >= BYTES_A_LOAD:
            self._fill(name)

    def _fill(self, name: str) -> None:
        """Let a worker load the file of a view."""
        file = self._files.pop(name)
        file.close()
        self._filled.add(name)
        load = self._worker.submit(_load_file, self._connection.cursor(), name, Path(file.name))
        self._loading.append(load)
        while len(self._loading) > LOADS_AHEAD:
            self._loading.popleft().result()

    def _finish(self) -> None:
        """Load what is still on disk, and wait until all is loaded."""
        for name in list(self._files):
            self._fill(name)
        while self._loading:
            self._loading.popleft().result()

    def _amend(self, source: Source, folder: Path) -> None:
        """Put corrections in place and take annulled entries out, as `domain.recorded` says."""
        for stream, known in self._amendments.items():
            originals = dict(self._targets(source, stream, known))
            given = {at: recorded_of(entry.envelope, at) for at, entry in originals.items()}
            self._report_misfits(stream, known, given)
            given.update((e.position, e) for e in known)
            live = {e.position: e for e in amended(given[at] for at in sorted(given))}
            for position, before in given.items():
                after = live.get(position)
                if after is before:
                    continue
                original = originals[position]
                self._connection.execute(
                    f"DELETE FROM {quoted(original.view.name)} WHERE position = ?",  # noqa: S608
                    [position],
                )
                if after is not None:
                    self._last_effective_on = max(self._last_effective_on, after.effective_on)
                    line = original.with_event(after.event, after.effective_on).line
                    name = original.view.name
                    self._lines.setdefault(name, []).append(
                        b'{"position":%d,"entry":%b}\n' % (position, line)
                    )
                    self._write(folder, name)

    def _report_misfits(
        self, stream: str, known: list[Recorded], given: dict[int, Recorded]
    ) -> None:
        """Report corrections and annulments that change nothing, as they fit no entry."""
        for entry in known:
            match entry.event:
                case EntryCorrected(position=at) as event if at in given:
                    fits = corrected(given[at], event) is not None
                case EntryCorrected(position=at) | EntryAnnulled(position=at):
                    fits = at in given or any(e.position == at for e in known)
                case _:
                    fits = True
            if not fits:
                self._findings.append(
                    Finding(
                        code="amendment_misfit",
                        position=entry.position,
                        stream=stream,
                        field="data",
                        expected="an entry of this stream that could say so",
                        found="none that fits",
                    )
                )

    def _targets(
        self, source: Source, stream: str, amendments: list[Recorded]
    ) -> Iterator[tuple[int, TypedEntry]]:
        """Yield the entries that a stream's amendments name, as far as they are known."""
        named = {
            e.event.position
            for e in amendments
            if isinstance(e.event, (EntryCorrected, EntryAnnulled))
        }
        named = {at for at in named if at <= self._position}
        for position in sorted(named):
            row = source.row_at(position)
            if row is None or row_finding(row, position - 1) or row[0] != position:
                continue
            try:
                entry = read_record(row[5])
            except EntryError:
                continue  # reported when it was read in its order
            envelope = entry.envelope
            if envelope.stream == stream and envelope.recorded_at < self._cutoff:
                yield position, entry


def _load_file(cursor: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    """Load a file into its view and remove it."""
    view = next(view for view in event_views().values() if view.name == name)
    try:
        cursor.execute(load_sql(view, str(path)))
    finally:
        cursor.close()
        path.unlink()
