"""From a stored row to an entry that SQL may see: strict, fast, and never raising on data.

The fast way decodes the envelope and its typed data in one go and compares the encoding with the
record; whatever it does not pass is read again by the strict decoder, which says what is wrong.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Annotated, Any, Final, Literal, get_type_hints

import msgspec
from msgspec import inspect

from aidledger.domain.events.base import Event
from aidledger.domain.events.catalog import EVENTS, decode_data
from aidledger.ledger.canonical import DEPTH_LIMIT, INTEGER_LIMIT, clip, plain_bytes, show
from aidledger.ledger.entry import (
    MAX_RECORD_BYTES,
    EntryError,
    PolicyPin,
    decode_entry,
)
from aidledger.ledger.finding import Finding
from aidledger.ledger.forms import is_date, is_hash, is_name, is_stream, is_time
from aidledger.replay.views import EventView, event_views, is_loose

_MAX_POSITION: Final = 2**53 - 1
_PLAIN_DEPTH: Final = DEPTH_LIMIT - 4
"""How deep a field's value may lie in itself to be well within a record's depth."""

_ENCODER: Final = msgspec.json.Encoder(order="deterministic")
_field_form = re.compile(r"[a-z][a-z0-9_.]*").fullmatch
_month_form = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])").fullmatch


@lru_cache(maxsize=16_384)
def is_month(text: str) -> bool:
    """Whether `text` is a month as YYYY-MM, of a year from 1 on."""
    return _month_form(text) is not None and text >= "0001"


class TypedEntry(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """An entry read with the struct of its type; `line` is its JSON for the load."""

    view: EventView
    envelope: Any
    line: bytes

    def with_event(self, event: Event, effective_on: str) -> TypedEntry:
        """Return the entry as a correction has it.

        Raises:
            EntryError: the corrected day or month does not exist.

        """
        if not is_date(effective_on):
            raise EntryError("data_form", "effective_on", "a day that exists", "another text")
        envelope = msgspec.structs.replace(self.envelope, data=event, effective_on=effective_on)
        _check_times(self.view, event)
        return TypedEntry(view=self.view, envelope=envelope, line=_ENCODER.encode(envelope))


Check = tuple[str, Callable[[Any], bool]]
"""The name of a data field and what its value must pass for the fast way."""


class Reader(msgspec.Struct, frozen=True, gc=False):
    """What reads the records of one type: `envelope` strictly, `decode` fast."""

    view: EventView
    decode: Callable[[bytes], Any]
    envelope: type
    checks: tuple[Check, ...]

    def fast(self, record: bytes) -> Any:
        """Return the envelope where the fast way is sure of the record, None otherwise."""
        try:
            entry = self.decode(record)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return None
        if (
            len(record) <= MAX_RECORD_BYTES
            and _ENCODER.encode(entry) == record
            and plain_bytes(record)
            and is_date(entry.effective_on)
            and is_time(entry.recorded_at)
            and is_stream(entry.stream)
            and is_name(entry.actor)
            and is_name(entry.office)
            and is_name(entry.cause)
            and (entry.prev is None or is_hash(entry.prev))
            and (not entry.sealed or _is_sealed(entry.sealed))
            and (entry.policy is None or _is_pin(entry.policy.hash, entry.policy.pack))
        ):
            data = entry.data
            for name, test in self.checks:
                if not test(getattr(data, name)):
                    return None
            return entry
        return None


@lru_cache(maxsize=1024)
def _is_pin(pin_hash: str, pack: str) -> bool:
    return pin_hash.startswith("sha256:") and is_hash(pin_hash[7:]) and is_name(pack)


def _is_sealed(sealed: dict[str, str]) -> bool:
    """Whether every sealed field has a field's name and a commitment."""
    return all(map(_is_field, sealed)) and all(map(is_hash, sealed.values()))


@lru_cache(maxsize=1024)
def _is_field(name: str) -> bool:
    return _field_form(name) is not None


def _fast_data(view: EventView) -> tuple[type, tuple[Check, ...]]:
    """Return the data's struct without the patterns of its texts, and what they leave to check.

    The same few townships, runs and days come again and again: a remembered answer takes a third
    of the time that msgspec needs to match a pattern.
    """
    shape = inspect.type_info(EVENTS[view.type_name].struct)
    fields: list[tuple[str, Any] | tuple[str, Any, Any]] = []
    checks: list[Check] = []
    hints = get_type_hints(EVENTS[view.type_name].struct, include_extras=True)
    for field in getattr(shape, "fields", ()):
        name, kind = field.encode_name, field.type
        plain = isinstance(kind, inspect.StrType) and kind.max_length is None
        hint = str if plain else hints[field.name]
        if field.required:
            fields.append((name, hint))
        else:
            fields.append((name, hint, msgspec.field(default=field.default)))
        if name in view.loose_fields:
            checks.append((name, _plain_test(kind)))
        for names, test in ((view.day_fields, is_date), (view.month_fields, is_month)):
            if name in names:
                checks.append((name, test if plain else partial(_all, test)))
        if plain and kind.pattern and name not in view.day_fields + view.month_fields:
            checks.append((name, _pattern_test(kind.pattern)))
    data = msgspec.defstruct(
        f"{view.type_name}Data",
        fields,
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
        gc=False,
    )
    return data, tuple(checks)


@lru_cache(maxsize=64)
def _pattern_test(pattern: str) -> Callable[[str], bool]:
    """Return a test that remembers its answers; it searches as msgspec does."""
    search = re.compile(pattern).search

    @lru_cache(maxsize=65_536)
    def test(text: str) -> bool:
        return search(text) is not None

    return test


def _plain_test(kind: inspect.Type) -> Callable[[Any], bool]:
    """Return a test of what a type leaves open, and of nothing else."""
    match kind:
        case inspect.StructType(fields=fields):
            tests = [(f.name, _plain_test(f.type)) for f in fields if is_loose(f.type)]
            return partial(_are_plain, tests)
        case inspect.VarTupleType(item_type=inspect.StructType() as item):
            return partial(_all, _plain_test(item))
        case _:
            return _is_plain


def _are_plain(tests: list[tuple[str, Callable[[Any], bool]]], value: Any) -> bool:
    return all(test(getattr(value, name)) for name, test in tests)


def _is_plain(value: Any, depth: int = 0) -> bool:
    """Whether a value of any type is what a record may hold; no where it lies unusually deep."""
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return True
    if kind is int:
        return abs(int(value)) <= INTEGER_LIMIT
    if depth > _PLAIN_DEPTH or kind is float:
        return False
    if kind is dict:
        if not all(map(str.isascii, value)):
            return False
        value = value.values()
    elif kind is not list and kind is not tuple:
        value = msgspec.structs.astuple(value)
    return all(type(part) is str or _is_plain(part, depth + 1) for part in value)


def _all(test: Callable[[Any], bool], value: Any) -> bool:
    """Apply a test to a value, each value of a tuple, or nothing at all."""
    if value is None:
        return True
    return all(map(test, value)) if isinstance(value, tuple) else test(value)


def _check_times(view: EventView, event: Any) -> None:
    """Refuse days and months that no calendar has: SQL has no place for them.

    Raises:
        EntryError: naming the field.

    """
    for names, test, what in (
        (view.day_fields, is_date, "a day that exists"),
        (view.month_fields, is_month, "a month that exists"),
    ):
        for name in names:
            value = getattr(event, name)
            if not _all(test, value):
                # the value is not repeated: it may be a birth date
                raise EntryError("data_form", f"data.{name}", what, "another text")


@lru_cache(maxsize=1)
def readers() -> dict[bytes, Reader]:
    """Return the reader of every event type, by the bytes of its wire name."""
    return {name.encode(): _reader(view) for name, view in event_views().items()}


def _reader(view: EventView) -> Reader:
    """Make the reader of one type."""
    data, checks = _fast_data(view)
    return Reader(
        view=view,
        decode=msgspec.json.Decoder(_envelope(view.type_name, data)).decode,
        envelope=_envelope(view.type_name, EVENTS[view.type_name].struct),
        checks=checks,
    )


def _envelope(name: str, data: type) -> type[msgspec.Struct]:
    """Return the envelope of an entry whose data is typed."""
    number = Annotated[int, msgspec.Meta(ge=1, le=_MAX_POSITION)]
    return msgspec.defstruct(
        f"{name}Envelope",
        [
            ("type", str, msgspec.field(name="$type")),
            ("actor", str),
            ("cause", str),
            ("data", data),
            ("effective_on", str),
            ("office", str),
            ("policy", PolicyPin | None),
            ("prev", str | None),
            ("recorded_at", str),
            ("sealed", dict[str, str]),
            ("stream", str),
            ("v", Literal[1]),
            ("version", number),
        ],
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
        gc=False,
    )


def type_of(record: bytes) -> bytes:
    """Return the bytes of the record's wire name, empty where it does not begin with one."""
    # what else stands in the first ten bytes, the reader of the whole record will notice
    return record[10 : record.find(b'"', 10, 80)]


def read_record(record: bytes) -> TypedEntry:
    """Read a record strictly.

    Raises:
        EntryError: whatever is wrong with it, and nothing else.

    """
    entry = decode_entry(record)
    reader = readers().get(entry.type.encode())
    if reader is None:
        raise EntryError("type_unknown", "$type", "a type of the catalogue", clip(entry.type))
    try:
        event = decode_data(entry.type, msgspec.json.encode(entry.data))
    except (msgspec.DecodeError, UnicodeError) as error:
        raise EntryError("data_form", "data", "the type's fields", clip(str(error))) from error
    _check_times(reader.view, event)
    envelope = reader.envelope(
        type=entry.type,
        actor=entry.actor,
        cause=entry.cause,
        data=event,
        effective_on=entry.effective_on,
        office=entry.office,
        policy=entry.policy,
        prev=entry.prev,
        recorded_at=entry.recorded_at,
        sealed=entry.sealed,
        stream=entry.stream,
        v=entry.v,
        version=entry.version,
    )
    return TypedEntry(view=reader.view, envelope=envelope, line=_ENCODER.encode(envelope))


def row_finding(row: Any, last_position: int) -> Finding | None:
    """Say what is wrong with a row before its record is read, if anything."""
    if not isinstance(row, tuple) or len(row) != 7:
        return Finding(code="row_form", expected="seven columns", found=show(row))
    position, record = row[0], row[5]
    if type(position) is not int or not 0 <= position <= _MAX_POSITION:
        return Finding(
            code="column_type", field="position", expected="a position", found=show(position)
        )
    if position <= last_position:
        return Finding(
            code="position_repeated",
            position=position,
            expected=f"a position after {last_position}",
            found=str(position),
        )
    if not isinstance(record, bytes):
        return Finding(
            code="record_not_bytes", position=position, expected="bytes", found=show(record)
        )
    return None
