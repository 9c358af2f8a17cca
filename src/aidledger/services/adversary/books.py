"""Everything a ledger's tables hold, in memory, and the difference between two such states.

A state is a value: whoever changes it makes another. Rows are tuples in the order of the tables'
columns (docs/FORMAT.md, section 7); a row that nobody touched stays the same object.
"""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from typing import Any, Final, NamedTuple, TypeAlias

import msgspec

from aidledger.ledger.tree import TILE_WIDTH
from aidledger.store.port import LedgerStore
from aidledger.store.shelf import SELECT_BATCHES

Row: TypeAlias = tuple[Any, ...]

POSITION, STREAM, VERSION, TYPE, RECORDED_AT, RECORD, LEAF = range(7)
"""Columns of an entry's row."""
B_POSITION, B_COUNT, B_CAUSE, B_DIGEST, B_ROOT, B_RECORDED_AT, B_SIGNATURE, B_KEY_ID = range(8)
"""Columns of a batch's row."""


class TableForm(NamedTuple):
    """A table's name, its columns in the order of its rows, and how many of them, first, are its key."""

    name: str
    columns: tuple[str, ...]
    key: tuple[int, ...]


TABLES: Final = (
    TableForm(
        "entries",
        ("position", "stream", "version", "type", "recorded_at", "record", "leaf_hash"),
        (0,),
    ),
    TableForm("nodes", ("level", "idx", "hash"), (0, 1)),
    TableForm("head", ("size", "root", "frontier", "recorded_at", "origin"), (4,)),
    TableForm(
        "batches",
        (
            "position",
            "count",
            "cause",
            "request_digest",
            "root",
            "recorded_at",
            "signature",
            "key_id",
        ),
        (0,),
    ),
    TableForm("checkpoints", ("size", "root", "note"), (0, 2)),
    TableForm("evidence", ("hash", "media_type", "content"), (0,)),
)


class Books(msgspec.Struct, frozen=True, kw_only=True):
    """A ledger's tables and the high-water mark beside it (its bytes; None where there is none).

    `evidence` is carried along for the packs and tables of powers; the vault never is.
    """

    entries: list[Row]
    nodes: list[Row]
    head: list[Row]
    batches: list[Row]
    checkpoints: list[Row]
    evidence: list[Row]
    mark: bytes | None

    @property
    def size(self) -> int:
        """Number of entries."""
        return len(self.entries)

    @property
    def origin(self) -> str:
        """The name of the log as the head has it."""
        return str(self.head[0][4])


class Change(NamedTuple):
    """What is to be done to one table: rows that go, and rows that come."""

    table: TableForm
    gone: list[Row]
    new: list[Row]

    def undone(self) -> Change:
        """Return what takes it back."""
        return Change(self.table, self.new, self.gone)


def read_books(store: LedgerStore, mark: bytes | None) -> Books:
    """Read all tables of an opened ledger up to the head that it has now.

    Whoever appends meanwhile is not noticed: nothing before that head ever changes.
    """
    with store.reading() as run:
        head = tuple(run("SELECT size, root, frontier, recorded_at, origin FROM head", ())[0])
        size = head[0]
        batches = [tuple(row) for row in run(SELECT_BATCHES, ()) if row[B_POSITION] < size]
        evidence = [tuple(row) for row in run("SELECT hash, media_type, content FROM evidence", ())]
    return Books(
        entries=[tuple(row) for row in store.read(0, size)],
        nodes=[
            tuple(one) for one in store.read_nodes() if (one[1] + 1) * TILE_WIDTH ** one[0] <= size
        ],
        head=[head],
        batches=batches,
        checkpoints=[tuple(row) for row in store.read_checkpoints() if row[0] <= size],
        evidence=evidence,
        mark=mark,
    )


def changes(before: Books, after: Books) -> list[Change]:
    """Return what leads from one state to another, table by table, the least that does."""
    found = []
    for table in TABLES:
        old, new = getattr(before, table.name), getattr(after, table.name)
        gone, come = _differing(table, old, new)
        if gone or come:
            found.append(Change(table, gone, come))
    return found


def _differing(
    table: TableForm, old: Iterable[Row], new: Iterable[Row]
) -> tuple[list[Row], list[Row]]:
    key = itemgetter(*table.key)
    kept = {key(row): row for row in old}
    come = []
    for row in new:
        before = kept.pop(key(row), None)
        if before is row or before == row:
            continue
        if before is not None:
            kept[key(row)] = before
        come.append(row)
    return list(kept.values()), come
