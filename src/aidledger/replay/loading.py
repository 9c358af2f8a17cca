"""Loads a ledger's entries into typed event views: cut by both times, amended, nothing trusted.

Sealed segments come from their columns. All other records are checked and sorted by type, and DuckDB
reads them into columns while the reading goes on.
A row that cannot be read is left out and becomes a finding; the rest of the ledger is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any, Final, Protocol, runtime_checkable

import duckdb
import msgspec

from aidledger.domain.events.registry import EntryAnnulled, EntryCorrected
from aidledger.domain.recorded import Recorded, amended, corrected
from aidledger.domain.values import LAST_YEAR
from aidledger.ledger.entry import EntryError
from aidledger.ledger.finding import Finding
from aidledger.replay.layout import lay_out
from aidledger.replay.reading import TypedEntry, read_record, row_finding
from aidledger.replay.rows import HostileRow, recorded_of
from aidledger.replay.sealed import SealedRun, rows_to_decode, sealed_appends
from aidledger.replay.sorting import AFTER_ALL, Sorted, Sorter, gaps
from aidledger.replay.spooling import Spool, read_ahead, spooling
from aidledger.replay.versions import BESIDE_COLUMNS, amendment_rows, version_row, versions
from aidledger.replay.views import LINE, OTHER, entry_sql, literal, quoted, views_read

CHINA_AHEAD: Final = timedelta(hours=8)
"""Civil time of the whole country is UTC and eight hours: the days of both cuts end there."""

LAST_DAY: Final = date(LAST_YEAR, 12, 31)
"""No question is about a later day: a hostile clock must not make models of endless months."""

FIRST_DAY: Final = date(1970, 1, 1)
"""The day that an empty ledger is about."""

MISFIT: Final = "amendment_misfit"
"""A correction or an annulment that changes nothing: it was read, and stands in its view."""

ROWS_A_PAGE: Final = 2_000
PAGES_A_REPORT: Final = 8


class Source(Protocol):
    """Where rows come from: a store, or a list in a test. Everything it gives is hostile."""

    def sealed(self) -> tuple[SealedRun, ...]:
        """Return the sealed segments that may be believed: each after the other, from position 0."""

    def rows(self, first: int = 0) -> Iterable[HostileRow]:
        """Return (position, record) of every row from `first` on in position order."""

    def row_at(self, position: int) -> HostileRow | None:
        """Return (position, record) of one position."""


@runtime_checkable
class SharedSource(Source, Protocol):
    """A source whose rows other processes can read too."""

    def sorted_spans(self, first: int, cutoff: str, processes: int) -> Iterator[Sorted | None]:
        """Yield ranges of rows from `first` on, each after the other, sorted in so many processes.

        None where a row has no place in its range: whoever gets it reads all rows himself. Nothing
        at all where one process is enough.
        """


class Loaded(msgspec.Struct, frozen=True, kw_only=True):
    """What was loaded: `position` is the last one read (-1: none), `entries` those in the views."""

    position: int
    as_of: date
    known_on: date | None
    entries: int
    findings: tuple[Finding, ...]

    @property
    def unread(self) -> int:
        """How many findings are of entries that are in no view: they can't be read, or are gone."""
        return sum(finding.code != MISFIT for finding in self.findings)


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


def load_all(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    *,
    as_of: date | None,
    known_on: date | None,
    progress: Callable[[int], None] | None,
) -> Loaded:
    """Load all that a source has into the views of a connection; arguments as `Loader` has them."""
    return Loader(connection, as_of=as_of, known_on=known_on, progress=progress).load(source)


class Loader:
    """Takes rows in order and fills the views of one DuckDB connection."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        *,
        as_of: date | None = None,
        known_on: date | None = None,
        progress: Callable[[int], None] | None = None,
        laid: bool = False,
        reads: Collection[str] | None = None,
    ) -> None:
        """Take a connection; `laid` says that its empty tables are there already.

        `reads` names the tables that will be read, where not all may be: no other view is made, so that
        nobody finds one empty. Every entry is read, judged and counted all the same.
        """
        self._connection = connection
        self._reads = reads
        self._views = views_read(reads)
        self._laid = laid
        self._as_of = as_of
        self._known_on = known_on
        self._cutoff = AFTER_ALL if known_on is None else end_of_day(known_on)
        self._progress = progress
        self._sorter = Sorter(self._cutoff)
        self._findings = self._sorter.findings

    @property
    def known_until(self) -> datetime | None:
        """The last moment (UTC) of which what was recorded counts; None: all does."""
        if self._known_on is None:
            return None
        return datetime.fromisoformat(self._cutoff).replace(tzinfo=None) - timedelta(microseconds=1)

    def load(self, source: Source) -> Loaded:
        """Load everything a source has, cut and amended.

        Raises:
            duckdb.Error: the engine could not work (disk full, memory limit).

        """
        if not self._laid:
            lay_out(self._connection, self._reads)
        with spooling(self._connection, self._views) as spool:
            first = self._take_sealed(source.sealed(), spool)
            self._take_all(self._rest(source, first, spool), spool)
            spool.finish()
            filled = sorted(spool.filled)
            if self.known_until is not None:
                self._take_out(filled, "recorded_at", self.known_until)
            as_of = self._day_in_question(filled)
            # first what is known is put right, then the cut: so does the fold of a case
            self._amend(source, spool)
            spool.finish()
        self._take_out(filled, "effective_on", as_of)
        self._connection.execute(
            "INSERT INTO parameters VALUES (?, ?)",
            [as_of, self._known_on],
        )
        return Loaded(
            position=self._sorter.position,
            as_of=as_of,
            known_on=self._known_on,
            entries=self._fill_entry(filled),
            findings=tuple(self._findings),
        )

    def _fill_entry(self, filled: list[str]) -> int:
        """Fill ``entry`` if it is read; return how many entries there are."""
        counted = filled
        if self._reads is None or "entry" in self._reads:
            views = {view.name: view for view in self._views.values() if view.name in filled}
            if views:
                self._connection.execute(entry_sql(views.values()))
            counted = ["entry"]
        parts = [f"SELECT count(*) FROM {quoted(name)}" for name in counted]  # noqa: S608
        found = self._connection.execute(" UNION ALL ".join(parts)).fetchall() if parts else []
        self._connection.execute(f"DROP TABLE IF EXISTS {quoted(OTHER.name)}")
        return sum(count for (count,) in found)

    def _last(self, filled: list[str], column: str) -> dict[str, Any]:
        """Return the greatest value of a column of the envelope in each view that has rows."""
        parts = [f"SELECT {literal(name)}, max({column}) FROM {quoted(name)}" for name in filled]  # noqa: S608
        if not parts:
            return {}
        found = self._connection.execute(" UNION ALL ".join(parts)).fetchall()
        return {name: value for name, value in found if value is not None}

    def _day_in_question(self, filled: list[str]) -> date:
        if self._as_of is not None:
            return self._as_of
        last = self._last(filled, "recorded_at").values()
        return china_day(max(last).isoformat()) if last else FIRST_DAY

    def _take_out(self, filled: list[str], column: str, bound: date) -> None:
        """Take out of the views what has a day or a moment after `bound`."""
        for name, last in self._last(filled, column).items():
            if last > bound:
                self._connection.execute(
                    f"DELETE FROM {quoted(name)} WHERE {column} > ?",  # noqa: S608
                    [bound],
                )

    def _take_sealed(self, runs: tuple[SealedRun, ...], spool: Spool) -> int:
        """Take the columns of sealed segments; return the first position that none has."""
        if not runs:
            return 0
        self._sorter.take(rows_to_decode(self._connection, runs), spool.lines)
        for name, sql in sealed_appends(runs, self._views):
            spool.append(name, sql)
        self._sorter.position = runs[-1].end - 1
        if self._progress is not None:
            self._progress(runs[-1].end)
        return runs[-1].end

    def _rest(self, source: Source, first: int, spool: Spool) -> Iterable[HostileRow]:
        """Take what several processes sort; return the rows that are left."""
        if not isinstance(source, SharedSource):
            return source.rows(first)
        threads: int = self._connection.execute("SELECT current_setting('threads')").fetchall()[0][
            0
        ]
        for part in source.sorted_spans(first, self._cutoff, threads):
            if part is None:
                # read without a condition: a row that has no position comes in no range
                taken = range(first, self._sorter.position + 1)
                return (r for r in source.rows(first) if type(r[0]) is not int or r[0] not in taken)
            self._sorter.join(part)
            for name, lines in part.lines.items():
                spool.lines[name].append(lines)
            spool.pass_on(least=1)
            if self._progress is not None:
                self._progress(part.stop)
        return source.rows(max(first, self._sorter.position + 1))

    def _take_all(self, rows: Iterable[HostileRow], spool: Spool) -> None:
        """Check every row and its record, and sort the records by type."""
        taken = self._sorter.position + 1
        for count, page in enumerate(read_ahead(rows, ROWS_A_PAGE), start=1):
            self._findings.extend(gaps(page, self._sorter.position))
            self._sorter.take(page, spool.lines)
            spool.pass_on()
            if self._progress is not None and not count % PAGES_A_REPORT:
                self._progress(taken + count * ROWS_A_PAGE)

    def _amend(self, source: Source, spool: Spool) -> None:
        """Put corrections in place and take annulled entries out, as `domain.recorded` says."""
        amendments_of: list[tuple[Any, ...]] = []
        versions_of: list[tuple[Any, ...]] = []
        outdated: dict[str, list[int]] = {}
        for stream, known in self._sorter.amendments.items():
            originals = dict(self._targets(source, stream, known))
            given = {at: recorded_of(entry.envelope, at) for at, entry in originals.items()}
            self._report_misfits(stream, known, given)
            amendments_of += amendment_rows(known)
            versions_of += map(version_row, versions(given, known))
            given.update((e.position, e) for e in known)
            live = {e.position: e for e in amended(given[at] for at in sorted(given))}
            for position, before in given.items():
                after = live.get(position)
                if after is before:
                    continue
                original = originals[position]
                into = self._views[original.view.type_name].name
                outdated.setdefault(into, []).append(position)
                if after is not None:
                    changed = original.with_event(after.event, after.effective_on).line
                    spool.lines[original.view.type_name.encode()].append(
                        LINE % (position, changed[1:])
                    )
        self._take_out_amended(outdated)
        self._keep("entry_amendment", amendments_of)
        self._keep("entry_version", versions_of)

    def _take_out_amended(self, outdated: dict[str, list[int]]) -> None:
        """Take out what no longer stands as it was recorded."""
        # all at once: the engine takes a millisecond for a statement, whatever it is about
        for name, positions in outdated.items():
            self._connection.execute(
                f"DELETE FROM {quoted(name)} WHERE position IN (SELECT unnest(?::BIGINT[]))",  # noqa: S608
                [positions],
            )

    def _keep(self, table: str, rows: list[tuple[Any, ...]]) -> None:
        """Put rows into a table that is not a view: how entries stood, and what amended them."""
        if rows:
            columns = ", ".join(f"unnest(?::{kind}[])" for _, kind in BESIDE_COLUMNS[table])
            self._connection.execute(
                f"INSERT INTO {table} SELECT {columns}",
                [list(column) for column in zip(*rows, strict=True)],
            )

    def _report_misfits(
        self, stream: str, known: list[Recorded], given: dict[int, Recorded]
    ) -> None:
        """Report corrections and annulments that change nothing, as they fit no entry."""
        for entry in known:
            match entry.event:
                case EntryCorrected(position=at) as event:
                    # an amendment is annulled and made anew: no correction changes it
                    fits = at in given and corrected(given[at], event) is not None
                case EntryAnnulled(position=at):
                    fits = at in given or any(e.position == at for e in known)
                case _:
                    fits = True
            if not fits:
                self._findings.append(
                    Finding(
                        code=MISFIT,
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
        named = {at for at in named if at <= self._sorter.position}
        for position in sorted(named):
            row = source.row_at(position)
            if row is None or row_finding(row, position - 1) or row[0] != position:
                continue
            try:
                entry = read_record(row[1])
            except EntryError:
                continue  # reported when it was read in its order
            envelope = entry.envelope
            if envelope.stream == stream and envelope.recorded_at < self._cutoff:
                yield position, entry
