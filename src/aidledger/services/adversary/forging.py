"""What a careful forger does after a change: everything that can be computed is computed anew.

Entries are taken batch by batch. From the first batch that is another on, positions, versions,
links, leaf hashes, batch roots, nodes and head are made again; a signature only by whoever has the
key. A record that can't be read keeps its bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, Literal, NamedTuple

import msgspec

from aidledger.ledger.batch import parse_batch_signature, sign_batch
from aidledger.ledger.checkpoint import TreeHead
from aidledger.ledger.cosignature import sign_checkpoint
from aidledger.ledger.entry import Entry, EntryError, decode_entry, write_record
from aidledger.ledger.signing import Signer
from aidledger.ledger.strict import FormatError
from aidledger.ledger.tree import Frontier, leaf_hash
from aidledger.services.adversary.books import (
    B_COUNT,
    B_KEY_ID,
    B_POSITION,
    B_RECORDED_AT,
    B_ROOT,
    B_SIGNATURE,
    LEAF,
    POSITION,
    RECORD,
    RECORDED_AT,
    STREAM,
    TYPE,
    VERSION,
    Books,
    Row,
)

Notes = Literal["keep", "drop", "resign"]
"""What the forger does with kept checkpoints beyond the change."""

TRIAL_TIME: Final = 1_767_225_600
"""Seconds since 1970 that trial signatures bear: 2026-01-01."""


class Officer(NamedTuple):
    """An actor whose key is in the attacker's hands; `key_id` is what batches call it."""

    actor: str
    office: str
    key_id: str
    signer: Signer


class Group(NamedTuple):
    """One batch with the rows of its entries."""

    batch: Row
    rows: tuple[Row, ...]


class Hands(NamedTuple):
    """What a forger can sign with, and whether the mark beside the database is within reach."""

    officer: Officer | None = None
    log: Signer | None = None
    notes: Notes = "drop"
    mark: bool = False


def groups_of(books: Books) -> list[Group]:
    """Return a sound ledger's batches with their entries."""
    entries = books.entries
    return [
        Group(batch, tuple(entries[batch[B_POSITION] : batch[B_POSITION] + batch[B_COUNT]]))
        for batch in books.batches
    ]


def row_of(record: bytes) -> Row:
    """Return the row of a new record; its position is given when the log is made again."""
    entry = decode_entry(record)
    return (-1, entry.stream, entry.version, entry.type, entry.recorded_at, record, b"")


def edited(row: Row, **fields: Any) -> Row:
    """Return the row of an entry with other fields in its record, and the columns that follow."""
    entry = msgspec.structs.replace(decode_entry(row[RECORD]), **fields)
    return (
        row[POSITION],
        entry.stream,
        entry.version,
        entry.type,
        entry.recorded_at,
        write_record(entry),
        b"",
    )


def forged(base: Books, groups: Sequence[Group], hands: Hands) -> Books:
    """Return the books as the forger leaves them, with these batches in the place of the base's."""
    return _Forger(base, groups, hands).books()


class _Forger:
    def __init__(self, base: Books, groups: Sequence[Group], hands: Hands) -> None:
        self.base, self.hands = base, hands
        old = groups_of(base)
        same = 0
        while same < min(len(old), len(groups)) and _same(old[same], groups[same]):
            same += 1
        self.start = sum(group.batch[B_COUNT] for group in old[:same])
        self.groups = [group for group in groups[same:] if group.rows]
        self.entries = base.entries[: self.start]
        self.batches = base.batches[:same]
        self.links = _links(base.entries, self.start)
        self.ends: dict[str, tuple[int, bytes]] = {
            row[STREAM]: (row[VERSION], row[LEAF]) for row in self.entries
        }
        self.frontier = Frontier()
        self.nodes = self.frontier.extend([row[LEAF] for row in self.entries])
        self.roots = {row[B_POSITION] + row[B_COUNT]: row[B_ROOT] for row in self.batches}

    def books(self) -> Books:
        for group in self.groups:
            rows = [self._row(at, row) for at, row in enumerate(group.rows, len(self.entries))]
            self.entries += rows
            self.nodes += self.frontier.extend([row[LEAF] for row in rows])
            self.batches.append(self._batch(group, rows))
        root, size = self.frontier.root(), len(self.entries)
        last = self.entries[-1][RECORDED_AT] if self.entries else None
        mark = f"{size:020d} {root.hex()}\n".encode()
        return msgspec.structs.replace(
            self.base,
            entries=self.entries,
            batches=self.batches,
            nodes=sorted((node.level, node.idx, node.hash) for node in self.nodes),
            head=[(size, root, self.frontier.to_bytes(), last, self.base.origin)],
            checkpoints=self._checkpoints(),
            mark=mark if self.hands.mark and self.base.mark is not None else self.base.mark,
        )

    def _row(self, position: int, row: Row) -> Row:
        """Put an entry at its place: its number in the stream, and the link to the one before."""
        own = row[POSITION]
        original = 0 <= own < self.base.size and self.base.entries[own] is row
        version, leaf = self.ends.get(row[STREAM], (0, b""))
        if original and row[VERSION] == version + 1 and self.links.get(own, b"") == leaf:
            made = row if own == position else (position, *row[1:])
        else:
            made = _placed(position, row, version + 1, leaf)
        self.ends[made[STREAM]] = (made[VERSION], made[LEAF])
        return made

    def _batch(self, group: Group, rows: list[Row]) -> Row:
        batch, start = list(group.batch), rows[0][POSITION]
        changed = [row[LEAF] for row in rows] != [row[LEAF] for row in group.rows]
        batch[B_POSITION], batch[B_COUNT] = start, len(rows)
        batch[B_ROOT] = self.frontier.root()
        if changed and len({row[RECORDED_AT] for row in rows}) == 1:
            batch[B_RECORDED_AT] = rows[0][RECORDED_AT]
        self.roots[start + len(rows)] = batch[B_ROOT]
        officer = self.hands.officer
        if officer is not None and batch[B_KEY_ID] == officer.key_id:
            seen = self._seen(batch[B_SIGNATURE])
            if changed or batch[B_SIGNATURE] is None or seen is not None:
                leaves = [row[LEAF] for row in rows]
                batch[B_SIGNATURE] = sign_batch(
                    officer.signer, self.base.origin, leaves, seen
                ).encode()
        return tuple(batch)

    def _seen(self, signature: object) -> TreeHead | None:
        """Return what an actor had seen, with the root that the forged log has there."""
        try:
            seen = parse_batch_signature(signature).seen  # type: ignore[arg-type]
        except FormatError:
            return None
        if seen is None or seen.size not in self.roots:
            return None
        return TreeHead(seen.size, self.roots[seen.size])

    def _checkpoints(self) -> list[Row]:
        """Keep the notes before the change; beyond it, what the forger likes."""
        base, hands = self.base, self.hands
        if hands.notes == "keep":
            return base.checkpoints
        kept = [row for row in base.checkpoints if row[0] <= self.start]
        if hands.notes == "resign" and hands.log is not None:
            sizes = {row[0] for row in base.checkpoints if row[0] > self.start} & self.roots.keys()
            for size in sorted((sizes | {len(self.entries)}) - {0}):
                root = self.roots[size]
                note = sign_checkpoint(base.origin, size, root, [hands.log], TRIAL_TIME)
                kept.append((size, root, note.encode()))
        return kept


def _same(old: Group, new: Group) -> bool:
    return (
        old.batch is new.batch
        and all(a is b for a, b in zip(old.rows, new.rows, strict=False))
        and len(old.rows) == len(new.rows)
    )


def _links(entries: Iterable[Row], start: int) -> dict[int, bytes]:
    """Return the leaf hash that each entry from `start` on follows in its stream."""
    ends: dict[str, bytes] = {}
    found = {}
    for row in entries:
        if row[POSITION] >= start:
            found[row[POSITION]] = ends.get(row[STREAM], b"")
        ends[row[STREAM]] = row[LEAF]
    return found


def _placed(position: int, row: Row, version: int, leaf: bytes) -> Row:
    try:
        entry = decode_entry(row[RECORD])
    except EntryError:
        record = row[RECORD]
        columns = tuple(row[1:RECORD])
    else:
        record = write_record(
            msgspec.structs.replace(entry, version=version, prev=leaf.hex() if leaf else None)
        )
        columns = (entry.stream, version, entry.type, entry.recorded_at)
    return (position, *columns, record, leaf_hash(record))


def entry_of(row: Row) -> Entry:
    """Return the entry of a row that is known to be sound."""
    return decode_entry(row[RECORD])


def stated(row: Row) -> tuple[str, str]:
    """Return stream and type of an entry's row."""
    return str(row[STREAM]), str(row[TYPE])
