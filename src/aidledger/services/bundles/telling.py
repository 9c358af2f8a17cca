"""What a bundle tells in words: what happened in order, and every decision taken again clause by clause."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from aidledger.domain.events.catalog import EVENTS, wire_name
from aidledger.domain.policy.amounts import AmountPart
from aidledger.domain.recorded import Recorded
from aidledger.services.decisions.explaining import explain
from aidledger.services.decisions.redeciding import redecide
from aidledger.services.session import Session

_OF_PART: Final = AmountPart.__struct_fields__
_ELSEWHERE: Final = ("amended", "learned", "limits", "overridden")
"""What `explain` also says, and what entries alone can't bear out to whoever has no ledger."""


def timeline_of(entries: Iterable[Recorded]) -> list[dict[str, Any]]:
    """Return one object for each entry: when, what in both languages, and by whom."""
    found = []
    for entry in entries:
        name = wire_name(entry.event)
        kind = EVENTS[name]
        found.append(
            {
                "actor": entry.actor,
                "effective_on": entry.effective_on,
                "en": kind.title_en,
                "office": entry.office,
                "position": entry.position,
                "recorded_at": entry.recorded_at,
                "stream": entry.stream,
                "type": name,
                "zh": kind.title_zh,
            }
        )
    return found


def decisions_of(session: Session, case: str) -> list[dict[str, Any]]:
    """Return every decision of a case as it was explained, and what came of taking it again.

    ``again`` is ``same``; ``unchecked`` where it is so but for clauses that read sealed facts, which stay
    shut; ``differs`` with the differences; or ``not_taken``.
    """
    again = {one.position: one for one in redecide(session, case)}
    found = []
    for view in explain(session, case).decisions:
        told = {name: one for name, one in _plain(view).items() if name not in _ELSEWHERE}
        # the format of a bundle has a part without its text, which the pack in it has
        told["parts"] = [{name: part[name] for name in _OF_PART} for part in told["parts"]]
        one = again.pop(view.position, None)
        differences = _plain(one)["differences"] if one is not None else []
        told["again"] = "not_taken" if one is None else again_of(differences)
        told["differences"] = differences
        found.append(told)
    for one in again.values():  # an act that should have been decided, and was not
        told = _plain(one)
        found.append({**told, "again": "differs", "clauses": []})
    return sorted(found, key=lambda told: int(told["position"]))


def again_of(differences: list[dict[str, Any]]) -> str:
    """Return what taking a decision again came to: sealed facts that stay shut are no difference."""
    if any(one["kind"] != "unchecked" for one in differences):
        return "differs"
    return "unchecked" if differences else "same"


def _plain(value: msgspec.Struct) -> dict[str, Any]:
    """Return a struct as JSON has it: no tuples, no days."""
    plain: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(value))
    return plain
