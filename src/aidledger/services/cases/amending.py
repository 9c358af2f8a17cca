"""What corrections and annulments of a stream do to its entries; and those that do nothing, with why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Literal, TypeAlias

import msgspec

from aidledger.domain.events.catalog import wire_name
from aidledger.domain.events.registry import EntryAnnulled, EntryCorrected
from aidledger.domain.proposal import Proposal
from aidledger.domain.recorded import Recorded, corrected, value_of
from aidledger.services.session import Session

Why: TypeAlias = Literal[
    "no_entry",
    "annulled",
    "annuls_annulment",
    "amends_amendment",
    "not_json",
    "no_such_value",
    "nothing_sealed",
    "still_to_come",
    "after_death",
    "no_such_standard",
]
"""Why an amendment changes nothing: it names no entry of its stream; the entry is annulled already; it
annuls an annulment, which stands for ever; it corrects an amendment, which is annulled and made anew
instead; its value is no JSON; the entry has no field that could say it. And why destroying a person's
values does: none is sealed under that person's key. And why anything does: its day is still to come; of a
death, its day is one after the death, and up to it the person counts as alive; of a
standard, no adopted pack reckons with it."""

_BY: Final = 2**53
"""Stands for the positions of what is not yet recorded: behind every entry."""


class Amendment(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that put another right or annulled it: ``position`` amends the entry ``of``.

    ``type`` is its wire name; ``field`` what it corrected of the entry, empty for an annulment.
    """

    position: int
    of: int
    type: str
    field: str
    recorded_at: str
    actor: str


class Amendments(msgspec.Struct, frozen=True, kw_only=True):
    """Of a stream: what amends its entries, in order, and by position why an amendment does nothing."""

    made: tuple[Amendment, ...]
    idle: dict[int, Why]

    def of(self, position: int) -> tuple[Amendment, ...]:
        """Return what amends the entry at a position."""
        return tuple(one for one in self.made if one.of == position)


def amendments(entries: Iterable[Recorded]) -> Amendments:
    """Return what the corrections and annulments of a stream do; those annulled themselves are left out."""
    everything = list(entries)
    annulled = {e.event.position for e in everything if isinstance(e.event, EntryAnnulled)}
    now = {entry.position: entry for entry in everything}
    made: list[Amendment] = []
    idle: dict[int, Why] = {}
    gone: set[int] = set()
    for entry in everything:
        event = entry.event
        if not isinstance(event, (EntryCorrected, EntryAnnulled)):
            continue
        if isinstance(event, EntryCorrected) and entry.position in annulled:
            continue
        why: Why | None = "annulled"
        if event.position not in gone:
            why = _take(now, event) if isinstance(event, EntryCorrected) else _keeps(now, event)
        if why is not None:
            idle[entry.position] = why
            continue
        made.append(_amendment(entry, event))
        if isinstance(event, EntryAnnulled):
            gone.add(event.position)
    return Amendments(made=tuple(made), idle=idle)


def idle_proposals(session: Session, proposals: Sequence[Proposal]) -> dict[int, Why]:
    """Return by index which proposed amendments would change nothing, were they recorded now."""
    found: dict[int, Why] = {}
    asked = [
        (index, one)
        for index, one in enumerate(proposals)
        if isinstance(one.event, (EntryCorrected, EntryAnnulled))
    ]
    for stream in dict.fromkeys(one.stream for _, one in asked):
        wanted = [_as_entry(one, _BY + index) for index, one in asked if one.stream == stream]
        idle = amendments([*session.stream(stream), *wanted]).idle
        found |= {at - _BY: why for at, why in idle.items() if at >= _BY}
    return found


def _keeps(now: dict[int, Recorded], event: EntryAnnulled) -> Why | None:
    """Return why an annulment takes nothing away."""
    entry = now.get(event.position)
    if entry is None:
        return "no_entry"
    return "annuls_annulment" if isinstance(entry.event, EntryAnnulled) else None


def _take(now: dict[int, Recorded], event: EntryCorrected) -> Why | None:
    """Correct an entry of those that there are now; return why that can't be done."""
    entry = now.get(event.position)
    if entry is None:
        return "no_entry"
    if isinstance(entry.event, (EntryCorrected, EntryAnnulled)):
        return "amends_amendment"
    after = corrected(entry, event)
    if after is None:
        return "no_such_value" if _is_json(event) else "not_json"
    now[event.position] = after
    return None


def _is_json(event: EntryCorrected) -> bool:
    try:
        value_of(event)
    except ValueError:
        return False
    return True


def _amendment(entry: Recorded, event: EntryCorrected | EntryAnnulled) -> Amendment:
    return Amendment(
        position=entry.position,
        of=event.position,
        type=wire_name(event),
        field=event.field if isinstance(event, EntryCorrected) else "",
        recorded_at=entry.recorded_at,
        actor=entry.actor,
    )


def _as_entry(proposal: Proposal, position: int) -> Recorded:
    """Return a proposal as the entry that it would be, at some position."""
    return Recorded(
        actor=proposal.actor,
        effective_on=proposal.effective_on,
        event=proposal.event,
        office=proposal.office,
        position=position,
        recorded_at="",
        sealed={},
        stream=proposal.stream,
        version=0,
    )
