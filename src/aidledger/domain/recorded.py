"""An entry as the domain sees it: its event, both times, and who said it."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from aidledger.domain.events.base import Event
from aidledger.domain.events.registry import EntryAnnulled, EntryCorrected


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
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
    was: a ledger must be readable whatever was written into it; ``verify`` reports the misfit.
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


def _corrected(entry: Recorded, corrections: Iterable[EntryCorrected]) -> Recorded:
    """Return the entry with each fitting correction applied in order."""
    for correction in corrections:
        data = msgspec.to_builtins(entry.event)
        effective_on = entry.effective_on
        try:
            value = msgspec.json.decode(correction.value)
            if correction.field == "effective_on":
                effective_on = msgspec.convert(value, str)
            else:
                data[correction.field] = value
            event = msgspec.convert(data, type(entry.event))
        except msgspec.MsgspecError:
            continue
        entry = msgspec.structs.replace(entry, event=event, effective_on=effective_on)
    return entry
