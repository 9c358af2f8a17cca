"""The sorted index: proof that these are all entries of a case, or that there is no such case.

An index has one row for each key: how many items belong to it, the position of the last, and the
RFC 6962 root over the items' leaf hashes. Rows are sorted by key; the RFC 6962 root over them and
their number stand in an entry of the log. A row with its path proves what belongs to a key, and two
neighbouring rows prove that nothing lies between them.

Two kinds have this one form: by case (key: the stream; items: its entries, in log order) and by
person (key: a digest of the token; items: the cases that name the person, in the order in which they
first did). A person's rows tell nothing to whoever doesn't know the token, since a proof of absence
shows the rows of two others.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal, NamedTuple

import msgspec

from aidledger.ledger.canonical import INTEGER_LIMIT
from aidledger.ledger.commitment import length_prefixed
from aidledger.ledger.proof import ProofError, inclusion_proof, verify_inclusion
from aidledger.ledger.sumtree import Hash
from aidledger.ledger.tree import EMPTY_ROOT, Frontier, leaf_hash, root_of_leaves

INDEX_LABEL: Final = b"aidledger/index/v1\n"
KEY_LABEL: Final = b"aidledger/index-person/v1\n"
ITEM_LABEL: Final = b"aidledger/index-case/v1\n"

Number = Annotated[int, msgspec.Meta(ge=0, le=INTEGER_LIMIT)]
Key = Annotated[str, msgspec.Meta(pattern=r"^[!-~]{1,200}\Z")]


class ProvenRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A row, its number among the rows, and its path: sibling hashes from the row to the root."""

    count: Number
    index: Number
    key: Key
    last_position: Number
    path: tuple[Hash, ...]
    root: Hash


class IndexAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a check says: the key's row is there, there is none, or the proof is refused and why."""

    status: Literal["present", "absent", "refused"]
    why: str = ""
    row: ProvenRow | None = None


def encode_row(key: str, count: int, last_position: int, root: bytes) -> bytes:
    """Write a row: the label, then key, count and last position (u64), root, length-prefixed."""
    parts = (key.encode("ascii"), count.to_bytes(8, "big"), last_position.to_bytes(8, "big"), root)
    return INDEX_LABEL + length_prefixed(*parts)


def person_key(token: str) -> str:
    """Key of a person: hex of SHA-256(label || lp(token)). Raises ValueError if not ASCII."""
    return hashlib.sha256(KEY_LABEL + length_prefixed(token.encode("ascii"))).hexdigest()


def case_item(token: str, stream: str) -> bytes:
    """Leaf hash of a case among those of a person. Raises ValueError if not ASCII."""
    parts = length_prefixed(token.encode("ascii"), stream.encode("ascii"))
    return leaf_hash(ITEM_LABEL + parts)


class Grown(NamedTuple):
    """How far a key has grown: number of items, last position, the edge over the items, its row's leaf."""

    items: int
    last_position: int
    edge: bytes
    leaf: bytes


class Index:
    """An index that grows item by item in the order of the log, and can be rooted at any time."""

    def __init__(self) -> None:
        self._items: dict[str, Frontier] = {}
        self._last: dict[str, int] = {}
        self._leaves: dict[str, bytes] = {}

    @classmethod
    def resumed(cls, grown: Mapping[str, Grown]) -> Index:
        """Go on from what `grown` gave. Raises ValueError where an edge is not one of so many items."""
        index = cls()
        for key, one in grown.items():
            index._items[key] = Frontier.from_bytes(one.items, one.edge)
            index._last[key] = one.last_position
            index._leaves[key] = one.leaf
        return index

    def grown(self) -> dict[str, Grown]:
        """Return how far every key has grown."""
        self._sorted_leaves()
        return {
            key: Grown(items.size, self._last[key], items.to_bytes(), self._leaves[key])
            for key, items in self._items.items()
        }

    def add(self, key: str, position: int, item: bytes) -> None:
        """Add an item (leaf hash, 32 bytes) that the entry at `position` brought to a key."""
        items = self._items.get(key)
        if items is None:
            items = self._items[key] = Frontier()
        items.append(item)
        self._last[key] = position
        self._leaves.pop(key, None)

    def root(self) -> tuple[int, bytes]:
        """Return the number of rows and the root over them."""
        leaves = self._sorted_leaves()
        return len(leaves), root_of_leaves(leaves)

    def prove(self, key: str) -> tuple[ProvenRow, ...]:
        """Return the key's own row, or else the one or two rows that it would stand between."""
        keys, leaves = sorted(self._items), self._sorted_leaves()
        at = bisect_left(keys, key)
        if at < len(keys) and keys[at] == key:
            wanted = [at]
        else:
            wanted = [number for number in (at - 1, at) if 0 <= number < len(keys)]
        return tuple(self._row(keys[number], number, leaves) for number in wanted)

    def _row(self, key: str, number: int, leaves: list[bytes]) -> ProvenRow:
        items = self._items[key]
        return ProvenRow(
            count=items.size,
            index=number,
            key=key,
            last_position=self._last[key],
            path=tuple(inclusion_proof(leaves, number)),
            root=items.root(),
        )

    def _sorted_leaves(self) -> list[bytes]:
        """Return the leaf hashes of all rows by key; only what has grown is hashed again."""
        for key in self._items.keys() - self._leaves.keys():
            items = self._items[key]
            row = encode_row(key, items.size, self._last[key], items.root())
            self._leaves[key] = leaf_hash(row)
        return [self._leaves[key] for key in sorted(self._items)]


def check_key(key: str, proven: Sequence[ProvenRow], *, root: bytes, rows: int) -> IndexAnswer:
    """Check what a proof says of a key in the index with this root and number of rows.

    Root and number must come from an entry that was itself proven, and the key from the asker.
    """
    try:
        for one in proven:
            row = encode_row(one.key, one.count, one.last_position, one.root)
            verify_inclusion(leaf_hash(row), one.index, rows, one.path, root)
    except (ProofError, ValueError, OverflowError) as error:
        return _refused(str(error))
    if rows == 0:
        empty = root == EMPTY_ROOT
        return _absent() if empty else _refused("an index without rows has the empty root")
    match proven:
        case [one] if one.key == key:
            return IndexAnswer(status="present", row=one)
        case [one] if (one.index == 0 and key < one.key) or (
            one.index == rows - 1 and one.key < key
        ):
            return _absent()
        case [lower, upper] if upper.index == lower.index + 1 and lower.key < key < upper.key:
            return _absent()
    return _refused("rows: expected that of the key, or its neighbours, side by side")


def check_items(row: ProvenRow, items: Sequence[bytes]) -> IndexAnswer:
    """Check that these leaf hashes, in their order, are all the items of a proven row."""
    if len(items) != row.count:
        return _refused(f"items: expected {row.count}, found {len(items)}")
    root = root_of_leaves(items)
    if root != row.root:
        return _refused(f"items: expected the root {row.root.hex()}, found {root.hex()}")
    return IndexAnswer(status="present", row=row)


def _absent() -> IndexAnswer:
    return IndexAnswer(status="absent")


def _refused(why: str) -> IndexAnswer:
    return IndexAnswer(status="refused", why=why)
