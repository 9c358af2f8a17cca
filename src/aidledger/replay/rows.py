"""From a stored row to what the domain folds, by the strict decoders alone: one place for all."""

from __future__ import annotations

from typing import Any

import msgspec

from aidledger.domain.events.catalog import decode_data
from aidledger.domain.recorded import Recorded
from aidledger.ledger.entry import EntryError, decode_entry

HostileRow = tuple[Any, ...]


def recorded_of(entry: Any, position: int, event: Any = None) -> Recorded:
    """Return an envelope as the domain sees it; its data is the event, where none is given."""
    return Recorded(
        actor=entry.actor,
        effective_on=entry.effective_on,
        event=entry.data if event is None else event,
        office=entry.office,
        pack_hash=entry.policy.hash.removeprefix("sha256:") if entry.policy else None,
        position=position,
        recorded_at=entry.recorded_at,
        sealed=entry.sealed,
        stream=entry.stream,
        version=entry.version,
    )


def recorded_row(row: HostileRow) -> Recorded | None:
    """Return the recorded event of a stored row, or nothing where the record can't be read.

    The record bytes are the truth; the columns beside them are not asked. Only the position, which
    no record holds, is the row's.
    """
    return recorded_record(row[0], row[5])


def recorded_record(position: Any, record: Any) -> Recorded | None:
    """Return the recorded event of a record, or nothing where it or its position can't be read."""
    if not isinstance(position, int) or not isinstance(record, bytes):
        return None
    try:
        entry = decode_entry(record)
        event: Any = decode_data(entry.type, msgspec.json.encode(entry.data))
    except (EntryError, msgspec.MsgspecError, UnicodeError):
        return None
    return recorded_of(msgspec.structs.replace(entry, data=event), position)
