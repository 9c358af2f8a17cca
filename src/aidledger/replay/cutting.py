"""A log as it stood at a size: what was recorded later is not there, amendments included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import takewhile

from aidledger.replay.loading import SharedSource, Source
from aidledger.replay.rows import HostileRow
from aidledger.replay.sealed import SealedRun
from aidledger.replay.sorting import Sorted


class UpTo:
    """The first `size` entries of a source, as a source."""

    def __init__(self, source: Source, size: int) -> None:
        self._source = source
        self._size = size

    def sealed(self) -> tuple[SealedRun, ...]:
        """Return the sealed segments that end within the size."""
        return tuple(takewhile(lambda run: run.end <= self._size, self._source.sealed()))

    def sorted_spans(self, first: int, cutoff: str, processes: int) -> Iterator[Sorted | None]:
        """Yield the ranges that end within the size."""
        if isinstance(self._source, SharedSource):
            for part in self._source.sorted_spans(first, cutoff, processes):
                if part is not None and part.stop > self._size:
                    return
                yield part

    def rows(self, first: int = 0) -> Iterable[HostileRow]:
        """Return the rows at positions below the size; what has no position is judged as ever."""
        return self._rows(first)

    def row_at(self, position: int) -> HostileRow | None:
        """Return the row of a position below the size."""
        return self._source.row_at(position) if position < self._size else None

    def _rows(self, first: int) -> Iterator[HostileRow]:
        for row in self._source.rows(first):
            if type(row) is tuple and row and type(row[0]) is int and row[0] >= self._size:
                return
            yield row
