"""The departments beside civil affairs: who they are, their leading groups and their monthly returns."""

from __future__ import annotations

from datetime import date
from typing import Final

from aidledger.domain.events import oversight, unit
from aidledger.domain.events.base import OfficeKind
from aidledger.domain.values import add_months
from aidledger.services.simulation.county import County, Process, Turn
from aidledger.services.simulation.places import DEPARTMENTS, department

_CLERK: Final = "u1"
_RETURN_DAY: Final = 26
"""Returns are due before the 28th; a department's comes some days earlier."""
WITHOUT_RETURN: Final[tuple[OfficeKind, ...]] = ("next_generation", "trade_union")
"""Departments that the rule asks no monthly return of."""


def begin(county: County) -> None:
    """Start what every department does by itself."""
    for kind, _, _ in DEPARTMENTS:
        county.spawn(_work(county, kind))


def form_group(county: County, office: str, *, by: str) -> None:
    """Have a unit say who leads its group: the heads lead, other leaders are their deputies."""
    formed = unit.GroupFormed(
        deputies=("deputy_head",),
        from_on=county.today.isoformat(),
        leaders=("government_head", "party_head"),
        members=("office_head", "section_head"),
    )
    county.say(f"unit/{office}", formed, by=by)


def _work(county: County, kind: OfficeKind) -> Process:
    """Form the group in the first days, and hand in each month's return before its day."""
    office = department(kind)
    yield Turn(county.workdays[2], office)
    form_group(county, office, by=_CLERK)
    if kind in WITHOUT_RETURN:
        return
    month = county.first.isoformat()[:7]
    while month <= county.last.isoformat()[:7]:
        yield Turn(county.workday_before(date.fromisoformat(f"{month}-{_RETURN_DAY}")), office)
        # what a department counts are registers of its own: the file is named, no figure of a case
        submitted = oversight.ReturnSubmitted(
            as_of=county.today.isoformat(),
            figures=(),
            file=county.digest("return", office, month),
            month=month,
        )
        county.say(f"unit/{office}", submitted, by=_CLERK)
        month = add_months(month, 1)
