"""The Merkle tree over all entries: RFC 6962 section 2.1 (the same in RFC 9162), with SHA-256.

leaf = SHA-256(0x00 || record), node = SHA-256(0x01 || left || right), the empty tree is SHA-256 of
nothing, and a tree of n leaves splits at the largest power of two below n; an odd node is carried
up, never doubled. Nodes worth keeping are the *tiles* (C2SP tlog-tiles): at level L >= 1 node
number i is the root of leaves [i * 256**L, (i + 1) * 256**L), written once, when it is complete.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

HASH_BYTES: Final = 32
TILE_HEIGHT: Final = 8
TILE_WIDTH: Final = 1 << TILE_HEIGHT

LEAF_PREFIX: Final = b"\x00"
NODE_PREFIX: Final = b"\x01"

EMPTY_ROOT: Final = bytes.fromhex(
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
)
"""SHA-256 of no bytes: the root of a tree without leaves (not the hash of an empty leaf)."""


class TileNode(NamedTuple):
    """One complete tile's root: `level` >= 1, `idx` among its level, `hash` of 32 bytes."""

    level: int
    idx: int
    hash: bytes


def leaf_hash(record: bytes) -> bytes:
    """Hash the exact bytes of a record as a leaf (32 bytes)."""
    return hashlib.sha256(LEAF_PREFIX + record).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two children, in their order, as their parent (32 bytes)."""
    return hashlib.sha256(NODE_PREFIX + left + right).digest()


def parents(row: Sequence[bytes]) -> list[bytes]:
    """Hash each two neighbours of a row of nodes; an odd last one has no parent here."""
    sha256 = hashlib.sha256  # looked up once: most of all hashing happens in this loop
    pairs = iter(row)
    return [
        sha256(NODE_PREFIX + left + right).digest()
        for left, right in zip(pairs, pairs, strict=False)
    ]


def root_of_leaves(leaves: Sequence[bytes]) -> bytes:
    """Root of the tree over these leaf hashes, level by level, carrying an odd node up."""
    if not leaves:
        return EMPTY_ROOT
    row = leaves
    while len(row) > 1:
        above = parents(row)
        if len(row) % 2:
            above.append(row[-1])
        row = above
    return row[0]


def split_size(size: int) -> int:
    """Largest power of two below `size` (size >= 2): where RFC 6962 divides a tree."""
    return 1 << ((size - 1).bit_length() - 1)


def subtree_spans(size: int) -> Iterator[tuple[int, int]]:
    """Yield (first leaf, leaf count) of each perfect subtree in a tree of `size`, left to right."""
    start = 0
    for bit in range(size.bit_length() - 1, -1, -1):
        if size >> bit & 1:
            yield start, 1 << bit
            start += 1 << bit


class Frontier:
    """The right edge of a growing tree (a compact range): enough to append and to give the root.

    It holds one hash for each 1 bit of `size`, that of the perfect subtree of that size, the
    largest (leftmost) first. At most log2(size) + 1 hashes, whatever the ledger holds.
    """

    __slots__ = ("_peaks", "_size")

    def __init__(self) -> None:
        self._size = 0
        self._peaks: list[bytes] = []

    @classmethod
    def from_bytes(cls, size: int, data: bytes) -> Frontier:
        """Take up the edge that `to_bytes` gave at this size.

        Raises:
            ValueError: the number of hashes does not belong to the size.
        """
        if size < 0 or len(data) != size.bit_count() * HASH_BYTES:
            raise ValueError(
                f"frontier of size {size}: expected {max(size, 0).bit_count() * HASH_BYTES} bytes,"
                f" found {len(data)}"
            )
        frontier = cls()
        frontier._size = size
        frontier._peaks = [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]
        return frontier

    @property
    def size(self) -> int:
        """Number of leaves so far."""
        return self._size

    def to_bytes(self) -> bytes:
        """Hashes of the perfect subtrees, largest first, one after the other."""
        return b"".join(self._peaks)

    def copy(self) -> Frontier:
        """Take an independent frontier at the same place, to try an append on."""
        other = Frontier()
        other._size = self._size
        other._peaks = self._peaks.copy()
        return other

    def append(self, leaf: bytes) -> list[TileNode]:
        """Add one leaf hash; return the tile nodes that it completes, lowest level first."""
        return self._push(leaf, 0)

    def extend(self, leaves: Iterable[bytes]) -> list[TileNode]:
        """Add leaf hashes in order; return every tile node completed, in the order completed."""
        rows = leaves if isinstance(leaves, list) else list(leaves)
        completed: list[TileNode] = []
        at = 0
        while at < len(rows):
            # the largest aligned run, at most a whole tile: hashed as one block, merged once
            room = (self._size & -self._size) or TILE_WIDTH
            width = min(room, TILE_WIDTH, 1 << ((len(rows) - at).bit_length() - 1))
            block = rows[at : at + width] if width > 1 else rows[at : at + 1]
            completed += self._push(root_of_leaves(block), width.bit_length() - 1)
            at += width
        return completed

    def push_tile(self, root: bytes) -> list[TileNode]:
        """Add a complete tile of 256 leaves by its root; `size` must stand at a tile's border."""
        if self._size % TILE_WIDTH:
            raise ValueError(f"size {self._size}: expected a multiple of {TILE_WIDTH}")
        return self._push(root, TILE_HEIGHT)

    def root(self) -> bytes:
        """Root of the tree over all leaves so far (32 bytes)."""
        if not self._peaks:
            return EMPTY_ROOT
        root = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            root = node_hash(peak, root)
        return root

    def _push(self, root: bytes, height: int) -> list[TileNode]:
        """Add a perfect subtree of 2**height leaves and merge it with its equals to the left."""
        size = self._size
        peaks = self._peaks
        self._size = size + (1 << height)
        completed: list[TileNode] = []
        while True:
            if height and not height % TILE_HEIGHT:
                completed.append(TileNode(height // TILE_HEIGHT, size >> height, root))
            if not size >> height & 1:
                break
            root = hashlib.sha256(NODE_PREFIX + peaks.pop() + root).digest()
            height += 1
        peaks.append(root)
        return completed
