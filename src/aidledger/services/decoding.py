"""From a stored row to what the domain reads; a row that can't be read is a value, not an error."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from aidledger.domain.events.catalog import EVENTS, decode_data, encode_data
from aidledger.domain.recorded import Recorded
from aidledger.domain.values import is_day
from aidledger.ledger.entry import Entry, EntryError, decode_entry
from aidledger.store.port import HostileRow

_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_DAY_FIELDS: Final = {
    name: tuple(
        field for field in kind.struct.__struct_fields__ if field.endswith(("_on", "planned_to"))
    )
    for name, kind in EVENTS.items()
}


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

    The hook that ``verify`` calls for each entry: known type, its fields and no others, real days,
    and only such sealed fields as the type has.
    """
    kind = EVENTS.get(entry.type)
    if kind is None:
        return [("type_unknown", "$type", "a type of the catalogue", _plain(entry.type))]
    raw = _ENCODER.encode(entry.data)
    try:
        event = decode_data(entry.type, raw)
    except msgspec.ValidationError as error:
        return [("data_form", "data", "the fields of this event type", _plain(error))]
    if bytes(encode_data(event)) != raw:
        return [("data_form", "data", "every field of the event written out", "another set")]
    faults = [
        ("data_form", f"data.{field}", "a day that exists", _plain(text))
        for field in _DAY_FIELDS[entry.type]
        if (text := getattr(event, field)) and not is_day(text)
    ]
    faults += [
        ("sealed_form", f"sealed.{_plain(field)}", "a field that this event seals", "another")
        for field in entry.sealed
        if field not in kind.sealed
    ]
    return faults


def _plain(text: Any) -> str:
    """Return a text of one short line without control characters."""
    return "".join(c if c.isprintable() else "?" for c in str(text))[:80]
