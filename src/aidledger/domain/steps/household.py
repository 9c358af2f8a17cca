"""What the entries about a household make of a case: members, means, categories, a gradual exit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from aidledger.domain.casestate import Case, Changes, Step
from aidledger.domain.dated import said_too
from aidledger.domain.events import household
from aidledger.domain.householdstate import Category, Member, Residence
from aidledger.domain.recorded import Recorded

_LEAVING: Final = frozenset({"left", "died"})


def _with(case: Case, **changes: object) -> Changes:
    """Return the change of a case whose household changes in some fields."""
    return {"household": msgspec.structs.replace(case.household, **changes)}


def _member(case: Case, at: Recorded, e: household.HouseholdMemberChanged) -> Changes:
    one = Member(
        person=e.person,
        birth_on=e.birth_on,
        relation=e.relation,
        covered=e.covered,
        from_on=e.changed_on,
    )
    gone = e.change in _LEAVING
    said = said_too(case.household.members_said, (e.changed_on, e.person if gone else one))
    members = case.household.members
    # whoever was named before keeps the place on the page
    place = next((n for n, one in enumerate(members) if one.person == e.person), len(members))
    behind = (one for one in members[place:] if one.person != e.person)
    spans = _spans(said, e.person)
    return _with(case, members_said=said, members=(*members[:place], *spans, *behind))


def _spans(said: tuple[tuple[str, Member | str], ...], person: str) -> Iterator[Member]:
    """Yield how somebody counted, each time until the next thing said: of one day the last holds."""
    own = [(day, one) for day, one in said if person in (one, getattr(one, "person", None))]
    ends = [*(day for day, _ in own[1:]), ""]
    for (day, one), to_on in zip(own, ends, strict=True):
        if isinstance(one, Member) and to_on != day:
            yield msgspec.structs.replace(one, to_on=to_on)


def _residence(case: Case, at: Recorded, e: household.ResidenceEvidenced) -> Changes:
    shown = Residence(kind=e.kind, place=e.place, from_on=e.from_on, to_on=e.to_on or "")
    return _with(case, residences=(*case.household.residences, shown))


def _category(case: Case, at: Recorded, e: household.CategoryRecorded) -> Changes:
    recorded = Category(
        number=e.number,
        person=e.person,
        commitment=at.sealed.get("category", ""),
        from_on=e.from_on,
        to_on=e.to_on or "",
    )
    others = tuple(one for one in case.household.categories if one.number != e.number)
    return _with(case, categories=(*others, recorded))


def _category_ended(case: Case, at: Recorded, e: household.CategoryEnded) -> Changes:
    return _with(
        case,
        categories=tuple(
            msgspec.structs.replace(one, to_on=e.ended_on) if one.number == e.number else one
            for one in case.household.categories
        ),
    )


def _income(case: Case, at: Recorded, e: household.IncomeAssessed) -> Changes:
    incomes = said_too(case.household.incomes, (at.effective_on, e.monthly_fen))
    income_on, income_fen = incomes[-1]
    changes: Changes = {"incomes": incomes, "income_fen": income_fen, "income_on": income_on}
    if at.effective_on >= case.household.exit_on:
        # what is due is worked out anew: a gradual exit does not outlive the income it rests on
        changes |= {"exit_from": "", "exit_months": 0}
    return _with(case, **changes)


def _property(case: Case, at: Recorded, e: household.PropertyAssessed) -> Changes:
    return _with(
        case,
        deposits_fen=e.deposits_fen,
        dwellings=e.dwellings,
        firms=e.firms,
        vehicles=e.vehicles,
        property_on=at.effective_on,
    )


def _exit(case: Case, at: Recorded, e: household.GradualExitGranted) -> Changes:
    last = [one.monthly_fen for one in case.entitlements if one.monthly_fen > 0][-1:]
    return _with(
        case,
        exit_from=e.from_month,
        exit_months=e.months,
        exit_on=at.effective_on,
        exit_fen=sum(last),
    )


STEPS: Final[dict[type, Step]] = {
    household.HouseholdDeclared: lambda c, a, e: _with(c, unit=e.unit),
    household.HouseholdMemberChanged: _member,
    household.ResidenceEvidenced: _residence,
    household.RelocationRecorded: lambda c, a, e: _with(c, site=e.site, moved_on=e.moved_on),
    household.IncomeAssessed: _income,
    household.PropertyAssessed: _property,
    household.CategoryRecorded: _category,
    household.CategoryEnded: _category_ended,
    household.GradualExitGranted: _exit,
}
