"""Trusted: the shape every store has; who implements it falsely is found by verify.

Both stores (sqlite.py, postgres.py) keep this contract and share one suite of tests, not a base.
Everything read from a database is hostile: `read*` return what is there, of any type, unchecked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol, TypeAlias

import msgspec

from aidledger.store.draft import BatchSigner, Draft, Evidence, VaultRow
from aidledger.store.outcome import Committed, Outcome, Rejected

Row: TypeAlias = tuple[int, str, int, str, str, bytes, bytes]
"""position, stream, version, type, recorded_at, record, leaf_hash: as the store writes it."""

HostileRow: TypeAlias = tuple[Any, ...]
"""The same columns as the database returns them: any types, any values."""


Run: TypeAlias = Callable[[str, Sequence[Any]], list[Any]]
"""Executes one statement, with `?` for its parameters, and returns its rows."""


Meanwhile: TypeAlias = Callable[[], None]
"""Work that the caller does again where it was not done; what it raises is dropped."""


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """Where the log ends: its size, root, compact range, and the time of its last entry."""

    size: int
    root: bytes
    frontier: bytes
    recorded_at: str | None


class LooseRecord(msgspec.Struct, frozen=True, gc=False):
    """A record that comes finished, through the housed library. `opaque`: not one of ours."""

    stream: str
    version: int
    type: str
    record: bytes
    opaque: bool


class LooseBatch(msgspec.Struct, frozen=True):
    """Finished records on their way: made as they are asked for, once.

    `streams` are those that entries of ours go into.
    """

    records: Iterable[LooseRecord]
    count: int
    streams: frozenset[str]

    @classmethod
    def of(cls, records: Sequence[LooseRecord]) -> LooseBatch:
        """Take records that are there already."""
        streams = frozenset(loose.stream for loose in records if not loose.opaque)
        return cls(records, len(records), streams)


class StoredBatch(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `batches`, hostile: what one append wrote, under which cause, signed by whom.

    `root` is the root of the whole log after the batch, so each batch is also a past head.
    """

    position: Any
    count: Any
    cause: Any
    request_digest: Any
    root: Any
    recorded_at: Any
    signature: Any
    key_id: Any


class Beside(msgspec.Struct, kw_only=True):
    """Whether what was derived from a ledger and lies beside it may answer, and what of it did.

    With `anew` nothing but the entries may. `generation` is the number of the one that a question was
    answered from; None: there was none. `sealed` counts the entries whose columns came from the archive:
    the log vouches for their bytes, and not for their being those of the records. `lacks` says whether
    entries that were asked for are in no answer, as they can't be read or are gone.
    """

    anew: bool = False
    generation: int | None = None
    sealed: int = 0
    lacks: bool = False


class LedgerStore(Protocol):
    """An append-only ledger in a database. Safe to share between threads, not across a fork."""

    beside: Beside
    """How far what lies beside it is trusted by whoever opened it."""

    @property
    def engine_name(self) -> str:
        """`sqlite` or `postgresql`."""

    @property
    def origin(self) -> str:
        """The name of this log, as in its checkpoints."""

    @property
    def read_only(self) -> bool:
        """Whether appends are refused."""

    def head(self) -> Head:
        """Return the head, checked for shape. Raises StoreError `damaged`."""

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
        """Record all drafts, or none, in one transaction.

        A cause that is there already gives its first receipt (same digest) or a refusal. With
        `expected_size` the log must still have the size that was decided on. `erase`
        names persons whose vault keys are destroyed in the same transaction. `meanwhile` is done
        in another thread during COMMIT, if it comes to that. Raises StoreError when the store
        cannot run and COMMIT has not begun.
        """

    def resolve(self, cause: str) -> Committed | Rejected:
        """Say on a fresh connection whether the cause was committed: the receipt, or `absent`.

        Waits for a transaction that is still under way, and makes an `absent` final.
        """

    def receipt(self, cause: str) -> Committed | Rejected:
        """Say what is committed under a cause now, without waiting for anybody."""

    def append_records(
        self, batch: LooseBatch, *, tracking: tuple[str, int] | None = None
    ) -> list[int]:
        """Record finished records, and the tracking position, for the housed library.

        Returns their positions. Raises ConflictError, OutcomeUnknownError, StoreError.
        """

    def stream_heads(self, streams: Iterable[str]) -> dict[str, tuple[int, bytes]]:
        """Return (last version, its leaf hash) of each stream that has entries."""

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[HostileRow]:
        """Yield the entries from `start` up to, not including, `stop`, in position order."""

    def read_records(self, start: int = 0, stop: int | None = None) -> Iterator[HostileRow]:
        """Yield (position, record) as `read` does rows: what is true of them."""

    def read_page(
        self, *, start: int, limit: int, stop: int | None = None, types: Sequence[str] = ()
    ) -> list[HostileRow]:
        """Return at most `limit` entries from `start`, below `stop`, of these types if any."""

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

    def stream_records(self, stream: str) -> list[HostileRow]:
        """Return (position, record) of every entry of one stream, in version order."""

    def read_streams(self, streams: Sequence[str]) -> list[HostileRow]:
        """Return the entries of some streams, stream by stream in version order."""

    def read_types(self, types: Iterable[str], *, start: int = 0) -> Iterator[HostileRow]:
        """Yield the entries of these types from `start`, in position order."""

    def streams(self, prefix: str = "") -> list[str]:
        """Return the names of the streams that begin with the prefix, sorted."""

    def read_nodes(self) -> Iterator[HostileRow]:
        """Yield (level, index, hash) of every stored node, in that order."""

    def read_head_row(self) -> HostileRow | None:
        """Return (size, root, frontier, recorded_at) as the database has it; of several their number."""

    def read_batches(self) -> Iterator[StoredBatch]:
        """Yield every batch in position order."""

    def read_checkpoints(self) -> Iterator[HostileRow]:
        """Yield (size, root, note) of every kept checkpoint, by size."""

    def add_checkpoint(self, *, size: int, root: bytes, note: bytes) -> None:
        """Keep a signed note of this log. The same note twice is one note."""

    def get_evidence(self, sha256_hex: str) -> bytes | None:
        """Return the content of an evidence file, unchecked."""

    def vault_keys(self, persons: Iterable[str]) -> dict[str, bytes]:
        """Return the wrapped keys of those persons who have one."""

    def vault_rows(self, commitments: Iterable[str]) -> dict[str, VaultRow]:
        """Return the sealed values of these commitments whose person still has a key."""

    def vault_erase(self, person: str) -> bool:
        """Destroy the key of a person, for good. False: there was none."""

    def reading(self) -> AbstractContextManager[Run]:
        """Give a runner of statements for a read model's own tables."""

    def writing(self) -> AbstractContextManager[Run]:
        """Give a runner of statements in one transaction, for a read model's own tables."""

    def admit(self, head: Head) -> None:
        """Let the mark be this head, in this process: a restored one, or one that the mark forgot."""

    def close(self) -> None:
        """Close every connection."""
