"""Not trusted: who owns the server can show any rows; verify finds what differs.

The ledger in a PostgreSQL schema. Only a checkpoint from outside shows a tail that was cut off.

The head row, locked with SELECT ... FOR UPDATE before anything is read, makes positions gapless and
their order the order of commits, so that readers never see a hole. Bulk goes in by COPY BINARY. One
writer connection is kept, under a lock of this process.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import chain
from typing import Any, Final

from aidledger.store import sealing, shelf
from aidledger.store.heads import check_mark, read_head
from aidledger.store.mark import Mark
from aidledger.store.outcome import Committed, Rejected
from aidledger.store.port import HostileRow, Meanwhile
from aidledger.store.postgres_link import (
    PostgresLink,
    PostgresTransaction,
    many_runner,
    marks,
    runner,
)
from aidledger.store.sqlstore import Locked, MakeBatch, SqlStore, prior_outcome
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
    "SELECT e.stream, e.version, e.leaf_hash FROM unnest(%s::text[]) AS wanted (stream)"
    " CROSS JOIN LATERAL (SELECT stream, version, leaf_hash FROM entries"
    " WHERE entries.stream = wanted.stream ORDER BY version DESC LIMIT 1) AS e"
)

_SELECT_LAST: Final = (  # the server plans it in half the time, and a command asks for one
    "SELECT stream, version, leaf_hash FROM entries WHERE stream = %s ORDER BY version DESC LIMIT 1"
)


class PostgresStore(SqlStore[PostgresLink]):
    """A ledger in a PostgreSQL schema. See `port.LedgerStore` for what each method promises."""

    engine_name = "postgresql"

    def __init__(self, location: str, *, origin: str, read_only: bool, mark: Mark | None) -> None:
        self.location = location
        link = PostgresLink(location, read_only=read_only)
        super().__init__(link, origin=origin, read_only=read_only, mark=mark)

    @contextmanager
    def _locked(
        self, streams: Collection[str], count: int, meanwhile: Meanwhile | None = None
    ) -> Iterator[Locked]:
        """Lock the head; what is not known of the streams' tails is asked for in the same message."""
        asked = sorted(self._tails.missing(streams))
        if len(asked) == 1:
            lookups: tuple[str, Sequence[Any]] = (f"; {_SELECT_LAST}", asked)
        else:
            lookups = (f"; {_SELECT_LASTS}", (asked,)) if asked else ("", ())
        with self._link.transaction(*lookups, meanwhile=meanwhile) as transaction:
            (head_row,), *found = transaction.found
            head = read_head(head_row, self._tails.head)
            check_mark(self._mark, head)
            tails = self._tails.at(
                head,
                streams,
                partial(_stream_heads, transaction.cursor),
                asked=asked,
                found=_tails(found[0]) if found else None,
            )
            yield Locked(
                run=runner(transaction.cursor),
                run_many=many_runner(transaction.cursor),
                head=head,
                tails=tails,
                write=partial(_write, transaction, count),
            )

    def _settled(self, cause: str) -> Committed | Rejected | None:
        """Say what it is, once it is final.

        The server may still be busy with the COMMIT whose answer was lost. That transaction holds
        the head row: having it means that the other has ended, one way or the other.
        """
        with self._link.fresh() as run:
            return prior_outcome(run, cause, None)

    def stream_heads(self, streams: Iterable[str]) -> dict[str, tuple[int, bytes]]:
        """Return (last version, its leaf hash) of each stream that has entries."""
        with self._link.connection() as connection, connection.cursor(binary=True) as cursor:
            return _stream_heads(cursor, set(streams))


def _stream_heads(cursor: Any, streams: set[str]) -> dict[str, tuple[int, bytes]]:
    """Look up the last entry of each stream: one statement, however many."""
    if not streams:
        return {}
    return _tails(cursor.execute(_SELECT_LASTS, (sorted(streams),)).fetchall())


def _tails(rows: list[HostileRow]) -> dict[str, Tail]:
    return {row[0]: (row[1], row[2]) for row in rows}


def _write(
    transaction: PostgresTransaction, count: int, rows: sealing.Sealing, batch_row: MakeBatch
) -> sealing.Sealed:
    """Write many entries by COPY, at once; leave what goes with them, and few, for COMMIT.

    Reading back what was written, growing the tree and signing is done while the server takes in the
    rows.
    """
    if count < _COPY_ROWS_MIN:
        values = [value for row in rows for value in row]
        statement = f"{_INSERT_ENTRIES}{', '.join([_ENTRY_MARKS] * count)}; "
        sealed = rows.finish()
        last = _advance(statement, values, sealed, batch_row(sealed))
    else:
        with transaction.cursor.copy(_COPY) as copy:
            copy.set_types(_COPY_TYPES)
            for row in rows:
                copy.write_row(row)
            sealed = rows.finish()
            last = _advance("", [], sealed, batch_row(sealed))
    transaction.at_commit(*last)
    return sealed


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
