"""Joins checked segments, in their order, to the archive: chains, times and tree over all of them."""

from __future__ import annotations

from aidledger.archive.checking import Checked
from aidledger.ledger.finding import Finding
from aidledger.ledger.sequence import Chain, Positions, Times
from aidledger.ledger.tree import TILE_WIDTH, Frontier


class Join:
    """Takes segments in order; behind one that is missing it goes on with what the next one says."""

    def __init__(self, entries: int) -> None:
        self.findings: list[Finding] = []
        self.rows = 0
        self.stop = 0
        self.whole = True
        """Whether every record so far was there: without that there is no root."""
        self.entries = entries
        self._chain = Chain()
        self._times = Times()
        self._positions = Positions()
        self._tiles: list[bytes] = []

    def take(self, checked: Checked) -> None:
        """Take the next segment."""
        found = self.findings
        read = checked.read
        first = checked.number * self.entries
        self.stop = first + self.entries
        found += checked.findings
        self.rows += read.rows
        if read.ends is None and not read.chunks:
            self.whole = False
            self._chain.forget()
            self._positions.stop = self.stop
            return
        if read.ends is not None:
            found += self._positions.join(first, self.stop, [])
            found += self._chain.join_ends(read.ends)
            for position, time in zip((first, self.stop - 1), read.ends.times, strict=True):
                found += self._times.join(position, time)
        for chunk in read.chunks:
            found += self._positions.join(chunk.start, chunk.stop, chunk.missing)
            found += chunk.findings
            for link in chunk.links:
                found += self._chain.join(link)
            for at, time in chunk.times:
                found += self._times.join(at, time)
        roots = [tile.root for tile in read.tiles if tile.root is not None]
        self._tiles += roots
        self.whole = self.whole and len(roots) * TILE_WIDTH == self.entries

    def finish(self) -> str:
        """Report what is left in doubt; return the root (hex), empty where records are missing."""
        self.findings += [*self._positions.finish(), *self._times.finish()]
        frontier = self.frontier(self.stop)
        return "" if frontier is None else frontier.root().hex()

    def frontier(self, size: int) -> Frontier | None:
        """Return the edge of the tree at the last tile's border up to `size`; None if it isn't known."""
        tiles = size // TILE_WIDTH
        if not self.whole or size > self.stop or len(self._tiles) < tiles:
            return None
        frontier = Frontier()
        for root in self._tiles[:tiles]:
            frontier.push_tile(root)
        return frontier
