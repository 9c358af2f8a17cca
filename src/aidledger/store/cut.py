"""Not trusted: a ledger as it stood at a point, read from what the database holds today.

The log is only ever added to, so its first entries are all of what it was. Nothing is appended to a
past. What an attacker changed in the database is changed in its past as well; verify finds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, Final, NoReturn

from aidledger.ledger.proof import ProofError
from aidledger.ledger.tiledtree import TiledTree
from aidledger.ledger.tree import TILE_WIDTH
from aidledger.store.draft import VaultRow
from aidledger.store.errors import StoreError
from aidledger.store.outcome import Committed, Outcome, Rejected
from aidledger.store.port import Head, HostileRow, LedgerStore, LooseBatch, Run, StoredBatch
from aidledger.store.tilerows import tile_hashes

LAST_OF_STREAM: Final = (
    "SELECT version, leaf_hash FROM entries WHERE stream = ? AND position < ?"
    " ORDER BY version DESC LIMIT 1"
)
_NEVER: Final = "this cause was never committed"
STREAM_NAMES: Final = (
    "SELECT DISTINCT stream FROM entries WHERE stream >= ? AND stream < ? AND position < ?"
)


class CutStore:
    """The first ``size`` entries of a ledger, as a store that is read only."""

    def __init__(self, store: LedgerStore, size: int) -> None:
        self._store = store
        self.size = size
        self.beside = store.beside
        self._head: Head | None = None

    @property
    def path(self) -> Any:
        """Where the file lies, if it is one: what lies beside a ledger lies beside its past."""
        return getattr(self._store, "path", None)

    @property
    def location(self) -> Any:
        """The address of the database, if it is on a server."""
        return getattr(self._store, "location", None)

    @property
    def engine_name(self) -> str:
        """`sqlite` or `postgresql`."""
        return self._store.engine_name

    @property
    def origin(self) -> str:
        """The name of this log, as in its checkpoints."""
        return self._store.origin

    @property
    def read_only(self) -> bool:
        """Whether appends are refused."""
        return True

    def head(self) -> Head:
        """Return the head at the point. Its frontier is left empty: nothing is appended to it.

        Raises StoreError `damaged` where the stored entries and nodes give no root.
        """
        if self._head is None:

            def read(tile: Any) -> list[Any]:
                with self._store.reading() as run:
                    return tile_hashes(run, tile)

            last = next(self.read(self.size - 1), None) if self.size else None
            time = None if last is None else last[4]
            try:
                root = TiledTree(self.size, read).root()
            except ProofError as error:
                raise StoreError(
                    f"the ledger gives no root at {self.size} entries: {error}",
                    code="damaged",
                    hint="run `aidledger verify` and append nothing",
                ) from error
            recorded_at = time if isinstance(time, str) else None
            self._head = Head(size=self.size, root=root, frontier=b"", recorded_at=recorded_at)
        return self._head

    def receipt(self, cause: str) -> Committed | Rejected:
        """Say what was committed under a cause by the point."""
        found = self._store.receipt(cause)
        if isinstance(found, Committed) and found.receipt.size > self.size:
            return Rejected(code="absent", message=_NEVER)
        return found

    def resolve(self, cause: str) -> Committed | Rejected:
        """Say what was committed under a cause by the point: no transaction of then is under way."""
        return self.receipt(cause)

    def stream_heads(self, streams: Iterable[str]) -> dict[str, tuple[int, bytes]]:
        """Return (last version, its leaf hash) of each stream that had entries."""
        with self._store.reading() as run:
            found = {s: run(LAST_OF_STREAM, (s, self.size)) for s in sorted(set(streams))}
        return {stream: (rows[0][0], rows[0][1]) for stream, rows in found.items() if rows}

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[HostileRow]:
        """Yield the entries from `start` up to, not including, `stop`, in position order."""
        return self._store.read(start, self.size if stop is None else min(stop, self.size))

    def read_records(self, start: int = 0, stop: int | None = None) -> Iterator[HostileRow]:
        """Yield (position, record) of every entry of a range as `read`, in position order."""
        return self._store.read_records(start, self.size if stop is None else min(stop, self.size))

    def read_page(
        self, *, start: int, limit: int, stop: int | None = None, types: Sequence[str] = ()
    ) -> list[HostileRow]:
        """Return at most `limit` entries of a range, of these types if any."""
        end = self.size if stop is None else min(stop, self.size)
        return self._store.read_page(start=start, limit=limit, stop=end, types=types)

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
        last = self.stream_heads([stream]).get(stream, (0, b""))[0]
        end = last if upto is None else min(upto, last)
        rows = self._store.read_stream(
            stream, after=after, upto=end, backwards=backwards, limit=limit
        )
        return (row for row in rows if self._is_in(row))

    def stream_records(self, stream: str) -> list[HostileRow]:
        """Return (position, record) of every entry of one stream, in version order."""
        return [row for row in self._store.stream_records(stream) if self._is_in(row)]

    def read_streams(self, streams: Sequence[str]) -> list[HostileRow]:
        """Return the entries of some streams, stream by stream in version order."""
        return [row for row in self._store.read_streams(streams) if self._is_in(row)]

    def read_types(self, types: Iterable[str], *, start: int = 0) -> Iterator[HostileRow]:
        """Yield the entries of these types from `start`, in position order."""
        return self._until(self._store.read_types(types, start=start))

    def streams(self, prefix: str = "") -> list[str]:
        """Return the names of the streams that begin with the prefix, sorted."""
        with self._store.reading() as run:
            rows = run(STREAM_NAMES, (prefix, prefix + "\x7f", self.size))
        return sorted(row[0] for row in rows if isinstance(row[0], str))

    def read_nodes(self) -> Iterator[HostileRow]:
        """Yield (level, index, hash) of every node that was complete."""
        for row in self._store.read_nodes():
            level, index = row[0], row[1]
            # of a hostile level the power alone would take for ever
            if level <= self.size.bit_length() and (index + 1) * TILE_WIDTH**level <= self.size:
                yield row

    def read_head_row(self) -> HostileRow | None:
        """Return (size, root, frontier, recorded_at) at the point."""
        head = self.head()
        return head.size, head.root, head.frontier, head.recorded_at

    def read_batches(self) -> Iterator[StoredBatch]:
        """Yield every batch that was whole, in position order."""
        for batch in self._store.read_batches():
            if batch.position + batch.count <= self.size:
                yield batch

    def read_checkpoints(self) -> Iterator[HostileRow]:
        """Yield (size, root, note) of every kept checkpoint that reaches no further."""
        return (row for row in self._store.read_checkpoints() if row[0] <= self.size)

    def get_evidence(self, sha256_hex: str) -> bytes | None:
        """Return the content of an evidence file: its hash says what it is, whenever it came."""
        return self._store.get_evidence(sha256_hex)

    def vault_keys(self, persons: Iterable[str]) -> dict[str, bytes]:
        """Return the wrapped keys of those persons who still have one."""
        return self._store.vault_keys(persons)

    def vault_rows(self, commitments: Iterable[str]) -> dict[str, VaultRow]:
        """Return the sealed values of these commitments whose person still has a key."""
        return self._store.vault_rows(commitments)

    def reading(self) -> AbstractContextManager[Run]:
        """Give a runner of statements over all that the database holds, not only up to the point."""
        return self._store.reading()

    def close(self) -> None:
        """Close every connection."""
        self._store.close()

    def append(self, *_: Any, **__: Any) -> Outcome:
        """Refuse to append."""
        self._refuse()

    def append_records(
        self, batch: LooseBatch, *, tracking: tuple[str, int] | None = None
    ) -> list[int]:
        """Refuse to append."""
        del batch, tracking
        self._refuse()

    def add_checkpoint(self, *, size: int, root: bytes, note: bytes) -> None:
        """Refuse to keep anything."""
        del size, root, note
        self._refuse()

    def vault_erase(self, person: str) -> bool:
        """Refuse to destroy anything."""
        del person
        self._refuse()

    def writing(self) -> AbstractContextManager[Run]:
        """Refuse to write."""
        self._refuse()

    def admit(self, head: Head) -> None:
        """Refuse to write."""
        del head
        self._refuse()

    def _refuse(self) -> NoReturn:
        raise StoreError(
            "the ledger is open as it stood at a point",
            code="read_only",
            hint="open it without one",
        )

    def _is_in(self, row: HostileRow) -> bool:
        return not (type(row[0]) is int and row[0] >= self.size)

    def _until(self, rows: Iterator[HostileRow]) -> Iterator[HostileRow]:
        """Yield rows that come in position order, up to the point."""
        for row in rows:
            if not self._is_in(row):
                return
            yield row
