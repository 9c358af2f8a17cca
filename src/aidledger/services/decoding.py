"""From a stored row to what the domain reads; a row that can't be read is a value, not an error."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice, starmap
from typing import Any, Final

import msgspec
from msgspec import inspect

from aidledger.domain.events.catalog import EVENTS, EventType, decode_data, encode_data
from aidledger.domain.recorded import Recorded
from aidledger.domain.values import is_day
from aidledger.ledger.entry import (
    MAX_RECORD_BYTES,
    Entry,
    EntryError,
    PolicyPin,
    decode_entries,
)
from aidledger.ledger.window import Fault, Heads
from aidledger.replay.heads import read_heads
from aidledger.replay.patterns import MADE_FORMS, form_once_frequent
from aidledger.replay.reading import envelope_of
from aidledger.replay.rows import recorded_of, recorded_record, recorded_row
from aidledger.services.printing import printable
from aidledger.store.port import HostileRow, LedgerStore

_TOGETHER: Final = 1_000
_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_DAY_NAMES: Final = ("_on", "in_force_from", "in_force_to", "known_since", "planned_to")
_DAY_FIELDS: Final = {
    name: tuple(field for field in kind.struct.__struct_fields__ if field.endswith(_DAY_NAMES))
    for name, kind in EVENTS.items()
}
_DAY_LISTS: Final = {"CalendarAdopted": ("off_days", "work_days")}
_STREAMS: Final = {
    name: tuple(f"{one}/" for one in kind.stream.split("|")) for name, kind in EVENTS.items()
}
"""How the names of the streams of each type begin; elsewhere no fold and no index looks for it."""


def recorded_all(rows: Iterable[HostileRow]) -> list[Recorded]:
    """Return the readable events of stored rows, in their order."""
    return [entry for row in rows if (entry := recorded_row(row)) is not None]


def recorded_many(rows: Sequence[HostileRow]) -> list[Recorded]:
    """Return the same as `recorded_all`, quicker."""
    return recorded_records([(row[0], row[5]) for row in rows])


def recorded_records(records: Sequence[HostileRow]) -> list[Recorded]:
    """Return the readable events of (position, record) pairs, in their order.

    What passes the form of its type is strict, and read as that type at once; the rest is read in one
    go where each can be.
    """
    found = [_formed(position, record) for position, record in records]
    rest = [pair for pair, entry in zip(records, found, strict=True) if entry is None]
    others = iter(_together(rest))
    every = (next(others) if entry is None else entry for entry in found)
    return [entry for entry in every if entry is not None]


def readable(store: LedgerStore, rows: Iterable[HostileRow]) -> list[Recorded]:
    """Return the readable events of rows of a store, in their order; where some are not, it `lacks`."""
    there = list(rows)
    entries = recorded_many(there)
    store.beside.lacks |= len(entries) < len(there)
    return entries


def recorded_stream(store: LedgerStore, name: str) -> tuple[list[Recorded], bool]:
    """Return the readable events of a stream in version order, and whether they are all that it had.

    What was cut off at its end can't be seen here. Where some lack, the store `lacks`.
    """
    records = store.stream_records(name)
    entries = recorded_records(records)
    whole = [(name, version) for version in range(1, len(records) + 1)]
    is_whole = [(entry.stream, entry.version) for entry in entries] == whole
    store.beside.lacks |= not is_whole
    return entries, is_whole


def recorded_in_turn(rows: Iterable[HostileRow]) -> Iterator[Recorded]:
    """Yield the readable events of stored rows, in their order: as `recorded_many`, some at a time."""
    source = iter(rows)
    while page := list(islice(source, _TOGETHER)):
        yield from recorded_many(page)


class _Said(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is read of a record that passed its form: nothing in it needs to be checked again."""

    actor: str
    data: dict[str, Any]
    effective_on: str
    office: str
    policy: PolicyPin | None
    recorded_at: str
    sealed: dict[str, str]
    stream: str
    version: int


_said: Final = msgspec.json.Decoder(_Said).decode


def _formed(position: Any, record: Any) -> Recorded | None:
    """Return the event of a record that passes the form of its type; nothing else is said."""
    if type(position) is not int or type(record) is not bytes or len(record) > MAX_RECORD_BYTES:
        return None
    name = record[10 : record.find(b'"', 10, 80)]  # what stands before it, the form sees
    form = MADE_FORMS.get(name) or form_once_frequent(name)
    if not form(record):
        return None
    struct = _flat(name)
    if struct is None:
        return recorded_of(_reader(name)(record), position)
    said = _said(record)
    return recorded_of(said, position, struct(**said.data))


@lru_cache(maxsize=256)
def _flat(name: bytes) -> type[msgspec.Struct] | None:
    """Return the struct of a type whose fields are taken as JSON has them; nothing for others."""
    struct = EVENTS[name.decode()].struct
    whole = inspect.type_info(struct)
    flat = isinstance(whole, inspect.StructType) and all(
        field.name == field.encode_name and _is_scalar(field.type) for field in whole.fields
    )
    return struct if flat else None


@lru_cache(maxsize=256)
def _reader(name: bytes) -> Callable[[bytes], Any]:
    """Return what reads records of one type, with their event in it."""
    return msgspec.json.Decoder(envelope_of(name.decode())).decode


def _together(records: Sequence[HostileRow]) -> list[Recorded | None]:
    """Return the event of each record, or nothing where it can't be read."""
    if not all(isinstance(position, int) for position, _ in records):
        return list(starmap(recorded_record, records))
    try:
        entries = decode_entries([record for _, record in records])
        by_type: dict[str, list[Any]] = {}
        for entry in entries:
            by_type.setdefault(entry.type, []).append(entry.data)
        events = {
            name: iter(msgspec.convert(datas, _many(EVENTS[name].struct)))
            for name, datas in by_type.items()
        }
        return [
            recorded_of(entry, position, next(events[entry.type]))
            for entry, (position, _) in zip(entries, records, strict=True)
        ]
    except (EntryError, KeyError, msgspec.MsgspecError, UnicodeError):
        return list(starmap(recorded_record, records))


class DataCheck:
    """What `verify` asks of each entry's data: a known type, its fields and no others, real days.

    Sealed fields, too, are only such as the type has, and the stream is one of its kind.
    """

    def heads(self, records: Sequence[bytes]) -> Heads | None:
        """Return what chains records of which each is strict and right; None where one may not be."""
        return read_heads(records, self)

    def all_right(self, entries: Sequence[Entry]) -> bool:
        """Say yes only if nothing is wrong with any; no means that each has to be looked at."""
        by_type: dict[str, list[Entry]] = {}
        for entry in entries:
            by_type.setdefault(entry.type, []).append(entry)
        return all(_are_right(name, several) for name, several in by_type.items())

    def faults(self, entry: Entry) -> list[Fault]:
        """Return what is wrong with one entry's data as (code, field, expected, found)."""
        kind = EVENTS.get(entry.type)
        if kind is None:
            return [("type_unknown", "$type", "a type of the catalogue", printable(entry.type))]
        if not _plain_struct(kind.struct):
            return _faults(entry, kind)
        return [] if self.all_right((entry,)) else _faults(entry, kind)


def _are_right(name: str, entries: Sequence[Entry]) -> bool:
    """Whether entries of one type are right, as far as can be said of all at once."""
    kind = EVENTS.get(name)
    if kind is None:
        return False
    if not _plain_struct(kind.struct):  # few types: one by one is slow, and no doubt
        return not any(_faults(entry, kind) for entry in entries)
    width = len(kind.struct.__struct_fields__)
    datas = [entry.data for entry in entries if type(entry.data) is dict]
    if len(datas) != len(entries) or any(len(data) != width for data in datas):
        return False
    try:
        days = {data.get(field) for field in _DAY_FIELDS[name] for data in datas}
        for field in _DAY_LISTS.get(name, ()):
            days.update(day for data in datas for day in data[field])
        msgspec.convert(datas, _many(kind.struct))
    except (KeyError, TypeError, msgspec.ValidationError):  # a day that is a list, or no struct's
        return False
    streams = _STREAMS[name]
    return (
        all(type(day) is str and is_day(day) for day in days if day)
        and all(entry.stream.startswith(streams) for entry in entries)
        and not any(entry.sealed.keys() - set(kind.sealed) for entry in entries if entry.sealed)
    )


@lru_cache(maxsize=256)
def _many(struct: type[msgspec.Struct]) -> Any:
    return list[struct]  # type: ignore[valid-type]


@lru_cache(maxsize=256)
def _plain_struct(struct: type[msgspec.Struct]) -> bool:
    """Whether reading a value as this struct can only take it as it is.

    It can where no part is converted, no field may be absent from the JSON, and no struct inside has
    a field that may be left out: with unknown fields refused, as many fields as the struct has are
    then all of them.
    """
    whole = inspect.type_info(struct)
    return isinstance(whole, inspect.StructType) and all(
        field.name == field.encode_name and _is_written(field) and _plain_type(field.type)
        for field in whole.fields
    )


def _is_written(field: inspect.Field) -> bool:
    """Whether a field always stands in the JSON: one that may be unset has no default to write."""
    defaults = (field.default, field.default_factory)
    return field.required or any(one is not msgspec.NODEFAULT for one in defaults)


def _is_scalar(kind: inspect.Type) -> bool:
    """Whether a JSON value that is read as this type is a text, a number, a truth value or null."""
    match kind:
        case inspect.StrType() | inspect.IntType() | inspect.BoolType() | inspect.NoneType():
            return True
        case inspect.LiteralType():
            return True
        case inspect.UnionType():
            return all(map(_is_scalar, kind.types))
        case _:
            return False


def _plain_type(kind: inspect.Type) -> bool:
    """Whether a JSON value that is read as this type is written again as it was."""
    match kind:
        case inspect.UnionType():
            return all(map(_plain_type, kind.types))
        case inspect.VarTupleType() | inspect.ListType():
            return _plain_type(kind.item_type)
        case inspect.StructType():
            return kind.forbid_unknown_fields and all(
                field.required and _plain_type(field.type) for field in kind.fields
            )
        case _:
            return _is_scalar(kind)


def _faults(entry: Entry, kind: EventType) -> list[Fault]:
    """Name what is wrong with data of a known type, if anything."""
    raw = _ENCODER.encode(entry.data)
    try:
        event = decode_data(entry.type, raw)
    except msgspec.ValidationError as error:
        return [("data_form", "data", "the fields of this event type", printable(error))]
    if bytes(encode_data(event)) != raw:
        return [("data_form", "data", "every field of the event written out", "another set")]
    faults = [
        ("data_form", f"data.{field}", "a day that exists", printable(text))
        for field in _DAY_FIELDS[entry.type]
        if (text := getattr(event, field)) and not is_day(text)
    ]
    faults += [
        ("data_form", f"data.{field}", "days that exist", printable(day))
        for field in _DAY_LISTS.get(entry.type, ())
        for day in getattr(event, field)
        if not is_day(day)
    ]
    if not entry.stream.startswith(streams := _STREAMS[entry.type]):
        expected = f"a stream of {', '.join(streams)}"
        faults.append(("data_form", "stream", expected, printable(entry.stream)))
    faults += [
        ("sealed_form", f"sealed.{printable(field)}", "a field that this event seals", "another")
        for field in entry.sealed
        if field not in kind.sealed
    ]
    return faults
