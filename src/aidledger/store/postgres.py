"""Not trusted: who owns the server can show any rows; verify finds what differs.

The ledger in a PostgreSQL schema. Only a checkpoint from outside shows a tail that was cut off.

The head row, locked with SELECT ... FOR UPDATE before anything is read, makes positions gapless and
their order the order of commits, so that readers never see a hole. Bulk goes in by COPY BINARY. One
writer connection is kept, under a lock of this process.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from functools import partial
from itertools import chain
from typing import Any, Final

from aidledger.store import sealing, shelf
from aidledger.store.draft import BatchSigner, Draft, Evidence, VaultRow
from aidledger.store.errors import (
    CommitLostError,
    OutcomeUnknownError,
    RejectedError,
    StoreError,
)
from aidledger.store.heads import check_mark, read_head
from aidledger.store.loose import loose_cause, loose_row, seal_records
from aidledger.store.mark import Mark
from aidledger.store.outcome import Committed, Outcome, Rejected, Unknown
from aidledger.store.port import Beside, Head, HostileRow, LooseBatch, Meanwhile, Run, StoredBatch
from aidledger.store.postgres_link import (
    PostgresLink,
    PostgresTransaction,
    many_runner,
    marks,
    runner,
)
from aidledger.store.tails import Tail, Tails

_COPY: Final = f"COPY entries ({shelf.ENTRY_COLUMNS}) FROM STDIN (FORMAT BINARY)"
_COPY_TYPES: Final = ("int8", "text", "int8", "text", "text", "bytea", "bytea")
_COPY_ROWS_MIN: Final = 12  # below, one statement of arrays is quicker than a COPY
_INSERT_ENTRIES: Final = f"INSERT INTO entries ({shelf.ENTRY_COLUMNS}) VALUES "  # noqa: S608
_ENTRY_MARKS: Final = "(%s, %s, %s, %s, %s, %s, %s)"
_INSERT_NODES: Final = "INSERT INTO nodes (level, idx, hash) VALUES "
_NODE_MARKS: Final = "(%s, %s, %s)"
_ADVANCE: Final = f"{marks(shelf.INSERT_BATCH)}; {marks(shelf.UPDATE_HEAD)}"
_SELECT_ENTRIES: Final = f"SELECT {shelf.ENTRY_COLUMNS} FROM entries"  # noqa: S608
_SELECT_LASTS: Final = (
    "SELECT e.stream, e.version, e.leaf_hash FROM pg_catalog.unnest(%s::text[]) AS wanted (stream)"
    " CROSS JOIN LATERAL (SELECT stream, version, leaf_hash FROM entries"
    " WHERE entries.stream = wanted.stream ORDER BY version DESC LIMIT 1) AS e"
)

_SELECT_LAST: Final = (  # the server plans it in half the time, and a command asks for one
    "SELECT stream, version, leaf_hash FROM entries WHERE stream = %s ORDER BY version DESC LIMIT 1"
)


class PostgresStore:
    """A ledger in a PostgreSQL database. See `port.LedgerStore` for what each method promises."""

    engine_name = "postgresql"

    def __init__(self, location: str, *, origin: str, read_only: bool, mark: Mark | None) -> None:
        self.location = location
        self.origin = origin
        self.read_only = read_only
        self.beside = Beside()
        self._mark = mark
        self._link = PostgresLink(location, read_only=read_only)
        self._tails = Tails()

    def head(self) -> Head:
        """Return the head, checked for shape."""
        return read_head(self.read_head_row())

    def append(
        self,
        drafts: Sequence[Draft],
        *,
        cause: str,
        request_digest: bytes,
        now: datetime,
        expected_size: int | None = None,
        vault_rows: Sequence[VaultRow] = (),
        evidence: Sequence[Evidence] = (),
        erase: Sequence[str] = (),
        sign: BatchSigner | None = None,
        meanwhile: Meanwhile | None = None,
    ) -> Outcome:
        """Record all drafts, or none, in one transaction."""
        if wrong := shelf.wrong_evidence(evidence):
            return wrong
        try:
            with self._locked({draft.stream for draft in drafts}, meanwhile) as (
                transaction,
                head,
                tails,
            ):
                run = runner(transaction.cursor)
                rows = sealing.seal(
                    drafts,
                    head=head,
                    tails=tails,
                    cause=cause,
                    now=now,
                    expected_size=expected_size,
                )
                batch = partial(
                    sealing.Sealed.batch_row, cause=cause, digest=request_digest, sign=sign
                )
                sealed, last = _insert(transaction, rows, len(drafts), batch)
                keys = shelf.choose_keys(run, vault_rows)
                transaction.at_commit(*last)
                shelf.insert_side_rows(
                    run,
                    many_runner(transaction.cursor),
                    keys=keys,
                    vault_rows=vault_rows,
                    evidence=evidence,
                    erase=erase,
                )
                self._tails.expect(sealed.head, sealed.tails)
        except CommitLostError as lost:
            return Unknown(cause=cause, code=lost.code, message=str(lost))
        except RejectedError as rejected:
            # A cause that is there already has another log below it than was expected, and its own
            # row refuses a second one: only what can't be recorded has to be asked about.
            outcome = Rejected(code=rejected.code, message=str(rejected))
            with self._link.reading() as run:
                return self._prior(run, cause, request_digest) or outcome
        self._advance(sealed.head)
        return Committed(receipt=sealed.receipt(cause), replayed=False)

    def append_records(
        self, batch: LooseBatch, *, tracking: tuple[str, int] | None = None
    ) -> list[int]:
        """Record finished records, and the tracking position, for the housed library."""
        sealed = None
        try:
            with self._locked(batch.streams) as (transaction, head, tails):
                if batch.count:
                    rows = seal_records(batch, head=head, tails=tails)
                    sealed, last = _insert(transaction, rows, batch.count, loose_row)
                    transaction.at_commit(*last)
                    self._tails.expect(sealed.head, sealed.tails)
                if tracking is not None:
                    shelf.insert_tracking(runner(transaction.cursor), *tracking)
        except CommitLostError as lost:
            cause = loose_cause(sealed.leaves) if sealed else ""
            raise OutcomeUnknownError(str(lost), cause=cause, hint=lost.hint) from lost
        if sealed is None:
            return []
        self._advance(sealed.head)
        return list(range(sealed.position, sealed.head.size))

    def resolve(self, cause: str) -> Committed | Rejected:
        """Say on a fresh connection whether the cause was committed.

        The server may still be busy with the COMMIT whose answer was lost. That transaction holds
        the head row: having it means that the other has ended, one way or the other.
        """
        if self.read_only:
            found = self.receipt(cause)
            if isinstance(found, Committed):
                return found
            raise StoreError("only a store open for writing can say `absent`", code="read_only")
        with self._link.fresh() as run:
            return self._prior(run, cause, None) or sealing.ABSENT

    def receipt(self, cause: str) -> Committed | Rejected:
        """Say what is committed under a cause now."""
        with self._link.reading() as run:
            return self._prior(run, cause, None) or sealing.ABSENT

    def stream_heads(self, streams: Iterable[str]) -> dict[str, tuple[int, bytes]]:
        """Return (last version, its leaf hash) of each stream that has entries."""
        with self._link.connection() as connection, connection.cursor(binary=True) as cursor:
            return _stream_heads(cursor, set(streams))

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[HostileRow]:
        """Yield the entries from `start` up to, not including, `stop`, in position order."""
        where, bounds = shelf.position_range(start, stop)
        return self._link.stream(f"{_SELECT_ENTRIES}{where} ORDER BY position", bounds)

    def read_records(self, start: int = 0, stop: int | None = None) -> Iterator[HostileRow]:
        """Yield (position, record) of every entry of a range as `read`, in position order."""
        where, bounds = shelf.position_range(start, stop)
        return self._link.stream(f"{shelf.SELECT_RECORDS}{where} ORDER BY position", bounds)

    def read_page(
        self, *, start: int, limit: int, stop: int | None = None, types: Sequence[str] = ()
    ) -> list[HostileRow]:
        """Return at most `limit` entries of a range, in position order."""
        with self._link.reading() as run:
            return run(*shelf.page_query(start, limit, stop, types))

    def read_stream(
        self,
        stream: str,
        *,
        after: int = -1,
        upto: int | None = None,
        backwards: bool = False,
        limit: int | None = None,
    ) -> Iterator[HostileRow]:
        """Yield the entries of one stream, versions above `after` up to `upto`, in their order."""
        with self._link.reading() as run:
            return iter(run(*shelf.stream_query(stream, after, upto, backwards, limit)))

    def stream_records(self, stream: str) -> list[HostileRow]:
        """Return (position, record) of every entry of one stream, in version order."""
        with self._link.reading() as run:
            return run(shelf.SELECT_STREAM_RECORDS, (stream,))

    def read_streams(self, streams: Sequence[str]) -> list[HostileRow]:
        """Return the entries of some streams, stream by stream in version order."""
        with self._link.reading() as run:
            return shelf.find_streams(run, streams)

    def read_types(self, types: Iterable[str], *, start: int = 0) -> Iterator[HostileRow]:
        """Yield the entries of these types from `start`, in position order."""
        statement = f"{_SELECT_ENTRIES} WHERE position >= ? AND type = ANY (?) ORDER BY position"
        return self._link.stream(statement, (start, sorted(set(types))))

    def streams(self, prefix: str = "") -> list[str]:
        """Return the names of the streams that begin with the prefix, sorted."""
        with self._link.reading() as run:
            return shelf.stream_names(run, prefix)

    def read_nodes(self) -> Iterator[HostileRow]:
        """Yield (level, index, hash) of every stored node, in that order."""
        return self._link.stream(shelf.SELECT_NODES, ())

    def read_head_row(self) -> HostileRow | None:
        """Return (size, root, frontier, recorded_at) as the database has it; of several their number."""
        with self._link.reading() as run:
            return shelf.head_row(run(shelf.SELECT_HEAD, ()))

    def read_batches(self) -> Iterator[StoredBatch]:
        """Yield every batch in position order."""
        return map(shelf.stored_batch, self._link.stream(shelf.SELECT_BATCHES, ()))

    def read_checkpoints(self) -> Iterator[HostileRow]:
        """Yield (size, root, note) of every kept checkpoint, by size."""
        return self._link.stream(shelf.SELECT_CHECKPOINTS, ())

    def add_checkpoint(self, *, size: int, root: bytes, note: bytes) -> None:
        """Keep a signed note of this log."""
        with self._link.transaction() as transaction:
            shelf.add_checkpoint(runner(transaction.cursor), size=size, root=root, note=note)

    def get_evidence(self, sha256_hex: str) -> bytes | None:
        """Return the content of an evidence file, unchecked."""
        with self._link.reading() as run:
            return shelf.find_evidence(run, sha256_hex)

    def vault_keys(self, persons: Iterable[str]) -> dict[str, bytes]:
        """Return the wrapped keys of those persons who have one."""
        with self._link.reading() as run:
            return shelf.find_keys(run, persons)

    def vault_rows(self, commitments: Iterable[str]) -> dict[str, VaultRow]:
        """Return the sealed values of these commitments whose person still has a key."""
        with self._link.reading() as run:
            return shelf.find_vault_rows(run, commitments)

    def vault_erase(self, person: str) -> bool:
        """Destroy the key of a person. The dead row goes with the server's next VACUUM."""
        with self._link.transaction() as transaction:
            return shelf.erase_person(runner(transaction.cursor), person)

    def reading(self) -> AbstractContextManager[Run]:
        """Give a runner of statements for a read model's own tables."""
        return self._link.reading()

    @contextmanager
    def writing(self) -> Iterator[Run]:
        """Give a runner of statements in one transaction, for a read model's own tables."""
        with self._link.transaction() as transaction:
            yield runner(transaction.cursor)

    def admit(self, head: Head) -> None:
        """Let the mark be this head, in this process: a restored one, or one that the mark forgot."""
        if self._mark is not None:
            self._mark.admit(head)

    def close(self) -> None:
        """Close every connection."""
        self._link.close()
        if self._mark is not None:
            self._mark.close()

    def _prior(self, run: Run, cause: str, digest: bytes | None) -> Committed | Rejected | None:
        batch = shelf.find_batch(run, cause)
        return sealing.prior_outcome(batch, digest, shelf.leaves_of(run, batch))

    @contextmanager
    def _locked(
        self, streams: Collection[str], meanwhile: Meanwhile | None = None
    ) -> Iterator[tuple[PostgresTransaction, Head, dict[str, Tail]]]:
        """Give a transaction that holds the head, with the streams' tails as they are below it.

        What is not known of them is asked for in the message that takes the lock.
        """
        asked = sorted(self._tails.missing(streams))
        if len(asked) == 1:
            lookups: tuple[str, Sequence[Any]] = (f"; {_SELECT_LAST}", asked)
        else:
            lookups = (f"; {_SELECT_LASTS}", (asked,)) if asked else ("", ())
        with self._link.transaction(*lookups, meanwhile=meanwhile) as transaction:
            heads, *found = transaction.found
            head = read_head(shelf.head_row(heads), self._tails.head)
            check_mark(self._mark, head, runner(transaction.cursor))
            tails = self._tails.at(
                head,
                streams,
                partial(_stream_heads, transaction.cursor),
                asked=asked,
                found=_tails(found[0]) if found else None,
            )
            yield transaction, head, tails

    def _advance(self, head: Head) -> None:
        if self._mark is not None:
            self._mark.advance(head)


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
