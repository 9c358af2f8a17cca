"""One window of rows, and what checking it gives: small values that can travel between processes.

Windows are aligned (`CHUNK_ROWS` positions from a multiple of it), so that each gives whole tiles
of the tree and can be checked in any process.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, NamedTuple, Protocol

from aidledger.ledger.entry import Entry
from aidledger.ledger.finding import Finding
from aidledger.ledger.tree import HASH_BYTES, TILE_WIDTH, root_of_leaves

CHUNK_ROWS: Final = 16 * TILE_WIDTH

POSITION_LIMIT: Final = 2**53 - 1

Fault = tuple[str, str, str, str]
"""Code, field, expected, found."""


class Heads(NamedTuple):
    """What chains some records, column by column, as it is written: none holds a newline.

    `prevs` are hex, and nothing where a stream begins. `found` names types and which of the records
    are of it, where every one of them has the form of its type and was not decoded.
    """

    types: Sequence[bytes]
    causes: Sequence[bytes]
    prevs: Sequence[bytes]
    times: Sequence[bytes]
    streams: Sequence[bytes]
    versions: Sequence[bytes]
    found: Sequence[tuple[bytes, Sequence[int]]] = ()


class CheckData(Protocol):
    """Reads the data of entries as their types."""

    def heads(self, records: Sequence[bytes]) -> Heads | None:
        """Return what chains records of which each is strict and right; None where one may not be."""

    def all_right(self, entries: Sequence[Entry]) -> bool:
        """Say yes only if nothing is wrong with any; no means that each has to be looked at."""

    def faults(self, entry: Entry) -> Iterable[Fault]:
        """Name what is wrong with one."""


COLUMNS: Final = ("position", "stream", "version", "type", "recorded_at", "record", "leaf_hash")


Reader = Callable[[int, int | None], Iterable[Any]]
"""Reads the rows from a position up to, not including, another (None: all after it), in order."""


class Job(NamedTuple):
    """One window to check: `start` is its first position, `keep_tile` the head's unfinished one."""

    start: int
    rows: list[Any]
    keep_tile: int
    check_data: CheckData | None


class Span(NamedTuple):
    """One whole window to read and check where the work is done; nothing but this travels there."""

    start: int
    read: Reader
    keep_tile: int
    check_data: CheckData | None


class Link(NamedTuple):
    """One entry's place in its stream, from a window that has damage.

    `prev` is False where the link is unknown. `leaf` is the hash that the next entry should name
    (no bytes if unknown), `other` what it may name too: the stored one where the two differ.
    """

    position: int | None
    stream: str
    version: int
    prev: str | bool | None
    leaf: bytes
    other: bytes


class Tile(NamedTuple):
    """Root of one whole tile: of the records' own hashes, and of the stored ones if they differ."""

    number: int
    root: bytes | None
    stored_root: bytes | None


class Edge(NamedTuple):
    """Leaves of one tile, for the end of the tree: the records' own and the stored ones."""

    number: int
    leaves: list[bytes | None]
    stored: list[bytes | None]


class Run(NamedTuple):
    """Neighbours of one cause and time."""

    length: int
    recorded_at: str
    cause: str


class Columns(NamedTuple):
    """What joins the rows of a window without fault, packed: few large values travel fast.

    `streams` has a line for each row, `leaves` and `prevs` 32 bytes; where a stream
    begins, `prevs` has zeros. `runs` cover the rows one after the other.
    """

    streams: str
    versions: list[int]
    leaves: bytes
    prevs: bytes
    runs: list[Run]


class Ends(NamedTuple):
    """Where the streams of a run of entries without fault begin and end, and its two times.

    `streams` has a line for each; its first entry is at a position and has a version (`firsts`) and
    names a hash (`prevs`, 32 bytes each, zeros where the stream begins); its last has a version
    (`lasts`) and a leaf hash (`leaves`, 32 bytes each).
    """

    streams: str
    firsts: list[tuple[int, int]]
    prevs: bytes
    lasts: list[int]
    leaves: bytes
    times: tuple[str, str]


class Chunk(NamedTuple):
    """What one window gave. `stop` is the position after its last; `missing` are half-open spans.

    A window without fault gives `columns`; otherwise that is None and `links` has what could be
    read.
    `times` are (position, recorded_at) to be joined: first and last where the window is in order,
    otherwise all. `last_times` are what the head may give as the time of the last entry.
    """

    start: int
    stop: int
    row_count: int
    findings: list[Finding]
    missing: list[tuple[int, int]]
    columns: Columns | None
    links: list[Link]
    times: list[tuple[int | None, str]]
    last_times: tuple[str, ...]
    tiles: list[Tile]
    edges: list[Edge]


def hashes_of(packed: bytes) -> list[bytes]:
    """Take packed hashes apart."""
    return [packed[at : at + HASH_BYTES] for at in range(0, len(packed), HASH_BYTES)]


def tiles_of(
    start: int, leaves: list[Any], stored: list[Any], keep_tile: int
) -> tuple[list[Tile], list[Edge]]:
    """Roots of the whole tiles, and the leaves of the last and of the wanted one."""
    tiles, edges = [], []
    for at in range(0, len(leaves), TILE_WIDTH):
        number = (start + at) // TILE_WIDTH
        own, kept = leaves[at : at + TILE_WIDTH], stored[at : at + TILE_WIDTH]
        if len(own) == TILE_WIDTH:
            root = None if None in own else root_of_leaves(own)
            same = own == kept
            stored_root = None if same or None in kept else root_of_leaves(kept)
            tiles.append(Tile(number, root, stored_root))
        if len(own) < TILE_WIDTH or number == keep_tile:
            edges.append(Edge(number, own, kept))
    return tiles, edges


def position_of(row: Any) -> int | None:
    """Position that a hostile row claims, None if it claims none."""
    try:
        position = row[0]
    except (TypeError, IndexError, KeyError):
        return None
    return position if type(position) is int else None


def sane_position(position: Any) -> int | None:
    """Give a position that a finding may name (0 to 2^53), None for any other value."""
    return position if type(position) is int and 0 <= position <= POSITION_LIMIT else None
