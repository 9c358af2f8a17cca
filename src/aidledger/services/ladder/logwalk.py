"""One pass over all entries for the rungs above the tree: roots at asked sizes, and who signed what.

Hashes come from the records' own bytes. Where a row's stored leaf hash is another, the log's own
checks name the row, and a root counts if it belongs to either of the two.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, NamedTuple, TypeAlias

from aidledger.ledger.proof import ProofError
from aidledger.ledger.tree import EMPTY_ROOT, HASH_BYTES, Frontier, leaf_hash
from aidledger.services.proofs.proving import stored_tree
from aidledger.store.port import HostileRow, LedgerStore

_FLUSH: Final = 4_096
"""Leaves kept before they are hashed together."""

See: TypeAlias = Callable[[int, bytes, bytes], None]
"""Told position, leaf hash and record of every readable row."""


class Roots(NamedTuple):
    """What a walk found: the rows in their places, and the possible roots at each asked size.

    `size` counts the entries there are, `at` knows no size behind the first row that is missing.
    """

    size: int
    at: dict[int, tuple[bytes, ...]]
    whole: bool


class _Edge:
    """A frontier that is fed leaf by leaf and hashes many at once."""

    def __init__(self, frontier: Frontier) -> None:
        self.frontier = frontier
        self.leaves: list[bytes] = []

    def add(self, leaf: bytes) -> None:
        self.leaves.append(leaf)
        if len(self.leaves) >= _FLUSH:
            self.flush()

    def flush(self) -> Frontier:
        self.frontier.extend(self.leaves)
        self.leaves = []
        return self.frontier


def walk(rows: Iterable[HostileRow], sizes: Iterable[int], see: See | None = None) -> Roots:
    """Read every row once; never raises on what they hold.

    Args:
        rows: the entries in position order.
        sizes: at which sizes of the log the root is wanted.
        see: told each row that has a position and a record.

    """
    wanted = set(sizes)
    found: dict[int, tuple[bytes, ...]] = {0: (EMPTY_ROOT,)} if 0 in wanted else {}
    own, other = _Edge(Frontier()), None
    expected, whole = 0, True
    for row in rows:
        position, record, stored = row[0], row[5], row[6]
        if type(position) is not int:
            whole = False
            continue
        readable = type(record) is bytes
        whole = whole and position == expected and readable
        expected = max(expected, position + 1)
        if not readable:
            continue
        leaf = leaf_hash(record)
        if see is not None:
            see(position, leaf, record)
        if not whole:
            continue
        if other is None and stored != leaf and type(stored) is bytes:
            other = _Edge(own.flush().copy())
        own.add(leaf)
        if other is not None:
            is_hash = type(stored) is bytes and len(stored) == HASH_BYTES
            other.add(stored if is_hash else leaf)
        if expected in wanted:
            edges = (own,) if other is None else (own, other)
            found[expected] = tuple(edge.flush().root() for edge in edges)
    return Roots(expected, found, whole)


def verified_roots(store: LedgerStore, entries: int, sizes: Iterable[int]) -> Roots | None:
    """Return the roots at sizes of a log in which nothing is wrong, out of its stored nodes.

    The log's own checks have just held every node and every stored leaf against the records: reading
    all of these again would say the same. Nothing where the log has been written to since.
    """
    wanted = set(sizes)
    if wanted and max(wanted) > entries:
        return None
    try:
        at: dict[int, tuple[bytes, ...]] = {
            size: (stored_tree(store, size).root(),) for size in wanted
        }
    except ProofError:
        return None
    return Roots(entries, at, whole=True)
