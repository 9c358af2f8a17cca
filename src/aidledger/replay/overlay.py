"""What Spark reads: the sealed segments where they lie, and beside them only what is not in their columns.

The columns of a segment say how its entries were recorded. What came later is small and is loaded as ever:
the live tail, the amendments, and each amended entry as it stands now. Together with the positions
that are taken out, and with both cuts, they give the views that `loading` gives.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Final

import duckdb
import msgspec

from aidledger.replay.loading import Loaded, Loader, Source, china_day
from aidledger.replay.models import loaded_tables
from aidledger.replay.patterns import AMENDING_TYPES
from aidledger.replay.rows import HostileRow
from aidledger.replay.sealed import SealedRun, file_of
from aidledger.replay.views import literal, parquet_sql, quoted, view_name

_AMENDING: Final = frozenset(map(view_name, AMENDING_TYPES))


class SealedViews(msgspec.Struct, frozen=True, kw_only=True):
    """The columns of sealed segments: files by view, and what of them does not count.

    Rows recorded after `known_until` (UTC) or of a day after `as_of` don't; `taken_out` are the
    positions, by view, that were annulled or stand in the overlay as they were corrected.
    """

    files: dict[str, tuple[str, ...]]
    as_of: date
    known_until: datetime | None = None
    taken_out: dict[str, tuple[int, ...]] = {}


def load_beside(
    connection: duckdb.DuckDBPyConnection,
    source: Source,
    *,
    as_of: date | None = None,
    known_on: date | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[Loaded, SealedViews]:
    """Load what a source has beside the columns of its segments; say what of those counts.

    Args:
        connection: whose views are filled; its engine looks at days and times of the segments only.
        source: as `Loader.load` has it.
        as_of: the day the question is about; default: that of the last entry, sealed or not.
        known_on: leave out what was recorded after that day.
        progress: told of rows read.

    Raises:
        duckdb.Error: the engine could not work, or a file is gone.

    """
    runs = source.sealed()
    files: dict[str, tuple[str, ...]] = {}
    for run in runs:
        for name in sorted(run.views - _AMENDING):
            files[name] = (*files.get(name, ()), file_of(run.folder, name))
    loader = _BesideLoader(connection, files, as_of=as_of, known_on=known_on, progress=progress)
    loaded = loader.load(_Beside(source, runs))
    sealed = SealedViews(
        files=files,
        as_of=loaded.as_of,
        known_until=loader.known_until,
        taken_out={name: tuple(positions) for name, positions in loader.taken_out.items()},
    )
    entries = loaded.entries + _count(connection, sealed)
    return msgspec.structs.replace(loaded, entries=entries), sealed


class _Beside:
    """A source whose segments have no columns but those of amendments, which are decoded."""

    def __init__(self, source: Source, runs: tuple[SealedRun, ...]) -> None:
        self._source, self._runs = source, runs

    def sealed(self) -> tuple[SealedRun, ...]:
        """Return the segments, with the views that are decoded."""
        return tuple(
            msgspec.structs.replace(run, views=run.views & _AMENDING) for run in self._runs
        )

    def rows(self, first: int = 0) -> Iterable[HostileRow]:
        """Return the rows from `first` on: those behind the segments."""
        return self._source.rows(first)

    def row_at(self, position: int) -> HostileRow | None:
        """Return the row of one position, sealed or not."""
        return self._source.row_at(position)


class _BesideLoader(Loader):
    """Loads as ever, and keeps in mind what it would have taken out of the sealed views."""

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        files: dict[str, tuple[str, ...]],
        *,
        as_of: date | None,
        known_on: date | None,
        progress: Callable[[int], None] | None,
    ) -> None:
        super().__init__(connection, as_of=as_of, known_on=known_on, progress=progress)
        self._sealed = files
        self.taken_out: dict[str, list[int]] = {}

    def _day_in_question(self, filled: list[str]) -> date:
        if self._as_of is not None:
            return self._as_of
        last = [*self._last(filled, "recorded_at").values()]
        paths = [path for several in self._sealed.values() for path in several]
        if paths:
            until = self.known_until
            found = self._connection.execute(
                f"SELECT max(recorded_at) FROM {_read(paths)} WHERE {_bound(until)}"  # noqa: S608
            ).fetchone()
            last += [moment for moment in found or () if moment is not None]
        return china_day(max(last).isoformat()) if last else super()._day_in_question(filled)

    def _take_out_amended(self, outdated: dict[str, list[int]]) -> None:
        super()._take_out_amended(outdated)
        self.taken_out = {name: found for name, found in outdated.items() if name in self._sealed}


def _count(connection: duckdb.DuckDBPyConnection, sealed: SealedViews) -> int:
    """Return how many sealed rows count."""
    total = 0
    for name, several in sealed.files.items():
        out = ", ".join(map(str, sealed.taken_out.get(name, ())))
        row = connection.execute(
            f"SELECT count(*) FROM {_read(several)} WHERE {_bound(sealed.known_until)} "  # noqa: S608
            f"AND effective_on <= {literal(sealed.as_of.isoformat())}::DATE"
            + (f" AND position NOT IN ({out})" if out else "")
        ).fetchone()
        total += int(row[0]) if row else 0
    return total


def _bound(until: datetime | None) -> str:
    return "true" if until is None else f"recorded_at <= {literal(until.isoformat())}::TIMESTAMP"


def _read(paths: Iterable[str]) -> str:
    return parquet_sql(*paths, more=", union_by_name = true")


def drop_views(connection: duckdb.DuckDBPyConnection) -> None:
    """Drop the views: what lies beside segments must not be taken for the whole."""
    for name in sorted(loaded_tables() - {"parameters"}):
        connection.execute(f"DROP TABLE {quoted(name)}")
