"""From a stored row to what the domain reads; a row that can't be read is a value, not an error."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Any, Final

import msgspec
from msgspec import inspect

from aidledger.domain.events.catalog import EVENTS, EventType, decode_data, encode_data
from aidledger.domain.recorded import Recorded
from aidledger.domain.values import is_day
from aidledger.ledger.entry import Entry
from aidledger.replay.rows import recorded_row
from aidledger.store.port import HostileRow

_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_DAY_FIELDS: Final = {
    name: tuple(
        field for field in kind.struct.__struct_fields__ if field.endswith(("_on", "planned_to"))
    )
    for name, kind in EVENTS.items()
}


def recorded_all(rows: Iterable[HostileRow]) -> list[Recorded]:
    """Return the readable events of stored rows, in their order."""
    return [entry for row in rows if (entry := recorded_row(row)) is not None]


def check_data(entry: Entry) -> list[tuple[str, str, str, str]]:
    """Return what is wrong with an entry's data as (code, field, expected, found).

    The hook that ``verify`` calls for each entry: known type, its fields and no others, real days,
    and only such sealed fields as the type has.
    """
    kind = EVENTS.get(entry.type)
    if kind is None:
        return [("type_unknown", "$type", "a type of the catalogue", _plain(entry.type))]
    return [] if _is_right(entry, kind) else _faults(entry, kind)


def _is_right(entry: Entry, kind: EventType) -> bool:
    """Say yes only if nothing is wrong, in one pass; no means that the slow way must look."""
    data = entry.data
    if not (type(data) is dict and _plain_struct(kind.struct)):
        return False
    if len(data) != len(kind.struct.__struct_fields__):
        return False
    for field in _DAY_FIELDS[entry.type]:
        text = data.get(field)
        if text and not (type(text) is str and is_day(text)):
            return False
    try:
        msgspec.convert(data, kind.struct)
    except msgspec.ValidationError:
        return False
    return not entry.sealed or all(field in kind.sealed for field in entry.sealed)


@lru_cache(maxsize=256)
def _plain_struct(struct: type[msgspec.Struct]) -> bool:
    """Whether reading a value as this struct can only take it as it is.

    It can where no part is converted and no struct inside has a field that may be left out: with
    unknown fields refused, as many fields as the struct has are then all of them.
    """
    whole = inspect.type_info(struct)
    return isinstance(whole, inspect.StructType) and all(
        field.name == field.encode_name and _plain_type(field.type) for field in whole.fields
    )


def _plain_type(kind: inspect.Type) -> bool:
    """Whether a JSON value that is read as this type is written again as it was."""
    match kind:
        case inspect.StrType() | inspect.IntType() | inspect.BoolType() | inspect.NoneType():
            return True
        case inspect.LiteralType():
            return True
        case inspect.UnionType():
            return all(map(_plain_type, kind.types))
        case inspect.VarTupleType() | inspect.ListType():
            return _plain_type(kind.item_type)
        case inspect.StructType():
            return kind.forbid_unknown_fields and all(
                field.required and _plain_type(field.type) for field in kind.fields
            )
        case _:
            return False


def _faults(entry: Entry, kind: EventType) -> list[tuple[str, str, str, str]]:
    """Name what is wrong with data of a known type, if anything."""
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
