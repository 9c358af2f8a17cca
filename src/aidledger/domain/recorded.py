"""An entry as the domain sees it: its event, both times, and who said it."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from operator import attrgetter
from typing import Any, Final

import msgspec

from aidledger.domain.events.base import Event
from aidledger.domain.events.registry import EntryAnnulled, EntryCorrected
from aidledger.domain.values import is_day

END_OF_TIME: Final = "9999-12-31"
_INTEGER_LIMIT: Final = 2**53


class Recorded(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One recorded event.

    ``effective_on`` is when it holds in the world, ``recorded_at`` (UTC) when the ledger learned it.
    ``pack_hash`` is the policy pack pinned by the entry, if any.
    """

    actor: str
    effective_on: str
    event: Event
    office: str
    pack_hash: str | None = None
    position: int
    recorded_at: str
    sealed: dict[str, str]
    stream: str
    version: int


def amended(entries: Iterable[Recorded]) -> list[Recorded]:
    """Return the entries without the annulled ones and with the corrected fields in place.

    A correction that does not fit its entry (unknown field, wrong type) leaves the entry as it
    was: a ledger must be readable whatever was written into it; a rebuild reports the misfit.
    """
    everything = list(entries)
    annulled = {e.event.position for e in everything if isinstance(e.event, EntryAnnulled)}
    corrections: dict[int, list[EntryCorrected]] = {}
    for entry in everything:
        if isinstance(entry.event, EntryCorrected) and entry.position not in annulled:
            corrections.setdefault(entry.event.position, []).append(entry.event)
    if not annulled and not corrections:
        return everything
    return [
        _corrected(entry, corrections.get(entry.position, ()))
        for entry in everything
        if entry.position not in annulled
    ]


def amended_each(entries: Iterable[Recorded]) -> list[Recorded]:
    """Return what stands of entries of several streams, by position: an amendment counts in its own."""
    streams: dict[str, list[Recorded]] = {}
    for entry in entries:
        streams.setdefault(entry.stream, []).append(entry)
    found = (entry for each in streams.values() for entry in amended(each))
    return sorted(found, key=attrgetter("position"))


def standing(entries: Iterable[Recorded], *, as_of: str = END_OF_TIME) -> list[Recorded]:
    """Return what stands of the entries and had taken effect by a day.

    Amendments are knowledge: what is known is put right first, then the day is asked about.
    """
    return [entry for entry in amended(entries) if entry.effective_on <= as_of]


def value_of(correction: EntryCorrected) -> Any:
    """Return what a correction says of its field. Raises ValueError: that is no JSON."""
    try:
        return msgspec.json.decode(correction.value)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise ValueError("expected JSON text") from error


def corrected(entry: Recorded, correction: EntryCorrected) -> Recorded | None:
    """Return the entry as a correction has it, or nothing where the correction does not fit."""
    data = msgspec.to_builtins(entry.event)
    effective_on = entry.effective_on
    try:
        value = value_of(correction)
        if correction.field == "effective_on":
            effective_on = msgspec.convert(value, str)
        else:
            data[correction.field] = value
        event = msgspec.convert(data, type(entry.event))
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    if not (is_day(effective_on) and _can_be_recorded(msgspec.to_builtins(event))):
        return None
    return msgspec.structs.replace(entry, event=event, effective_on=effective_on)


def _corrected(entry: Recorded, corrections: Iterable[EntryCorrected]) -> Recorded:
    """Return the entry with each fitting correction applied in order."""
    for correction in corrections:
        entry = corrected(entry, correction) or entry
    return entry


def _can_be_recorded(value: object, name: str = "") -> bool:
    """Whether an entry could say this: days that exist, plain text, whole numbers in bounds."""
    match value:
        case str():
            dated = name.endswith(("_on", "planned_to")) and value != ""
            plain = all(c == "\n" or unicodedata.category(c) not in ("Cc", "Cs") for c in value)
            return (
                plain and unicodedata.is_normalized("NFC", value) and (not dated or is_day(value))
            )
        case dict():
            return all(_can_be_recorded(inner, key) for key, inner in value.items())
        case list() | tuple():
            return all(_can_be_recorded(inner, name) for inner in value)
        case bool() | None:
            return True
        case int():
            return abs(value) < _INTEGER_LIMIT
        case _:
            return False
