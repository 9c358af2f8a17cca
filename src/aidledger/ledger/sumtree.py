"""The Merkle-sum tree over the payments of a month: one payment proven within a proven total.

It has the shape of RFC 6962 section 2.1, but each node carries the sum and the number of the leaves
below it, and a parent hashes both of **both** children (a tree that hashes only their joint sum can
hide money between them). No amount is negative and no sum passes 2**53 - 1, so nothing cancels out.
What is hashed begins with the label and has its parts length-prefixed (u32 big-endian):

leaf = SHA-256(label || lp(position) || lp(leaf hash of the entry) || lp(amount)), numbers as u64,
node = SHA-256(label || lp(hash) || lp(sum) || lp(count) of the left child || the same of the right).
"""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Final, NamedTuple, TypeAlias

import msgspec

from aidledger.ledger.canonical import INTEGER_LIMIT
from aidledger.ledger.proof import ProofError
from aidledger.ledger.tree import HASH_BYTES, split_size

SUM_LABEL: Final = b"aidledger/sum/v1\n"
MAX_FEN: Final = INTEGER_LIMIT
"""Largest amount and largest sum, in fen."""

EMPTY_SUM: Final = hashlib.sha256(SUM_LABEL).digest()
"""Root of a month without payments: the label alone."""

Hash: TypeAlias = Annotated[bytes, msgspec.Meta(min_length=HASH_BYTES, max_length=HASH_BYTES)]
Amount: TypeAlias = Annotated[int, msgspec.Meta(ge=0, le=MAX_FEN)]

_NUMBER_BYTES: Final = 8
_LEAF: Final = struct.Struct(f">IQI{HASH_BYTES}sIQ")
_NODE: Final = struct.Struct(f">I{HASH_BYTES}sIQIQ")
"""Parts behind their lengths (u32): a leaf's position, entry, amount; a node's hash, sum, count."""


class PaidLine(NamedTuple):
    """A leaf: the entry's position and leaf hash (32 bytes), and what counts for it, in fen."""

    position: int
    entry: bytes
    amount_fen: int


class SumRoot(msgspec.Struct, frozen=True):
    """The root of a sum tree: its hash (32 bytes), the total in fen, the number of leaves."""

    hash: bytes
    total_fen: int
    count: int


class SumStep(msgspec.Struct, frozen=True, array_like=True):
    """One sibling on the way to the root: its hash and its sum; its count follows from the shape."""

    hash: Hash
    fen: Amount


class SumAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a check says: proven, or refused and why."""

    proven: bool
    why: str = ""


def line_hash(line: PaidLine) -> bytes:
    """Hash one payment as a leaf (32 bytes).

    Raises:
        ProofError: a number is negative or above 2**53 - 1, or the entry is not 32 bytes.
    """
    if type(line.entry) is not bytes or len(line.entry) != HASH_BYTES:
        raise ProofError(f"entry: expected {HASH_BYTES} bytes")
    for name, number in (("position", line.position), ("amount", line.amount_fen)):
        if type(number) is not int or not 0 <= number <= MAX_FEN:
            raise ProofError(f"{name}: expected an integer from 0 to 2^53 - 1")
    parts = _LEAF.pack(
        _NUMBER_BYTES, line.position, HASH_BYTES, line.entry, _NUMBER_BYTES, line.amount_fen
    )
    return hashlib.sha256(SUM_LABEL + parts).digest()


class SumTree:
    """The tree over the payments of a month, with all of its nodes: it gives root and proofs."""

    def __init__(self, lines: Sequence[PaidLine]) -> None:
        """Build it from the payments by position, each once.

        Raises:
            ProofError: out of order, a number out of bounds, or a total above 2**53 - 1.
        """
        if any(a.position >= b.position for a, b in pairwise(lines)):
            raise ProofError("payments: expected each once, by position")
        # every amount is checked before any sum is packed into eight bytes
        leaves = [line_hash(line) for line in lines]
        total = sum(line.amount_fen for line in lines)
        if total > MAX_FEN:
            raise ProofError("total: expected at most 2^53 - 1 fen")
        row = [_node(leaf, line.amount_fen, 1) for leaf, line in zip(leaves, lines, strict=True)]
        self._rows = [row]
        while len(row) > 1:
            row = _above(row)
            self._rows.append(row)
        top = _hash_of(row[0][0]) if row else EMPTY_SUM
        self.root: Final = SumRoot(top, total, len(lines))

    def path(self, index: int) -> tuple[SumStep, ...]:
        """Siblings of the payment at `index`, from the leaf up.

        Raises:
            ProofError: there is no such payment.
        """
        if not 0 <= index < self.root.count:
            raise ProofError(f"index: expected below {self.root.count}, found {index}")
        steps = []
        for row in self._rows[:-1]:
            # the last of an odd row is carried up: it has no sibling there
            if index ^ 1 < len(row):
                packed, fen, _ = row[index ^ 1]
                steps.append(SumStep(_hash_of(packed), fen))
            index >>= 1
        return tuple(steps)


def check_line(line: PaidLine, index: int, path: Sequence[SumStep], root: SumRoot) -> SumAnswer:
    """Check that a payment is number `index` of a proven total, recomputing every sum on the way.

    The root must come from an entry that was itself proven, the entry's hash from its own bytes.
    """
    if not 0 <= index < root.count <= INTEGER_LIMIT:
        return _refused(f"index: expected below {root.count}, found {index}")
    try:
        found = line_hash(line)
    except ProofError as error:
        return _refused(str(error))
    total, count = line.amount_fen, 1
    sides = _sides(index, root.count)
    if len(sides) != len(path):
        return _refused(f"path: expected {len(sides)} steps, found {len(path)}")
    for (on_the_right, below), step in zip(sides, path, strict=True):
        if len(step.hash) != HASH_BYTES or not 0 <= step.fen <= MAX_FEN - total:
            return _refused("path: expected sums from 0 that stay within 2^53 - 1 fen")
        here, there = _packed(found, total, count), _packed(step.hash, step.fen, below)
        found = _parent(here, there) if on_the_right else _parent(there, here)
        total, count = total + step.fen, count + below
    if total != root.total_fen:
        return _refused(f"total: expected {root.total_fen} fen, found {total}")
    if found != root.hash:
        return _refused(f"root: expected {root.hash.hex()}, found {found.hex()}")
    return SumAnswer(proven=True)


def _sides(index: int, count: int) -> list[tuple[bool, int]]:
    """Say for each step up whether the sibling lies to the right, and how many leaves it has."""
    start, stop, sides = 0, count, []
    while stop - start > 1:
        middle = start + split_size(stop - start)
        if index < middle:
            sides.append((True, stop - middle))
            stop = middle
        else:
            sides.append((False, middle - start))
            start = middle
    return sides[::-1]


_Packed: TypeAlias = tuple[bytes, int, int]
"""A node as its parent hashes it (hash, sum and count, each with its length), and the two numbers."""


def _above(row: list[_Packed]) -> list[_Packed]:
    """Return the parents of a row; an odd node is carried up."""
    pairs = iter(row)
    above = [
        _node(_parent(left, right), fen + more, count + others)
        for (left, fen, count), (right, more, others) in zip(pairs, pairs, strict=False)
    ]
    if len(row) % 2:
        above.append(row[-1])
    return above


def _node(digest: bytes, fen: int, count: int) -> _Packed:
    return _packed(digest, fen, count), fen, count


def _packed(digest: bytes, fen: int, count: int) -> bytes:
    return _NODE.pack(HASH_BYTES, digest, _NUMBER_BYTES, fen, _NUMBER_BYTES, count)


def _hash_of(packed: bytes) -> bytes:
    return packed[4 : 4 + HASH_BYTES]


def _parent(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(SUM_LABEL + left + right).digest()


def _refused(why: str) -> SumAnswer:
    return SumAnswer(proven=False, why=why)
