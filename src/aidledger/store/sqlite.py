"""Not trusted: who can write the file can show any rows; verify finds what differs.

The ledger in one SQLite file. Only a checkpoint from outside shows a tail that was cut off.

WAL, synchronous=FULL; every write begins with BEGIN IMMEDIATE, the lock that makes positions
gapless and readers never see a hole. Readers take connections of their own out of the pool; one
writer connection is kept, under a lock of this process.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec

from aidledger.store import sealing, shelf
from aidledger.store.errors import StoreError
from aidledger.store.heads import check_mark, read_head
from aidledger.store.mark import Mark
from aidledger.store.outcome import Committed, Rejected
from aidledger.store.port import Head, Meanwhile, Row, Run
from aidledger.store.shelved import Locked, MakeBatchRow, ShelvedStore
from aidledger.store.sqlite_connect import checkpointed
from aidledger.store.sqlite_link import SqliteLink, runner
from aidledger.store.tails import Tail

_INSERT_ENTRY: Final = f"INSERT INTO entries ({shelf.ENTRY_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_SELECT_LAST: Final = (
    "SELECT stream, version, leaf_hash FROM entries WHERE stream = ? ORDER BY version DESC LIMIT 1"
)
_SELECT_LASTS: Final = (
    "SELECT e.stream, e.version, e.leaf_hash FROM json_each(?) AS wanted JOIN entries AS e"
    " ON e.stream = wanted.value"
    " AND e.version = (SELECT max(version) FROM entries WHERE stream = wanted.value)"
)
_FENCE: Final = (
    "INSERT INTO tracking (application_name, notification_id) VALUES ('aidledger.fence', 1)"
    " ON CONFLICT (application_name) DO UPDATE SET notification_id = notification_id + 1"
)


class _Held:
    """The writer's connection inside BEGIN IMMEDIATE."""

    __slots__ = ("_connection", "head", "run", "run_many", "tails")

    def __init__(self, connection: Any, run: Run, head: Head, tails: dict[str, Tail]) -> None:
        self.head, self.tails, self.run = head, tails, run
        self.run_many: shelf.RunMany = connection.executemany
        self._connection = connection

    def insert(self, rows: sealing.Sealing, _count: int, batch_row: MakeBatchRow) -> sealing.Sealed:
        """Write entries and what goes with them, and move the head."""
        _insert(self._connection, rows)
        sealed = rows.finish()
        _advance(self._connection, sealed, batch_row(sealed))
        return sealed


class SqliteStore(ShelvedStore[SqliteLink]):
    """A ledger in a SQLite file."""

    engine_name = "sqlite"

    def __init__(self, path: Path, *, origin: str, read_only: bool, mark: Mark | None) -> None:
        self.path = path
        link = SqliteLink(path, read_only=read_only)
        super().__init__(link, origin=origin, read_only=read_only, mark=mark)

    def _locked(
        self, streams: Collection[str], count: int = 0, meanwhile: Meanwhile | None = None
    ) -> AbstractContextManager[Locked]:
        return self._link.transaction(partial(self._held, streams, count), meanwhile)

    def _held(self, streams: Collection[str], count: int, connection: Any) -> Locked:
        """Read head and tails under the lock."""
        self._link.expect(count)
        run = runner(connection)
        head = read_head(shelf.head_row(run(shelf.SELECT_HEAD, ())), self._tails.head)
        check_mark(self._mark, head, run)
        tails = self._tails.at(head, streams, partial(_stream_heads, connection))
        return _Held(connection, run, head, tails)

    def _ended(self, cause: str) -> Committed | Rejected:
        """Say on a fresh connection whether the cause was committed, and make the answer final.

        A commit whose sync failed lies in the WAL: not part of it, or, after a recovery, part of
        it without being on the disk. Writing something at its place ends the one; moving the WAL
        into the database, which writes and syncs all of it again, makes the other durable.
        """
        with self._link.fresh() as connection:
            prior = self._prior(runner(connection), cause, None)
            connection.execute(_FENCE)
            connection.execute("COMMIT")
            if prior is not None and not checkpointed(connection, wait_ms=10_000):
                raise StoreError(
                    "a reader is in the way of making sure", code="locked", hint="ask again"
                )
        return prior or sealing.ABSENT

    def stream_heads(self, streams: Iterable[str]) -> dict[str, tuple[int, bytes]]:
        """Return (last version, its leaf hash) of each stream that has entries."""
        with self._link.connection() as connection:
            return _stream_heads(connection, set(streams))

    def vault_erase(self, person: str) -> bool:
        """Destroy the key of a person, and its copy in the WAL where no reader is in the way."""
        erased = super().vault_erase(person)
        with self._link.connection() as connection:
            checkpointed(connection)
        return erased

    def writing(self) -> AbstractContextManager[Run]:
        """Give a runner of statements in one transaction, for a read model's own tables."""
        return self._link.transaction(runner)


def _stream_heads(connection: Any, streams: set[str]) -> dict[str, tuple[int, bytes]]:
    """Look up the last entry of each stream: one statement, however many."""
    if len(streams) == 1:
        rows = connection.execute(_SELECT_LAST, tuple(streams)).fetchall()
    elif streams:
        rows = connection.execute(
            _SELECT_LASTS, (msgspec.json.encode(sorted(streams)).decode(),)
        ).fetchall()
    else:
        rows = []
    return {row[0]: (row[1], row[2]) for row in rows}


def _advance(connection: Any, sealed: sealing.Sealed, batch: sealing.BatchRow) -> None:
    """Write what goes with the entries of a batch, and move the head."""
    connection.execute(shelf.INSERT_BATCH, _bound(batch))
    if sealed.nodes:
        connection.executemany(shelf.INSERT_NODE, map(_bound, sealed.nodes))
    head = sealed.head
    after = (head.size, head.root, head.frontier, head.recorded_at)
    connection.execute(shelf.UPDATE_HEAD, _bound(after))


def _bound(row: Sequence[Any]) -> list[Any]:
    """Give a row to the driver with its bytes as bytearrays.

    It binds these at once; for bytes it first looks for an adapter and a protocol, and makes and
    drops two exceptions.
    """
    return [bytearray(value) if type(value) is bytes else value for value in row]


def _insert(connection: Any, rows: Iterable[Row]) -> None:
    """Write entries, bound as `_bound` does: as bytes they would take twice the time."""
    connection.executemany(
        _INSERT_ENTRY,
        (
            (position, stream, version, kind, time, bytearray(record), bytearray(leaf))
            for position, stream, version, kind, time, record, leaf in rows
        ),
    )
