"""Not trusted: whoever can write the tables can show any rows; verify finds what differs.

What both engines do with the tables of a ledger: each question of one statement, and what becomes of
an append. How a transaction takes the head's lock, is filled and ends is each engine's own.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from functools import partial
from typing import Any, Final, Generic, Protocol, TypeAlias, TypeVar

from aidledger.store import sealing, shelf
from aidledger.store.draft import BatchSigner, Draft, Evidence, VaultRow
from aidledger.store.errors import (
    CommitLostError,
    OutcomeUnknownError,
    RejectedError,
    StoreError,
)
from aidledger.store.heads import read_head
from aidledger.store.loose import loose_cause, loose_row, seal_records
from aidledger.store.mark import Mark
from aidledger.store.outcome import Committed, Outcome, Rejected, Unknown
from aidledger.store.port import Beside, Head, HostileRow, LooseBatch, Meanwhile, Run, StoredBatch
from aidledger.store.tails import Tail, Tails

_SELECT_ENTRIES: Final = f"SELECT {shelf.ENTRY_COLUMNS} FROM entries"  # noqa: S608

MakeBatchRow: TypeAlias = Callable[[sealing.Sealed], sealing.BatchRow]


class Link(Protocol):
    """The connections of one ledger, as far as its questions need them."""

    def reading(self) -> AbstractContextManager[Run]:
        """Give a runner of statements for reading."""

    def stream(self, statement: str, parameters: Sequence[Any]) -> Iterator[HostileRow]:
        """Read row by row."""

    def close(self) -> None:
        """Close every connection."""


class Locked(Protocol):
    """A transaction that holds the head: nobody else writes until it ends."""

    head: Head
    tails: dict[str, Tail]
    """Of the streams that were named, below the head."""
    run: Run
    run_many: shelf.RunMany

    def insert(self, rows: sealing.Sealing, count: int, batch_row: MakeBatchRow) -> sealing.Sealed:
        """Write so many entries and what goes with them, and move the head."""


LinkT = TypeVar("LinkT", bound=Link)


class ShelvedStore(ABC, Generic[LinkT]):
    """A ledger in the tables of a database. See `port.LedgerStore` for what each method promises."""

    def __init__(self, link: LinkT, *, origin: str, read_only: bool, mark: Mark | None) -> None:
        self.origin = origin
        self.read_only = read_only
        self.beside = Beside()
        self._link = link
        self._mark = mark
        self._tails = Tails()

    # ---- each engine's own

    @abstractmethod
    def _locked(
        self, streams: Collection[str], count: int = 0, meanwhile: Meanwhile | None = None
    ) -> AbstractContextManager[Locked]:
        """Give a transaction that writes `count` entries into `streams`; `meanwhile` is done during COMMIT.

        Raises:
            CommitLostError: COMMIT may have happened.
            StoreError: it has not.

        """

    @abstractmethod
    def _ended(self, cause: str) -> Committed | Rejected:
        """Say on a fresh connection whether a cause was committed, and make the answer final."""

    @abstractmethod
    def stream_heads(self, streams: Iterable[str]) -> dict[str, tuple[int, bytes]]:
        """Return (last version, its leaf hash) of each stream that has entries."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[Run]:
        """Give a runner of statements in one transaction, for a read model's own tables."""

    # ---- written

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
        batch_row = partial(sealing.Sealed.batch_row, cause=cause, digest=request_digest, sign=sign)
        try:
            with self._locked(
                {draft.stream for draft in drafts}, len(drafts), meanwhile
            ) as transaction:
                rows = sealing.seal(
                    drafts,
                    head=transaction.head,
                    tails=transaction.tails,
                    cause=cause,
                    now=now,
                    expected_size=expected_size,
                )
                sealed = transaction.insert(rows, len(drafts), batch_row)
                shelf.insert_side_rows(
                    transaction.run,
                    transaction.run_many,
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
            with self._locked(batch.streams, batch.count) as transaction:
                if batch.count:
                    rows = seal_records(batch, head=transaction.head, tails=transaction.tails)
                    sealed = transaction.insert(rows, batch.count, loose_row)
                    self._tails.expect(sealed.head, sealed.tails)
                if tracking is not None:
                    shelf.insert_tracking(transaction.run, *tracking)
        except CommitLostError as lost:
            cause = loose_cause(sealed.leaves) if sealed else ""
            raise OutcomeUnknownError(str(lost), cause=cause, hint=lost.hint) from lost
        if sealed is None:
            return []
        self._advance(sealed.head)
        return list(range(sealed.position, sealed.head.size))

    def resolve(self, cause: str) -> Committed | Rejected:
        """Say on a fresh connection whether the cause was committed, and make the answer final."""
        if not self.read_only:
            return self._ended(cause)
        found = self.receipt(cause)
        if isinstance(found, Committed):
            return found
        raise StoreError("only a store open for writing can say `absent`", code="read_only")

    def add_checkpoint(self, *, size: int, root: bytes, note: bytes) -> None:
        """Keep a signed note of this log."""
        with self.writing() as run:
            shelf.add_checkpoint(run, size=size, root=root, note=note)

    def vault_erase(self, person: str) -> bool:
        """Destroy the key of a person."""
        with self.writing() as run:
            return shelf.erase_person(run, person)

    # ---- read

    def head(self) -> Head:
        """Return the head, checked for shape."""
        return read_head(self.read_head_row())

    def receipt(self, cause: str) -> Committed | Rejected:
        """Say what is committed under a cause now."""
        with self._link.reading() as run:
            return self._prior(run, cause, None) or sealing.ABSENT

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
        marks = ", ".join("?" * len(wanted)) or "NULL"
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

    def reading(self) -> AbstractContextManager[Run]:
        """Give a runner of statements for a read model's own tables."""
        return self._link.reading()

    # ---- held

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

    def _advance(self, head: Head) -> None:
        if self._mark is not None:
            self._mark.advance(head)
