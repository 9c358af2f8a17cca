"""Trusted and pure: gives drafts their cause, version, prev and time, and grows the tree.

What both stores would otherwise do twice. Nothing here reads a database, a clock or randomness:
the head and the stream heads come in as they were read under the lock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypeAlias

from aidledger.ledger.entry import (
    Entry,
    EntryError,
    decode_entries,
    write_record,
)
from aidledger.ledger.tree import (
    HASH_BYTES,
    LEAF_PREFIX,
    TILE_WIDTH,
    Frontier,
    TileNode,
)
from aidledger.store.draft import BatchSignature, BatchSigner, Draft
from aidledger.store.errors import ConflictError, RejectedError
from aidledger.store.heads import damaged
from aidledger.store.outcome import Committed, Receipt, Rejected
from aidledger.store.port import Head, Row, StoredBatch
from aidledger.store.tails import Tail

NO_TIME: Final = "1970-01-01T00:00:00.000000Z"
"""When an opaque record is the first of a log: the store has no clock."""

NO_TAIL: Final = (0, None)
"""What a stream without entries ends with."""

BatchRow: TypeAlias = tuple[int, int, str, bytes, bytes, str, bytes | None, str | None]
"""position, count, cause, request_digest, root, recorded_at, signature, key_id."""


@dataclass(slots=True, kw_only=True)
class Sealed:
    """Rows ready to insert, and the head after them."""

    position: int
    rows: list[Row]
    leaves: list[bytes]
    nodes: list[TileNode]
    head: Head
    tails: dict[str, Tail]
    """The last entry of each stream that the rows went into."""
    key_id: str = ""
    """Of the key that signed the rows, once `batch_row` had them signed."""

    def receipt(self, cause: str) -> Receipt:
        """Say what will have been recorded."""
        return Receipt(
            cause=cause,
            position=self.position,
            count=len(self.rows),
            size=self.head.size,
            root=self.head.root.hex(),
            recorded_at=self.head.recorded_at or NO_TIME,
            leaf_hashes=_hex_of(self.leaves),
            key_id=self.key_id,
        )

    def batch_row(self, cause: str, digest: bytes, sign: BatchSigner | None) -> BatchRow:
        """Return the row of `batches`, signed when there is a signer."""
        signed: BatchSignature | None = None
        if sign is not None:
            signed = sign(self.leaves)
            self.key_id = signed.key_id
        return (
            self.position,
            len(self.rows),
            cause,
            digest,
            self.head.root,
            self.head.recorded_at or NO_TIME,
            signed.signature if signed else None,
            signed.key_id if signed else None,
        )


def _hex_of(leaves: Sequence[bytes]) -> tuple[str, ...]:
    """Write hashes in hex, all at once."""
    text, width = b"".join(leaves).hex(), 2 * HASH_BYTES
    return tuple([text[at : at + width] for at in range(0, len(text), width)])


def time_text(moment: datetime) -> str:
    """Write a moment as entries have it: UTC, microseconds, "Z". Raises ValueError when naive."""
    if moment.tzinfo is None:
        raise ValueError("expected a moment with a time zone, found a naive one")
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"


class Sealing:
    """Rows that are made as they are inserted, so that a server works on the first meanwhile.

    Iterate once, inside the transaction; `finish` then gives what goes with them. Both raise
    RejectedError where something can't be recorded: the transaction has to be rolled back.
    """

    def __init__(self, head: Head, rows: Iterable[Row], *, read_back: bool) -> None:
        """Take the head that is locked, and where the rows come from.

        `read_back`: whether the records were written here, and nobody has read them yet.
        """
        self._head = head
        self._source = rows
        self._read_back = read_back
        self._rows: list[Row] = []

    def __iter__(self) -> Iterator[Row]:
        for row in self._source:
            self._rows.append(row)
            yield row

    def finish(self) -> Sealed:
        """Prove the records by reading them, and grow the tree."""
        head, rows = self._head, self._rows
        if self._read_back:
            _read_back([row[5] for row in rows])
        leaves = [row[6] for row in rows]
        frontier = Frontier.from_bytes(head.size, head.frontier)
        nodes = frontier.extend(leaves)
        after = Head(
            size=frontier.size,
            root=frontier.root(),
            frontier=frontier.to_bytes(),
            recorded_at=rows[-1][4],
        )
        return Sealed(
            position=head.size,
            rows=rows,
            leaves=leaves,
            nodes=nodes,
            head=after,
            tails={row[1]: (row[2], row[6]) for row in rows},
        )


def _read_back(records: Sequence[bytes]) -> None:
    """Read what was written, some at a time, so that all of it stays in a processor's cache."""
    for at in range(0, len(records), TILE_WIDTH):
        try:
            decode_entries(records[at : at + TILE_WIDTH])
        except EntryError as error:
            number = at + error.index + 1
            raise RejectedError(f"draft {number}: {error}", code="invalid") from error


def seal(
    drafts: Sequence[Draft],
    *,
    head: Head,
    tails: Mapping[str, Tail],
    cause: str,
    now: datetime,
    expected_size: int | None = None,
) -> Sealing:
    """Turn drafts into rows on top of this head. Raises RejectedError where that can't be."""
    if not drafts:
        raise RejectedError("nothing to record", code="empty")
    if expected_size not in (None, head.size):
        raise ConflictError(f"decided on a log of {expected_size} entries, found {head.size}")
    recorded_at = max(time_text(now), head.recorded_at or NO_TIME)
    rows = _draft_rows(drafts, head.size, tails, cause, recorded_at)
    return Sealing(head, rows, read_back=True)


def _draft_rows(
    drafts: Sequence[Draft], start: int, tails: Mapping[str, Tail], cause: str, recorded_at: str
) -> Iterator[Row]:
    """Make the row of each draft."""
    last: dict[str, tuple[int, bytes | None]] = dict(tails)
    sha256 = hashlib.sha256
    for position, draft in enumerate(drafts, start):
        stream, expected = draft.stream, draft.expected_version
        version, prev = last.get(stream, NO_TAIL)
        if expected not in (None, version) and expected != tails.get(stream, NO_TAIL)[0]:
            raise ConflictError(f"{stream}: decided on version {expected}, found {version}")
        version += 1
        record = write_record(
            Entry(
                type=draft.type,
                actor=draft.actor,
                cause=cause,
                data=draft.data,
                effective_on=draft.effective_on,
                office=draft.office,
                policy=draft.policy,
                prev=prev.hex() if prev is not None else None,
                recorded_at=recorded_at,
                sealed=draft.sealed,
                stream=stream,
                version=version,
            )
        )
        leaf = sha256(LEAF_PREFIX + record).digest()
        last[stream] = (version, leaf)
        yield position, stream, version, draft.type, recorded_at, record, leaf


def prior_outcome(
    batch: StoredBatch | None, digest: bytes | None, leaves: Iterable[Any]
) -> Committed | Rejected | None:
    """Answer for a cause that is there already; None when it is not.

    `digest` None asks for the receipt whatever the request was. Raises StoreError `damaged`.
    """
    if batch is None:
        return None
    if digest is not None and batch.request_digest != digest:
        return Rejected(
            code="cause_reused",
            message=f"cause {batch.cause}: already recorded for another request",
        )
    hashes = [leaf.hex() if isinstance(leaf, bytes) else "" for leaf in leaves]
    match batch:
        case StoredBatch(
            position=int(position),
            count=int(count),
            cause=str(cause),
            root=bytes(root),
            recorded_at=str(recorded_at),
        ) if count == len(hashes):
            receipt = Receipt(
                cause=cause,
                position=position,
                count=count,
                size=position + count,
                root=root.hex(),
                recorded_at=recorded_at,
                leaf_hashes=tuple(hashes),
                key_id=batch.key_id if isinstance(batch.key_id, str) else "",
            )
            return Committed(receipt=receipt, replayed=True)
        case _:
            raise damaged("a row of batches is not in its format")


ABSENT: Final = Rejected(code="absent", message="this cause was never committed")
