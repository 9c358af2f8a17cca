"""Proofs from tiles: of a tree of any size, reading one or two tiles of each level and nothing else.

Tile *number* of level *L* holds the nodes 256 * number to 256 * number + 255 of that level, the last
tile fewer (FORMAT section 4; C2SP tlog-tiles). Where tiles come from is the caller's business: rows
of a database, files of a folder. What they say proves nothing before the proof was checked against
a root that somebody signed (`ledger.proof`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from aidledger.ledger.proof import ProofError
from aidledger.ledger.strict import SIZE_LIMIT
from aidledger.ledger.tiles import TileFile
from aidledger.ledger.tree import (
    EMPTY_ROOT,
    HASH_BYTES,
    TILE_HEIGHT,
    TILE_WIDTH,
    node_hash,
    parents,
    split_size,
    subtree_spans,
)

MAX_TILES: Final = 512

ReadTile: TypeAlias = Callable[[TileFile], Sequence[bytes]]
"""Gives the hashes of a tile of the tree: `width` of them, 32 bytes each, or of any other form."""


class TiledTree:
    """The tree over the first `size` leaves, of which only the tiles that are needed are read.

    Kept for many proofs it holds the roots along its right edge, which they share, and the tiles that
    were used last, with the nodes inside them: at most `MAX_TILES`, some 20 MB.
    """

    def __init__(self, size: int, read_tile: ReadTile) -> None:
        """Begin with nothing read. Raises ProofError for an impossible size."""
        if type(size) is not int or not 0 <= size <= SIZE_LIMIT:
            raise ProofError(f"size: expected 0 to {SIZE_LIMIT}")
        self.size = size
        self._read_tile = read_tile
        self._tiles: OrderedDict[tuple[int, int], list[Sequence[bytes]]] = OrderedDict()
        self._peaks = list(subtree_spans(size))
        self._starts = [first for first, _ in self._peaks]
        self._edge: dict[int, bytes] = {}
        self._joins: dict[int, list[bytes]] = {}

    def leaf(self, index: int) -> bytes:
        """Hash of leaf `index` as its tile says. Raises ProofError."""
        if not 0 <= index < self.size:
            raise ProofError(f"index: expected below {self.size}, found {index}")
        return self._perfect(index, 0)

    def root(self) -> bytes:
        """Root of the tree (32 bytes). Raises ProofError where a tile is not of its form."""
        return self._root(0, self.size)

    def inclusion(self, index: int) -> list[bytes]:
        """Siblings from leaf `index` up to the root (RFC 9162 section 2.1.3.1).

        Raises:
            ProofError: there is no such leaf, or a tile is not of its form.
        """
        if not 0 <= index < self.size:
            raise ProofError(f"index: expected below {self.size}, found {index}")
        first, count = self._peaks[bisect_right(self._starts, index) - 1]
        height = count.bit_length() - 1
        proof: list[bytes] = []
        node = index
        for level in range((height + TILE_HEIGHT - 1) // TILE_HEIGHT):
            rows = self._tile(level, node >> TILE_HEIGHT)
            at = node % TILE_WIDTH
            for row in rows[: height - TILE_HEIGHT * level]:
                proof.append(row[at ^ 1])
                at >>= 1
            node >>= TILE_HEIGHT
        return proof + self._beside(first, height)

    def consistency(self, old_size: int) -> list[bytes]:
        """Proof that the tree extends its first `old_size` leaves (RFC 9162 section 2.1.4.1).

        Raises:
            ProofError: `old_size` is 0 or above the size, or a tile is not of its form.
        """
        if not 0 < old_size <= self.size:
            raise ProofError(f"old size: expected 1 to {self.size}, found {old_size}")
        start, stop, whole, proof = 0, self.size, True, []
        while old_size != stop:
            middle = start + split_size(stop - start)
            if old_size <= middle:
                proof.append(self._root(middle, stop))
                stop = middle
            else:
                proof.append(self._root(start, middle))
                start, whole = middle, False
        if not whole:
            proof.append(self._root(start, stop))
        return proof[::-1]

    def _beside(self, first: int, height: int) -> list[bytes]:
        """Give what joins a perfect subtree at the edge: all that lies right of it, then left."""
        known = self._joins.get(first)
        if known is None:
            stop = first + (1 << height)
            known = [self._root(stop, self.size)] if stop < self.size else []
            known += [
                self._perfect(start, count.bit_length() - 1)
                for start, count in reversed(self._peaks)
                if start < first
            ]
            self._joins[first] = known
        return known

    def _root(self, start: int, stop: int) -> bytes:
        """Root over leaves `start` to `stop`, where RFC 6962 divides a tree."""
        if start == stop:
            return EMPTY_ROOT
        if stop == self.size:
            if start not in self._edge:
                self._edge[start] = self._peaks_root(start, stop)
            return self._edge[start]
        return self._peaks_root(start, stop)

    def _peaks_root(self, start: int, stop: int) -> bytes:
        *peaks, root = (
            self._perfect(start + first, count.bit_length() - 1)
            for first, count in subtree_spans(stop - start)
        )
        for peak in reversed(peaks):
            root = node_hash(peak, root)
        return root

    def _perfect(self, start: int, height: int) -> bytes:
        """Root of the perfect subtree of 2**height leaves that begins at leaf `start`."""
        level, inside = divmod(height, TILE_HEIGHT)
        first = start >> TILE_HEIGHT * level
        return self._tile(level, first >> TILE_HEIGHT)[inside][first % TILE_WIDTH >> inside]

    def _tile(self, level: int, number: int) -> list[Sequence[bytes]]:
        """Nodes of a tile by height inside it, each row as far as its subtrees are complete."""
        key = (level, number)
        known = self._tiles.get(key)
        if known is not None:
            self._tiles.move_to_end(key)
            return known
        nodes = self.size >> TILE_HEIGHT * level
        width = min(TILE_WIDTH, nodes - number * TILE_WIDTH)
        file = TileFile(level, number, width)
        row = self._read_tile(file)
        whole = set(map(type, row)) == {bytes} and set(map(len, row)) == {HASH_BYTES}
        if len(row) != width or not whole:
            raise ProofError(f"{file.path}: expected {width} hashes of {HASH_BYTES} bytes")
        rows = [row]
        while len(row) > 1 and len(rows) < TILE_HEIGHT:
            row = parents(row)
            rows.append(row)
        self._tiles[key] = rows
        if len(self._tiles) > MAX_TILES:
            self._tiles.popitem(last=False)
        return rows
