"""Not trusted: who can write the file can show any rows; verify finds what differs.

The ledger in one SQLite file. Only a checkpoint from outside shows a tail that was cut off.

WAL, synchronous=FULL; every write begins with BEGIN IMMEDIATE, the lock that makes positions
gapless and readers never see a hole. Readers take connections of their own out of the pool; one
writer connection is kept, under a lock of this process.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec

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
from aidledger.store.port import (
    Beside,
    Head,
    HostileRow,
    LooseBatch,
    Meanwhile,
    Row,
    Run,
    StoredBatch,
)
from aidledger.store.sqlite_connect import checkpointed
from aidledger.store.sqlite_link import SqliteLink, runner
from aidledger.store.tails import Tail, Tails

_INSERT_ENTRY: Final = f"INSERT INTO entries ({shelf.ENTRY_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)"  # noqa: S608
_SELECT_ENTRIES: Final = f"SELECT {shelf.ENTRY_COLUMNS} FROM entries"  # noqa: S608
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


class SqliteStore:
    """A ledger in a SQLite file. See `port.LedgerStore` for what each method promises."""

    engine_name = "sqlite"

    def __init__(self, path: Path, *, origin: str, read_only: bool, mark: Mark | None) -> None:
        self.path = path
        self.origin = origin
        self.read_only = read_only
        self.beside = Beside()
        self._mark = mark
        self._link = SqliteLink(path, read_only=read_only)
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
            with self._link.transaction(meanwhile) as connection:
                run = runner(connection)
                self._link.expect(len(drafts))
                head = self._locked_head(connection)
                tails = self._tails_at(head, connection, {draft.stream for draft in drafts})
                rows = sealing.seal(
                    drafts,
                    head=head,
                    tails=tails,
                    cause=cause,
                    now=now,
                    expected_size=expected_size,
                )
                _insert(connection, rows)
                sealed = rows.finish()
                keys = shelf.choose_keys(run, vault_rows)
                _advance(connection, sealed, sealed.batch_row(cause, request_digest, sign))
                shelf.insert_side_rows(
                    run,
                    connection.executemany,
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
            with self._link.transaction() as connection:
                if batch.count:
                    self._link.expect(batch.count)
                    head = self._locked_head(connection)
                    tails = self._tails_at(head, connection, batch.streams)
                    rows = seal_records(batch, head=head, tails=tails)
                    _insert(connection, rows)
                    sealed = rows.finish()
                    _advance(connection, sealed, loose_row(sealed))
                    self._tails.expect(sealed.head, sealed.tails)
                if tracking is not None:
                    shelf.insert_tracking(runner(connection), *tracking)
        except CommitLostError as lost:
            cause = loose_cause(sealed.leaves) if sealed else ""
            raise OutcomeUnknownError(str(lost), cause=cause, hint=lost.hint) from lost
        if sealed is None:
            return []
        self._advance(sealed.head)
        return list(range(sealed.position, sealed.head.size))

    def resolve(self, cause: str) -> Committed | Rejected:
        """Say on a fresh connection whether the cause was committed, and make the answer final.

        A commit whose sync failed lies in the WAL: not part of it, or, after a recovery, part of
        it without being on the disk. Writing something at its place ends the one; moving the WAL
        into the database, which writes and syncs all of it again, makes the other durable.
        """
        if self.read_only:
            found = self.receipt(cause)
            if isinstance(found, Committed):
                return found
            raise StoreError("only a store open for writing can say `absent`", code="read_only")
        with self._link.fresh() as connection:
            prior = self._prior(runner(connection), cause, None)
            connection.execute(_FENCE)
            connection.execute("COMMIT")
            if prior is not None and not checkpointed(connection, wait_ms=10_000):
                raise StoreError(
                    "a reader is in the way of making sure", code="locked", hint="ask again"
                )
        return prior or sealing.ABSENT

    def receipt(self, cause: str) -> Committed | Rejected:
        """Say what is committed under a cause now."""
        with self._link.reading() as run:
            return self._prior(run, cause, None) or sealing.ABSENT

    def stream_heads(self, streams: Iterable[str]) -> dict[str, tuple[int, bytes]]:
        """Return (last version, its leaf hash) of each stream that has entries."""
        with self._link.connection() as connection:
            return _stream_heads(connection, set(streams))

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
        wanted = sorted(set(types))
        marks = ", ".join("?" * len(wanted))
        statement = f"{_SELECT_ENTRIES} WHERE position >= ? AND type IN ({marks}) ORDER BY position"
        return self._link.stream(statement, (start, *wanted))

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
        with self._link.transaction() as connection:
            shelf.add_checkpoint(runner(connection), size=size, root=root, note=note)

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
        """Destroy the key of a person, and its copy in the WAL where no reader is in the way."""
        with self._link.transaction() as connection:
            erased = shelf.erase_person(runner(connection), person)
        with self._link.connection() as connection:
            checkpointed(connection)
        return erased

    def reading(self) -> AbstractContextManager[Run]:
        """Give a runner of statements for a read model's own tables."""
        return self._link.reading()

    @contextmanager
    def writing(self) -> Iterator[Run]:
        """Give a runner of statements in one transaction, for a read model's own tables."""
        with self._link.transaction() as connection:
            yield runner(connection)

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

    def _locked_head(self, connection: Any) -> Head:
        row = shelf.head_row(connection.execute(shelf.SELECT_HEAD).fetchall())
        head = read_head(row, self._tails.head)
        check_mark(self._mark, head, runner(connection))
        return head

    def _tails_at(self, head: Head, connection: Any, streams: Collection[str]) -> dict[str, Tail]:
        return self._tails.at(head, streams, partial(_stream_heads, connection))

    def _advance(self, head: Head) -> None:
        if self._mark is not None:
            self._mark.advance(head)


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
