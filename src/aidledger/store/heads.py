"""Trusted: judges the head row that a database gives; an attacker's row is refused, or fits.

Nothing is appended to a ledger whose head is malformed, or behind what this machine remembers.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Final

from aidledger.ledger.proof import ProofError
from aidledger.ledger.tiledtree import TiledTree
from aidledger.ledger.tree import EMPTY_ROOT, Frontier
from aidledger.store.errors import RejectedError, StoreError
from aidledger.store.mark import Mark
from aidledger.store.port import Head, Run
from aidledger.store.tilerows import tile_hashes

EMPTY_HEAD: Final = Head(size=0, root=EMPTY_ROOT, frontier=b"", recorded_at=None)


def read_head(row: Sequence[Any] | None, known: Head | None = None) -> Head:
    """Check a head row: its form, and that its root is the frontier's.

    Of a head that is `known` to be right nothing is computed again. Raises StoreError `damaged`.
    """
    if known is not None and row == (known.size, known.root, known.frontier, known.recorded_at):
        return known
    match row:
        case [int(size), bytes(root), bytes(frontier), str() | None as recorded_at]:
            head = Head(size=size, root=root, frontier=frontier, recorded_at=recorded_at)
        case _:
            raise damaged("there is no head row, more than one, or one not in its format")
    _check_frontier(head)
    return head


def check_mark(mark: Mark | None, head: Head, run: Run) -> None:
    """Refuse a ledger that was larger once, or another. Raises RejectedError `behind_mark`.

    A mark that lags is held against the tree, once: it is about to be written over.
    """
    if mark is None:
        return
    problem = mark.problem(head) or mark.other_past(head, partial(_root_at, run))
    if problem:
        raise RejectedError(problem, code="behind_mark")


def damaged(what: str) -> StoreError:
    """Make the error of a database that must not be appended to."""
    return StoreError(what, code="damaged", hint="run `aidledger verify` and append nothing")


def _root_at(run: Run, size: int) -> bytes:
    """Return the root that the stored tree gives at a size; none where it gives none."""
    try:
        return TiledTree(size, partial(tile_hashes, run)).root()
    except ProofError:
        return b""


def _check_frontier(head: Head) -> None:
    try:
        frontier = Frontier.from_bytes(head.size, head.frontier)
    except ValueError as error:
        raise damaged(f"the head does not fit its size {head.size}") from error
    if frontier.root() != head.root:
        raise damaged(f"the head of size {head.size} has another root than its frontier")
