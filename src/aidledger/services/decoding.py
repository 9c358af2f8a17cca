"""From a stored row to what the domain reads; a row that can't be read is a value, not an error."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from aidledger.domain.events.catalog import decode_data, encode_data
from aidledger.domain.recorded import Recorded
from aidledger.domain.values import parse_day
from aidledger.ledger.entry import Entry, EntryError, decode_entry
from aidledger.store.port import HostileRow


def recorded_of(row: HostileRow) -> Recorded | None:
    """Return the recorded event of a stored row, or nothing where the record can't be read.

    The record bytes are the truth; the columns beside them are not asked. Only the position, which
    no record holds, is the row's.
    """
    position, record = row[0], row[5]
    if not isinstance(record, bytes) or not isinstance(position, int):
        return None
    try:
        entry = decode_entry(record)
        event = decode_data(entry.type, msgspec.json.encode(entry.data))
    except (EntryError, msgspec.MsgspecError):
        return None
    return Recorded(
        actor=entry.actor,
        effective_on=entry.effective_on,
        event=event,
        office=entry.office,
        pack_hash=entry.policy.hash.removeprefix("sha256:") if entry.policy else None,
        position=position,
        recorded_at=entry.recorded_at,
        sealed=entry.sealed,
        stream=entry.stream,
        version=entry.version,
    )


def recorded_all(rows: Iterable[HostileRow]) -> list[Recorded]:
    """Return the readable events of stored rows, in their order."""
    return [entry for row in rows if (entry := recorded_of(row)) is not None]


def check_data(entry: Entry) -> list[tuple[str, str, str, str]]:
    """Return what is wrong with an entry's data as (code, field, expected, found).

    The hook that ``verify`` calls for each entry: known type, typed fields, real days, and nothing
    that does not re-encode to the same bytes.
    """
    raw = msgspec.json.encode(entry.data, order="sorted")
    try:
        event = decode_data(entry.type, raw)
    except msgspec.ValidationError as error:
        return [("data_invalid", "data", "the fields of this event type", _plain(str(error)))]
    if bytes(encode_data(event)) != raw:
        return [("data_invalid", "data", "every field of the event written out", "another set")]
    faults: list[tuple[str, str, str, str]] = []
    for key, value in msgspec.to_builtins(event).items():
        if key.endswith("_on") and isinstance(value, str) and value and not _is_day(value):
            faults.append(("data_invalid", f"data.{key}", "a day that exists", _plain(value)))
    return faults


def _is_day(text: str) -> bool:
    """Return whether the text is a real day."""
    try:
        parse_day(text)
    except ValueError:
        return False
    return True


def _plain(text: Any) -> str:
    """Return a text of one short line without control characters."""
    return "".join(c if c.isprintable() else "?" for c in str(text))[:80]
