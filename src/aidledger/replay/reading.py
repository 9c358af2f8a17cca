"""From a stored row to an entry that SQL may see: strict, and never raising on data.

Most records are passed by the form of their type (`patterns`) and are not decoded here at all;
whatever a form does not pass comes to the strict decoder, which says what is wrong with it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Annotated, Any, Final, Literal

import msgspec

from aidledger.domain.events.base import Event
from aidledger.domain.events.catalog import EVENTS, decode_data
from aidledger.ledger.canonical import clip, show
from aidledger.ledger.entry import EntryError, PolicyPin, decode_entry
from aidledger.ledger.finding import Finding
from aidledger.ledger.forms import is_date
from aidledger.replay.views import EventView, event_views

MAX_POSITION: Final = 2**53 - 1
ROW_COLUMNS: Final = 2
"""position, record: the columns beside them repeat the record, and may say otherwise."""
_ENCODER: Final = msgspec.json.Encoder(order="deterministic")
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


def _all(test: Callable[[Any], bool], value: Any) -> bool:
    """Apply a test to a value, each value of a tuple, or nothing at all."""
    if value is None or value is msgspec.UNSET:
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


@lru_cache(maxsize=256)
def envelope_of(type_name: str) -> type[msgspec.Struct]:
    """Return the envelope of an entry whose data is typed."""
    number = Annotated[int, msgspec.Meta(ge=1, le=MAX_POSITION)]
    return msgspec.defstruct(
        f"{type_name}Envelope",
        [
            ("type", str, msgspec.field(name="$type")),
            ("actor", str),
            ("cause", str),
            ("data", EVENTS[type_name].struct),
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


def read_record(record: bytes) -> TypedEntry:
    """Read a record strictly.

    Raises:
        EntryError: whatever is wrong with it, and nothing else.

    """
    entry = decode_entry(record)
    view = event_views().get(entry.type)
    if view is None:
        raise EntryError("type_unknown", "$type", "a type of the catalogue", clip(entry.type))
    try:
        event = decode_data(entry.type, msgspec.json.encode(entry.data))
    except (msgspec.DecodeError, UnicodeError) as error:
        raise EntryError("data_form", "data", "the type's fields", clip(str(error))) from error
    _check_times(view, event)
    envelope = envelope_of(entry.type)(
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
    return TypedEntry(view=view, envelope=envelope, line=_ENCODER.encode(envelope))


def row_finding(row: Any, last_position: int) -> Finding | None:
    """Say what is wrong with a row before its record is read, if anything."""
    if not isinstance(row, tuple) or len(row) != ROW_COLUMNS:
        return Finding(code="row_form", expected="two columns", found=show(row))
    position, record = row
    if type(position) is not int or not 0 <= position <= MAX_POSITION:
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
