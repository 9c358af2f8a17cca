"""A log as it stood at a size: what was recorded later is not there, amendments included."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aidledger.replay.loading import HostileRow, Source


class UpTo:
    """The first `size` entries of a source, as a source."""

    def __init__(self, source: Source, size: int) -> None:
        self._source = source
        self._size = size

    def rows(self) -> Iterable[HostileRow]:
        """Return the rows at positions below the size; what has no position is judged as ever."""
        return self._rows()

    def row_at(self, position: int) -> HostileRow | None:
        """Return the row of a position below the size."""
        return self._source.row_at(position) if position < self._size else None

    def _rows(self) -> Iterator[HostileRow]:
        for row in self._source.rows():
            if type(row) is tuple and row and type(row[0]) is int and row[0] >= self._size:
                return
            yield row
