"""Not trusted: who can write to the database can show any rows; verify finds what differs.

What both engines do alike: an append is one transaction that holds the head, and what is read is read
by statements that both understand word for word. An engine adds how the head is locked, and how rows
go in.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from functools import partial
from typing import ClassVar, Generic, NamedTuple, TypeAlias, TypeVar

from aidledger.store import sealing, shelf
from aidledger.store.draft import BatchSigner, Draft, Evidence, VaultRow
from aidledger.store.errors import (
    CommitLostError,
    OutcomeUnknownError,
    RejectedError,
    StoreError,
)
from aidledger.store.heads import read_head
from aidledger.store.link import Link
from aidledger.store.loose import loose_cause, loose_row, seal_records
from aidledger.store.mark import Mark
from aidledger.store.outcome import Committed, Outcome, Rejected, Unknown
from aidledger.store.port import Head, HostileRow, LooseBatch, Meanwhile, Run, StoredBatch
from aidledger.store.tails import Tail, Tails

L = TypeVar("L", bound=Link)

MakeBatch: TypeAlias = Callable[[sealing.Sealed], sealing.BatchRow]
"""Gives the row of `batches` that goes with entries, signed where there is a signer."""


class Locked(NamedTuple):
    """A transaction that holds the head: what lies below it, and what writes above it."""

    run: Run
    run_many: shelf.RunMany
    head: Head
    tails: dict[str, Tail]
    write: Callable[[sealing.Sealing, MakeBatch], sealing.Sealed]
    """Writes entries, the nodes they complete and their batch, and moves the head."""


class SqlStore(ABC, Generic[L]):
    """A ledger in a database. See `port.LedgerStore` for what each method promises."""

    engine_name: ClassVar[str]

    def __init__(self, link: L, *, origin: str, read_only: bool, mark: Mark | None) -> None:
        self.origin = origin
        self.read_only = read_only
        self._link = link
        self._mark = mark
        self._tails = Tails()

    @abstractmethod
    def _locked(
        self, streams: Collection[str], count: int, meanwhile: Meanwhile | None = None
    ) -> AbstractContextManager[Locked]:
        """Give a transaction to write `count` entries of these streams in.

        Leaving it is COMMIT, during which `meanwhile` is done. Raises CommitLostError where nobody
        knows whether that happened.
        """

    @abstractmethod
    def _settled(self, cause: str) -> Committed | Rejected | None:
        """Say on a fresh connection what became of a cause, once nobody can still commit it."""

    @abstractmethod
    def stream_heads(self, streams: Iterable[str]) -> dict[str, tuple[int, bytes]]:
        """Return (last version, its leaf hash) of each stream that has entries."""

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
        streams = {draft.stream for draft in drafts}
        try:
            with self._locked(streams, len(drafts), meanwhile) as locked:
                rows = sealing.seal(
                    drafts,
                    head=locked.head,
                    tails=locked.tails,
                    cause=cause,
                    now=now,
                    expected_size=expected_size,
                )
                batch = partial(
                    sealing.Sealed.batch_row, cause=cause, digest=request_digest, sign=sign
                )
                sealed = locked.write(rows, batch)
                shelf.insert_side_rows(
                    locked.run,
                    locked.run_many,
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
                return prior_outcome(run, cause, request_digest) or outcome
        self._advance(sealed.head)
        return Committed(receipt=sealed.receipt(cause), replayed=False)

    def append_records(
        self, batch: LooseBatch, *, tracking: tuple[str, int] | None = None
    ) -> list[int]:
        """Record finished records, and the tracking position, for the housed library."""
        sealed = None
        try:
            with self._locked(batch.streams, batch.count) as locked:
                if batch.count:
                    rows = seal_records(batch, head=locked.head, tails=locked.tails)
                    sealed = locked.write(rows, loose_row)
                    self._tails.expect(sealed.head, sealed.tails)
                if tracking is not None:
                    shelf.insert_tracking(locked.run, *tracking)
        except CommitLostError as lost:
            cause = loose_cause(sealed.leaves) if sealed else ""
            raise OutcomeUnknownError(str(lost), cause=cause, hint=lost.hint) from lost
        if sealed is None:
            return []
        self._advance(sealed.head)
        return list(range(sealed.position, sealed.head.size))

    def resolve(self, cause: str) -> Committed | Rejected:
        """Say on a fresh connection whether the cause was committed, and make the answer final."""
        if self.read_only:
            found = self.receipt(cause)
            if isinstance(found, Committed):
                return found
            raise StoreError("only a store open for writing can say `absent`", code="read_only")
        return self._settled(cause) or sealing.ABSENT

    def receipt(self, cause: str) -> Committed | Rejected:
        """Say what is committed under a cause now."""
        with self._link.reading() as run:
            return prior_outcome(run, cause, None) or sealing.ABSENT

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[HostileRow]:
        """Yield the entries from `start` up to, not including, `stop`, in position order."""
        where, bounds = shelf.position_range(start, stop)
        return self._link.stream(f"{shelf.SELECT_ENTRIES}{where} ORDER BY position", bounds)

    def read_records(self, start: int = 0) -> Iterator[HostileRow]:
        """Yield (position, record) of every entry from `start` in position order."""
        where, bounds = shelf.position_range(start, None)
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
        return self._link.stream(*shelf.types_query(types, start))

    def streams(self, prefix: str = "") -> list[str]:
        """Return the names of the streams that begin with the prefix, sorted."""
        with self._link.reading() as run:
            return shelf.stream_names(run, prefix)

    def read_nodes(self) -> Iterator[HostileRow]:
        """Yield (level, index, hash) of every stored node, in that order."""
        return self._link.stream(shelf.SELECT_NODES, ())

    def read_head_row(self) -> HostileRow | None:
        """Return (size, root, frontier, recorded_at) as the database has it."""
        with self._link.reading() as run:
            rows = run(shelf.SELECT_HEAD, ())
            return tuple(rows[0]) if rows else None

    def read_batches(self) -> Iterator[StoredBatch]:
        """Yield every batch in position order."""
        return map(shelf.stored_batch, self._link.stream(shelf.SELECT_BATCHES, ()))

    def read_checkpoints(self) -> Iterator[HostileRow]:
        """Yield (size, root, note) of every kept checkpoint, by size."""
        return self._link.stream(shelf.SELECT_CHECKPOINTS, ())

    def add_checkpoint(self, *, size: int, root: bytes, note: bytes) -> None:
        """Keep a signed note of this log."""
        with self._link.writing() as (run, _):
            shelf.add_checkpoint(run, size=size, root=root, note=note)

    def get_evidence(self, sha256_hex: str) -> bytes | None:
        """Return the content of an evidence file, unchecked."""
        with self._link.reading() as run:
            return shelf.find_evidence(run, sha256_hex)

    def vault_keys_get(self, person: str) -> bytes | None:
        """Return the wrapped key of a person."""
        return self.vault_keys((person,)).get(person)

    def vault_keys(self, persons: Iterable[str]) -> dict[str, bytes]:
        """Return the wrapped keys of those persons who have one."""
        with self._link.reading() as run:
            return shelf.find_keys(run, persons)

    def vault_put_keys(self, keys: dict[str, bytes]) -> None:
        """Insert wrapped keys of persons who have none."""
        with self._link.writing() as (_, run_many):
            shelf.put_keys(run_many, keys)

    def vault_rows(self, commitments: Iterable[str]) -> dict[str, VaultRow]:
        """Return the sealed values of these commitments whose person still has a key."""
        with self._link.reading() as run:
            return shelf.find_vault_rows(run, commitments)

    def vault_erase(self, person: str) -> bool:
        """Destroy the key of a person; say whether there was one."""
        with self._link.writing() as (run, _):
            return shelf.erase_person(run, person)

    def reading(self) -> AbstractContextManager[Run]:
        """Give a runner of statements for a read model's own tables."""
        return self._link.reading()

    @contextmanager
    def writing(self) -> Iterator[Run]:
        """Give a runner of statements in one transaction, for a read model's own tables."""
        with self._link.writing() as (run, _):
            yield run

    def admit(self, head: Head) -> None:
        """Let a restored head be appended to, though the mark remembers a larger one."""
        if self._mark is not None:
            self._mark.admit(head)

    def close(self) -> None:
        """Close every connection."""
        self._link.close()
        if self._mark is not None:
            self._mark.close()

    def _advance(self, head: Head) -> None:
        if self._mark is not None:
            self._mark.advance(head)


def prior_outcome(run: Run, cause: str, digest: bytes | None) -> Committed | Rejected | None:
    """Return what a cause came to before, where it did."""
    batch = shelf.find_batch(run, cause)
    return sealing.prior_outcome(batch, digest, shelf.leaves_of(run, batch))
