"""Not trusted: who owns the server can show any rows; verify finds what differs.

The ledger in a PostgreSQL schema. Only a checkpoint from outside shows a tail that was cut off.

The head row, locked with SELECT ... FOR UPDATE before anything is read, makes positions gapless and
their order the order of commits, so that readers never see a hole. Bulk goes in by COPY BINARY. One
writer connection is kept, under a lock of this process.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from functools import partial
from itertools import chain
from typing import Any, Final

from aidledger.store import sealing, shelf
from aidledger.store.heads import check_mark, read_head
from aidledger.store.mark import Mark
from aidledger.store.outcome import Committed, Rejected
from aidledger.store.port import Head, HostileRow, Meanwhile, Run
from aidledger.store.postgres_link import (
    PostgresLink,
    PostgresTransaction,
    many_runner,
    marks,
    runner,
)
from aidledger.store.shelved import Locked, MakeBatchRow, ShelvedStore
from aidledger.store.tails import Tail

_COPY: Final = f"COPY entries ({shelf.ENTRY_COLUMNS}) FROM STDIN (FORMAT BINARY)"
_COPY_TYPES: Final = ("int8", "text", "int8", "text", "text", "bytea", "bytea")
_COPY_ROWS_MIN: Final = 12  # below, one statement of arrays is quicker than a COPY
_INSERT_ENTRIES: Final = f"INSERT INTO entries ({shelf.ENTRY_COLUMNS}) VALUES "  # noqa: S608
_ENTRY_MARKS: Final = "(%s, %s, %s, %s, %s, %s, %s)"
_INSERT_NODES: Final = "INSERT INTO nodes (level, idx, hash) VALUES "
_NODE_MARKS: Final = "(%s, %s, %s)"
_ADVANCE: Final = f"{marks(shelf.INSERT_BATCH)}; {marks(shelf.UPDATE_HEAD)}"
_SELECT_LASTS: Final = (
    "SELECT e.stream, e.version, e.leaf_hash FROM pg_catalog.unnest(%s::text[]) AS wanted (stream)"
    " CROSS JOIN LATERAL (SELECT stream, version, leaf_hash FROM entries"
    " WHERE entries.stream = wanted.stream ORDER BY version DESC LIMIT 1) AS e"
)

_SELECT_LAST: Final = (  # the server plans it in half the time, and a command asks for one
    "SELECT stream, version, leaf_hash FROM entries WHERE stream = %s ORDER BY version DESC LIMIT 1"
)


class _Held:
    """A transaction that was begun by locking the head row."""

    __slots__ = ("_within", "head", "run", "run_many", "tails")

    def __init__(
        self, within: PostgresTransaction, run: Run, head: Head, tails: dict[str, Tail]
    ) -> None:
        self.head, self.tails, self.run = head, tails, run
        self.run_many: shelf.RunMany = many_runner(within.cursor)
        self._within = within

    def insert(self, rows: sealing.Sealing, count: int, batch_row: MakeBatchRow) -> sealing.Sealed:
        """Write many entries by COPY, at once; few, and what goes with them, in the message of COMMIT."""
        sealed, last = _insert(self._within, rows, count, batch_row)
        self._within.at_commit(*last)
        return sealed


class PostgresStore(ShelvedStore[PostgresLink]):
    """A ledger in a PostgreSQL database."""

    engine_name = "postgresql"

    def __init__(self, location: str, *, origin: str, read_only: bool, mark: Mark | None) -> None:
        self.location = location
        link = PostgresLink(location, read_only=read_only)
        super().__init__(link, origin=origin, read_only=read_only, mark=mark)

    def _locked(
        self,
        streams: Collection[str],
        count: int = 0,  # noqa: ARG002 - of use to the other engine
        meanwhile: Meanwhile | None = None,
    ) -> AbstractContextManager[Locked]:
        """Ask for what is not known of the streams in the message that takes the lock."""
        asked = sorted(self._tails.missing(streams))
        if len(asked) == 1:
            lookups: tuple[str, Sequence[Any]] = (f"; {_SELECT_LAST}", asked)
        else:
            lookups = (f"; {_SELECT_LASTS}", (asked,)) if asked else ("", ())
        hold = partial(self._held, streams, asked)
        return self._link.transaction(hold, *lookups, meanwhile=meanwhile)

    def _held(
        self, streams: Collection[str], asked: list[str], within: PostgresTransaction
    ) -> Locked:
        """Read head and tails under the lock."""
        heads, *found = within.found
        run = runner(within.cursor)
        head = read_head(shelf.head_row(heads), self._tails.head)
        check_mark(self._mark, head, run)
        tails = self._tails.at(
            head,
            streams,
            partial(_stream_heads, within.cursor),
            asked=asked,
            found=_tails(found[0]) if found else None,
        )
        return _Held(within, run, head, tails)

    def _ended(self, cause: str) -> Committed | Rejected:
        """Say on a fresh connection whether the cause was committed.

        The server may still be busy with the COMMIT whose answer was lost. That transaction holds
        the head row: having it means that the other has ended, one way or the other.
        """
        with self._link.fresh() as run:
            return self._prior(run, cause, None) or sealing.ABSENT

    def stream_heads(self, streams: Iterable[str]) -> dict[str, tuple[int, bytes]]:
        """Return (last version, its leaf hash) of each stream that has entries."""
        with self._link.connection() as connection, connection.cursor(binary=True) as cursor:
            return _stream_heads(cursor, set(streams))

    def writing(self) -> AbstractContextManager[Run]:
        """Give a runner of statements in one transaction, for a read model's own tables."""
        return self._link.transaction(lambda within: runner(within.cursor))


def _stream_heads(cursor: Any, streams: set[str]) -> dict[str, tuple[int, bytes]]:
    """Look up the last entry of each stream: one statement, however many."""
    if not streams:
        return {}
    return _tails(cursor.execute(_SELECT_LASTS, (sorted(streams),)).fetchall())


def _tails(rows: list[HostileRow]) -> dict[str, Tail]:
    return {row[0]: (row[1], row[2]) for row in rows}


def _insert(
    transaction: PostgresTransaction,
    rows: sealing.Sealing,
    count: int,
    batch_row: Callable[[sealing.Sealed], sealing.BatchRow],
) -> tuple[sealing.Sealed, tuple[str, list[Any]]]:
    """Write many entries by COPY, at once; return what goes with them, and few, for COMMIT.

    Reading back what was written, growing the tree and signing is done while the server takes in the
    rows.
    """
    if count < _COPY_ROWS_MIN:
        values = [value for row in rows for value in row]
        statement = f"{_INSERT_ENTRIES}{', '.join([_ENTRY_MARKS] * count)}; "
        sealed = rows.finish()
        return sealed, _advance(statement, values, sealed, batch_row(sealed))
    with transaction.cursor.copy(_COPY) as copy:
        copy.set_types(_COPY_TYPES)
        for row in rows:
            copy.write_row(row)
        sealed = rows.finish()
        last = _advance("", [], sealed, batch_row(sealed))
    return sealed, last


def _advance(
    statement: str, values: list[Any], sealed: sealing.Sealed, batch: sealing.BatchRow
) -> tuple[str, list[Any]]:
    """Write what goes with the entries of a batch, and moves the head."""
    head = sealed.head
    if sealed.nodes:
        marked = ", ".join([_NODE_MARKS] * len(sealed.nodes))
        statement = f"{statement}{_INSERT_NODES}{marked}; "
    nodes = chain.from_iterable(sealed.nodes)
    after = (head.size, head.root, head.frontier, head.recorded_at)
    return statement + _ADVANCE, [*values, *nodes, *batch, *after]
