"""What clauses may ask about help beside an allowance: causes, work here, what was granted and paid."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from aidledger.domain.asked.household import Asked
from aidledger.domain.helpstate import Work
from aidledger.domain.householdstate import Category
from aidledger.domain.values import is_day, parse_day

SENSITIVE: Final = frozenset({"case.causes"})
"""Causes are recorded as categories of a person, sealed: an illness is told by no code."""


def _causes(asked: Asked) -> list[Category]:
    return [one for one in asked.case.household.categories if one.holds(asked.on)]


def _opened(asked: Asked) -> dict[str, str]:
    """Return what is sealed under the number of each cause, where it opens."""
    opened = {one.number: asked.revealed.get(one.commitment, "") for one in _causes(asked)}
    return {number: opened[number] for number in sorted(opened) if opened[number]}


def _work_here(asked: Asked) -> list[Work]:
    """Return the work that holds on the day in the county that deals with the case."""
    place = asked.case.village or asked.case.township
    return [
        one
        for one in asked.case.help.work
        if one.county and place.startswith(one.county) and one.holds(asked.on)
    ]


def _worked_months(asked: Asked) -> int:
    """Return the full months of the longest work here, 0 where there is none."""
    since = min((one.from_on for one in _work_here(asked) if is_day(one.from_on)), default="")
    if not since or not is_day(asked.on):
        return 0
    first, day = parse_day(since), parse_day(asked.on)
    months = (day.year - first.year) * 12 + day.month - first.month
    return months - (day.day < first.day)


FACTS: Final[dict[str, Callable[[Asked], Any]]] = {
    "causes": _opened,
    "cause_numbers": lambda f: sorted({one.number for one in _causes(f)}),
    "worked_months": _worked_months,
    "work_evidence": lambda f: any(one.evidence for one in _work_here(f)),
    "need_found": lambda f: bool(f.case.discovered_on),
    "granted_unpaid_fen": lambda f: f.case.help.granted_fen - f.case.help.rostered_fen,
}
"""Every fact of help, by the name that clauses know it by."""
