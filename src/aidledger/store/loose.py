"""Trusted and pure: turns finished records of the housed library into rows; made-up events get an envelope.

What `eventsourcing` records through its own classes comes here: an entry of ours that was finished
elsewhere, or any bytes. A made-up event has no form that `verify` could hold it against: it is refused there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from aidledger.ledger.entry import Entry, EntryError, decode_entries
from aidledger.ledger.tree import LEAF_PREFIX
from aidledger.store.errors import ConflictError
from aidledger.store.port import Head, LooseBatch, LooseRecord, Row
from aidledger.store.sealing import NO_TAIL, NO_TIME, BatchRow, Sealed, Sealing
from aidledger.store.tails import Tail

OPAQUE_PREFIX: Final = b"aidledger/opaque/v1\n"
"""Begins a record of the housed library that is none of ours; verify refuses such a record."""


def seal_records(
    batch: LooseBatch,
    *,
    head: Head,
    tails: Mapping[str, Tail],
) -> Sealing:
    """Turn the finished records of the housed library into rows on top of this head.

    One of our entries must fit to the byte: version, prev, and no earlier time. Raises
    ConflictError when it does not.
    """
    return Sealing(head, _loose_rows(batch, head, tails), read_back=False)


def _loose_rows(batch: LooseBatch, head: Head, tails: Mapping[str, Tail]) -> Iterator[Row]:
    """Make the row of each finished record."""
    recorded_at = head.recorded_at or NO_TIME
    last: dict[str, tuple[int, bytes | None]] = dict(tails)
    records = list(batch.records) if batch.streams else batch.records
    entries = iter(_read([loose for loose in records if not loose.opaque]) if batch.streams else ())
    sha256 = hashlib.sha256
    for position, loose in enumerate(records, head.size):
        stream, version, record = loose.stream, loose.version, loose.record
        leaf = sha256(LEAF_PREFIX + record).digest()
        if not loose.opaque:
            entry, tail = next(entries), last.get(stream, NO_TAIL)
            recorded_at = _fitting((stream, version, loose.type), entry, recorded_at, tail)
            last[stream] = (version, leaf)
        yield position, stream, version, loose.type, recorded_at, record, leaf


def _read(ours: Sequence[LooseRecord]) -> list[Entry]:
    """Read the records that are to be entries of ours."""
    try:
        return decode_entries([loose.record for loose in ours])
    except EntryError as error:
        raise ConflictError(f"{ours[error.index].stream}: not an entry: {error}") from error


def _fitting(
    named: tuple[str, int, str], entry: Entry, not_before: str, last: tuple[int, bytes | None]
) -> str:
    """Check one of our entries against its name and the log it comes to; return its time."""
    version, prev = last
    expected = (*named, version + 1, prev.hex() if prev else None)
    if expected != (entry.stream, entry.version, entry.type, entry.version, entry.prev):
        raise ConflictError(f"{named[0]}: version {named[1]} does not follow {version}")
    if entry.recorded_at < not_before:
        raise ConflictError(f"{named[0]}: recorded_at goes back behind the log")
    return entry.recorded_at


def loose_cause(leaves: Iterable[bytes]) -> str:
    """Name an append of the housed library by what it records: it gives no cause."""
    return f"loose:{hashlib.sha256(b''.join(leaves)).hexdigest()}"


def loose_row(sealed: Sealed) -> BatchRow:
    """Return the row of `batches` for an append of the housed library: it gives no request either."""
    return sealed.batch_row(loose_cause(sealed.leaves), b"", None)


def opaque_record(kind: bytes, stream: str, version: int, state: bytes) -> bytes:
    """Envelop an event of the housed library, so that no two events have one leaf hash.

    `kind` is one byte: `u` where the originator id was a UUID, `s` where it was text.
    """
    return b"%b%b %d %b\n%b" % (OPAQUE_PREFIX, kind, version, stream.encode(), state)


def open_opaque(stream: str, version: int, record: bytes) -> tuple[bytes, bytes]:
    """Return (kind, state) of an opaque record. Raises ValueError when its columns differ."""
    at = len(OPAQUE_PREFIX)
    kind = record[at : at + 1]
    head = opaque_record(kind, stream, version, b"")
    if not record.startswith(head):
        raise ValueError("the columns differ from the record")
    return kind, record[len(head) :]
