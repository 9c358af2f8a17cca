"""A store as the loader of the read models reads it: its archive, its rows, and who reads them."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from typing import Final

from aidledger.replay.rows import HostileRow
from aidledger.replay.sealed import SealedRun
from aidledger.replay.sorting import Sorted, Span, sort_span
from aidledger.services.archives.segments import archive_folder, sealed_runs
from aidledger.services.ladder.reader import RecordReader, count_rows
from aidledger.services.sharing import PARALLEL_FROM, others, shared_answers
from aidledger.store.port import LedgerStore

SPAN_ROWS: Final = 8_192
"""How many rows a process sorts before it gives them away: some megabytes."""


class StoreSource:
    """A store as the loader reads it, with the archive that lies beside the ledger."""

    def __init__(self, store: LedgerStore) -> None:
        self._store = store

    def sealed(self) -> tuple[SealedRun, ...]:
        """Return the segments of the archive that the log vouches for; none of them where all is asked anew.

        Raises:
            ServiceError: one of them is not as it was sealed.

        """
        # the log vouches for their bytes; that they are the columns of its records, `archive verify` says
        place = None if self._store.beside.anew else place_of(self._store)
        runs = () if place is None else sealed_runs(self._store, archive_folder(place))
        self._store.beside.sealed = runs[-1].end if runs else 0
        return runs

    def sorted_spans(self, first: int, cutoff: str, processes: int) -> Iterator[Sorted | None]:
        """Yield ranges of rows sorted in several processes, where there are rows enough for that.

        As many as there are positions: then no row lies outside the ranges, if each is whole.
        """
        place, size = place_of(self._store), self._store.head().size
        processes = min(processes, os.cpu_count() or 1)
        if (
            place is None
            or processes == 1
            or size - first < PARALLEL_FROM
            or count_rows(self._store) != size
        ):
            return
        reader = RecordReader(place)
        work = (
            Span(reader, start, min(start + SPAN_ROWS, size), cutoff)
            for start in range(first, size, SPAN_ROWS)
        )
        with others(processes - 1) as executor:
            yield from shared_answers(sort_span, self._sort_here, work, executor, processes - 1)

    def _sort_here(self, span: Span) -> Sorted | None:
        return sort_span(span._replace(read=self._store.read_records))

    def rows(self, first: int = 0) -> Iterable[HostileRow]:
        """Return (position, record) of every row from `first` on in position order."""
        return self._store.read_records(first)

    def row_at(self, position: int) -> HostileRow | None:
        """Return (position, record) of one position."""
        row = next(iter(self._store.read(position, position + 1)), None)
        return None if row is None else (row[0], row[5])


class Lacking:
    """Takes note where an answer lacks entries; made before they are read, as a log grows meanwhile."""

    def __init__(self, store: LedgerStore) -> None:
        """Learn how many entries there must be at least."""
        self._store = store
        size = (store.read_head_row() or (0,))[0]
        self._size = size if type(size) is int else 0

    def note(self, *, unread: int, position: int) -> None:
        """Note that some were unread, or that those behind the last one read are gone."""
        self._store.beside.lacks |= unread > 0 or position + 1 < self._size


def place_of(store: LedgerStore) -> str | None:
    """Return where a store lies, as far as it knows."""
    place = getattr(store, "path", None) or getattr(store, "location", None)
    return None if place is None else str(place)
