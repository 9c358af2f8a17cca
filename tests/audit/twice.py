"""A worked case laid twice: its households, and as many others to whom the same happens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from aidledger.domain.events.catalog import EVENTS

_FAR = 500
_name = re.compile(
    r"(case/(?:[0-9]{6}-[0-9]{4}-0*)?|complaint/|carer/|[pad]0*)([1-9][0-9]*)"
).fullmatch


def other(value: Any) -> Any:
    """Name the other household, person, account or file for each that a value names, short or whole."""
    match value:
        case str():
            found = _name(value)
            if found is None:
                return value
            number = str(int(found[2]) + _FAR)
            return found[1] + number if len(value) < 32 else f"{value[0]}{number:>032}"
        case list():
            return [other(one) for one in value]
        case dict():
            carer = str(value.get("carer", ""))
            bare = {"carer": str(int(carer) + _FAR)} if carer.isdecimal() else {}
            return {name: other(one) for name, one in value.items()} | bare
        case _:
            return value


@dataclass(frozen=True, kw_only=True, slots=True)
class Twice:
    """The events, and where each of the case stands among them: of its own household and of the other."""

    events: tuple[dict[str, Any], ...]
    own: list[int]
    others: list[int]

    def both(self, found: dict[str, Any]) -> list[dict[str, Any]]:
        """What is to be found where this was found of the case alone."""
        return [_moved(found, self.own), _moved(other(found), self.others)]


def twice(given: tuple[dict[str, Any], ...]) -> Twice:
    """Lay every event beside one of the others; what is of nobody stands once."""
    events: list[dict[str, Any]] = []
    own: list[int] = []
    others: list[int] = []
    for event in given:
        one = event | {
            "stream": event.get("stream", f"{EVENTS[event['type']].stream.split('|')[0]}/1")
        }
        again = other(one)
        amends = event["type"] in {"EntryAnnulled", "EntryCorrected"} and "position" in event
        if amends:
            one["position"], again["position"] = own[event["position"]], others[event["position"]]
        ours = one["stream"].startswith("policy/")
        if alone := ours or "holds" in event or (again == one and not amends):
            one |= {"holds": event["holds"] + again["holds"]} if "holds" in event else {}
        own.append(len(events))
        events.append(one)
        if not alone:
            events.append(again)
        others.append(len(events) - 1)
    return Twice(events=tuple(events), own=own, others=others)


def _moved(found: dict[str, Any], places: list[int]) -> dict[str, Any]:
    # what stands before the case's own events, counted from -1 down, stays where it is
    at = [places[one] if one >= 0 else one for one in found["positions"]]
    return found | {"positions": sorted(at)}
