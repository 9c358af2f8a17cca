"""Verifies a ledger that is being written to: what came after its head was read is left out.

Head, rows, nodes and batches are read one after the other; an append in between would look like
damage. What is left out must lie below the head read afterwards, so nothing hides behind a move.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from aidledger.ledger.tree import TILE_WIDTH
from aidledger.store.port import HostileRow, LedgerStore, StoredBatch

_LEVELS: Final = 8
"""A tree of whole positions has no node above; what claims to be one is not left out."""


class Until:
    """A store's rows, nodes and batches as far as a head of ``size`` entries reaches."""

    def __init__(self, store: LedgerStore, size: int) -> None:
        self._store = store
        self._size = size
        self._reached = size

    def rows(self) -> Iterator[HostileRow]:
        """Yield the rows that are not of a later entry."""
        for row in self._store.read():
            if not self._later(row[0], 1):
                yield row

    def nodes(self) -> Iterator[HostileRow]:
        """Yield the nodes that were not completed later."""
        for row in self._store.read_nodes():
            level, index = row[0], row[1]
            whole = type(level) is int and 0 < level <= _LEVELS and type(index) is int
            if not (whole and index >= 0 and self._later(0, (index + 1) * TILE_WIDTH**level)):
                yield row

    def batches(self) -> Iterator[StoredBatch]:
        """Yield the batches that are not of later entries."""
        for batch in self._store.read_batches():
            if not self._later(batch.position, 1):
                yield batch

    def within(self, head: HostileRow | None) -> bool:
        """Whether all that was left out belongs to the entries of a head that was read later."""
        size: Any = head[0] if head else None
        return type(size) is int and self._reached <= size

    def _later(self, position: Any, width: int) -> bool:
        """Whether something ends behind the head; how far such things reach is kept."""
        if type(position) is not int or position < 0 or position + width <= self._size:
            return False
        self._reached = max(self._reached, position + width)
        return True
