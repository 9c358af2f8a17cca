"""Checkpoints (C2SP tlog-checkpoint): the text of a note that states a log's size and root.

    <origin>
    <size, decimal>
    <root, base64>
    <extension lines>        read, as others may write them; never written

A root counts after the note's signatures were verified (`acceptance`), never before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from aidledger.ledger.keys import check_name
from aidledger.ledger.note import check_text
from aidledger.ledger.proof import ProofError, verify_consistency
from aidledger.ledger.strict import (
    SIZE_LIMIT,
    FormatError,
    read_base64,
    read_decimal,
    split_lines,
    write_base64,
)
from aidledger.ledger.tree import EMPTY_ROOT, HASH_BYTES


class TreeHead(NamedTuple):
    """A size and the root (32 bytes) of the tree over so many entries, whoever says so."""

    size: int
    root: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What a log states: `size` entries, and the `root` (32 bytes) of the tree over them."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[bytes, ...] = ()

    @property
    def head(self) -> TreeHead:
        """Size and root."""
        return TreeHead(self.size, self.root)

    @property
    def possible(self) -> bool:
        """False where no log can have this root: there is one root of the empty tree."""
        return self.size > 0 or self.root == EMPTY_ROOT


Relation = Literal["same", "extends", "contradicts", "unproven", "unrelated"]


class Comparison(NamedTuple):
    """How a later checkpoint stands to an earlier one, and `why` in words.

    `contradicts` can be seen from the two alone; `unproven` means that the proof given does not
    lead from one to the other, which says nothing about the log: see `misbehaviour`.
    """

    relation: Relation
    why: str


def parse_checkpoint(text: bytes) -> Checkpoint:
    """Read the text of a note as a checkpoint.

    Raises:
        FormatError: it is none.
    """
    what = "checkpoint"
    lines = split_lines(check_text(text), what)
    if len(lines) < 3:
        raise FormatError(what, "origin, size and root", f"{len(lines)} lines")
    if b"" in lines:
        raise FormatError(what, "no blank line", b"", lines.index(b"") + 1)
    return Checkpoint(
        origin=lines[0].decode("utf-8"),
        size=read_decimal(lines[1], "checkpoint size", 2),
        root=read_base64(lines[2], "checkpoint root", 3, HASH_BYTES),
        extensions=tuple(lines[3:]),
    )


def checkpoint_text(origin: str, size: int, root: bytes) -> bytes:
    """Write a checkpoint; `origin` is as strict as the name of the key that signs it.

    Raises:
        FormatError: an argument is not of its form, or the empty tree has another root.
    """
    check_name(origin, "origin")
    if type(size) is not int or not 0 <= size <= SIZE_LIMIT:
        raise FormatError("checkpoint size", f"an integer from 0 to {SIZE_LIMIT}", size)
    if type(root) is not bytes or len(root) != HASH_BYTES:
        raise FormatError("checkpoint root", f"{HASH_BYTES} bytes", root)
    if size == 0 and root != EMPTY_ROOT:
        raise FormatError("checkpoint root", "the root of the empty tree", root)
    return f"{origin}\n{size}\n{write_base64(root)}\n".encode()


def compare(older: Checkpoint, newer: Checkpoint, proof: Sequence[bytes] = ()) -> Comparison:
    """Say how two checkpoints of verified notes stand to each other; give the smaller one first.

    `proof` is the consistency proof between the sizes, none for the same size or from size 0.
    Every tree extends the empty one.
    """
    if older.origin != newer.origin:
        return Comparison("unrelated", "the checkpoints are of two logs")
    if not (older.possible and newer.possible):
        return Comparison(
            "contradicts", "a checkpoint of size 0 has not the root of the empty tree"
        )
    if older.size == newer.size:
        if older.root != newer.root:
            return Comparison("contradicts", f"two roots at size {older.size}")
        return Comparison("same", f"the same root at size {older.size}")
    if older.size > newer.size:
        return Comparison("unproven", f"size {older.size} was given as the older of {newer.size}")
    if older.size == 0:
        if proof:
            return Comparison("unproven", "from size 0 there is no proof, and one was given")
        return Comparison("extends", "every tree extends the empty one")
    try:
        verify_consistency(older.size, newer.size, proof, older.root, newer.root)
    except ProofError as error:
        return Comparison("unproven", str(error))
    return Comparison("extends", f"size {newer.size} extends size {older.size}")
