"""Holds the table of batches against windows without fault, run by run instead of row by row.

It says yes or no. Where it says no, `BatchCheck` reads every row and names what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable

from aidledger.ledger.tree import TILE_WIDTH, Frontier
from aidledger.ledger.window import Chunk, hashes_of
from aidledger.services.ladder.batchcheck import form_fault
from aidledger.store.loose import loose_cause
from aidledger.store.port import StoredBatch


class BatchRuns:
    """Sees the windows in their order; each batch has its cause, its time and the root after it.

    Whole tiles come with their roots: only the leaves before the end of a batch inside of a tile
    are hashed here once more.
    """

    def __init__(self, batches: Iterable[StoredBatch]) -> None:
        """Take the batches, in position order."""
        self._batches = iter(batches)
        self._causes: set[str] = set()
        self._batch: StoredBatch | None = None
        self._stop = 0
        self._whole = Frontier()
        """Up to the last border of a tile."""
        self._partial = Frontier()
        """The same, and beyond it as far as a batch has ended."""
        self._pending: list[bytes] = []
        """Leaves after it."""
        self._loose: list[bytes] = []
        """All leaves so far of a batch without request, which they name."""

    def agree(self, chunk: Chunk) -> bool:
        """Whether the batches of this window's entries are right, so far as they have ended."""
        if chunk.columns is None:
            return False
        leaves, position = hashes_of(chunk.columns.leaves), chunk.start
        roots = {tile.number: tile.root for tile in chunk.tiles}
        for length, recorded_at, cause in chunk.columns.runs:
            end = position + length
            while position < end:
                batch = self._batch_at(position)
                if batch is None or not _fits(batch, recorded_at, cause):
                    return False
                border = position - position % TILE_WIDTH + TILE_WIDTH
                stop = min(end, self._stop, border)
                here = leaves[position - chunk.start : stop - chunk.start]
                self._pending += here
                if batch.request_digest == b"":
                    self._loose += here
                if stop == border and not self._close_tile(roots.get(position // TILE_WIDTH)):
                    return False
                if stop == self._stop and not self._ends(batch):
                    return False
                position = stop
        return True

    def finish(self) -> bool:
        """Whether every batch has had all its entries, and there is no other."""
        return next(self._batches, None) is None and self._whole.size + self._rest() == self._stop

    def _rest(self) -> int:
        return self._partial.size - self._whole.size + len(self._pending)

    def _batch_at(self, position: int) -> StoredBatch | None:
        """Return the batch of a position, if the next one begins there."""
        if position < self._stop:
            return self._batch
        batch = next(self._batches, None)
        if (
            batch is None
            or form_fault(batch)
            or batch.position != self._stop
            or batch.cause in self._causes
        ):
            return None
        self._causes.add(batch.cause)
        self._batch, self._stop = batch, batch.position + batch.count
        return batch

    def _close_tile(self, root: bytes | None) -> bool:
        """Go over the border of a tile whose root is known."""
        if root is None:
            return False
        self._whole.push_tile(root)
        self._partial = self._whole.copy()
        self._pending.clear()
        return True

    def _ends(self, batch: StoredBatch) -> bool:
        """Whether the root after a batch is its own, and its name where its entries give it."""
        self._partial.extend(self._pending)
        self._pending.clear()
        named = loose_cause(self._loose) if self._loose else batch.cause
        self._loose.clear()
        return (batch.root, batch.cause) == (self._partial.root(), named)


def _fits(batch: StoredBatch, recorded_at: str, cause: str) -> bool:
    """Whether entries of this time and cause may be of the batch; those without request may all."""
    return batch.request_digest == b"" or (batch.recorded_at, batch.cause) == (recorded_at, cause)
