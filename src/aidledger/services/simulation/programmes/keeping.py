"""A household in support: visits and reviews, members who come and go, income that rises, the end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Final, Literal

from aidledger.domain.events import ending, household, support
from aidledger.domain.identity import UNKNOWN_PERSON
from aidledger.domain.values import add_months
from aidledger.services.simulation.care import Carers
from aidledger.services.simulation.county import Process
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.living import die, drawn, suspended, terminate, visits
from aidledger.services.simulation.people import Person
from aidledger.services.simulation.places import CLERK, COUNTY, SECOND_SURVEYOR
from aidledger.services.simulation.programmes.households import (
    STANDARD_FEN,
    HouseholdPlan,
    Kin,
    draw_income,
)

Ground = Literal["application", "review", "change", "relocation"]
Change = Literal["joined", "left", "born", "died"]
Relation = Literal["head", "spouse", "parent", "child", "grandchild"]
_FATES: Final = (
    "income",
    "birth",
    "death",
    "leaving",
    "category",
    "better",
    "head",
    "ended",
    "away",
)
_PERMILLE: Final = (50, 12, 8, 8, 20, 22, 4, 4, 3)
_ENDED_BY: Final[tuple[ending.Ground, ...]] = ("own_wish", "property", "moved_away")
_NOT_WHERE_MOVED: Final = ("better", "ended")
"""What does not strike at a relocation site: there the allowance stays for years, whatever the income."""
_BETTER_PERCENT: Final = 140
"""What a household has that no longer needs support, as a part of the standard."""
_REVIEW_MONTHS: Final = 5
_STEADY_REVIEW_MONTHS: Final = 11
_EXIT_SINCE: Final = "2022-10-20"
"""From then on the county's rule knows a gradual exit (N22)."""
_EXIT_MONTHS: Final = 2
_SITE: Final = "site-1"
_MOVES_AFTER_MONTHS: Final = (1, 5)
_MOVES_DAY: Final = 20


def plan_of(case: Dossier) -> HouseholdPlan:
    """Return the plan of a case that is a household's."""
    if not isinstance(case.plan, HouseholdPlan):
        raise TypeError(f"expected a household, found {case!r}")
    return case.plan


def live(case: Dossier, carers: Carers, quiet_month: str) -> Iterator[Process]:
    """Return the processes of a supported household. In ``quiet_month`` no amount changes by chance."""
    plan = plan_of(case)
    if plan.visited:
        yield visits(case)
    if plan.reviewed:
        yield reviews(case, quiet_month)
    if plan.relocated == "later":
        yield moves(case, quiet_month)
    if plan.fates:
        yield fates(case, carers, quiet_month)
    if plan.sequel is not None:
        yield plan.sequel(case)


def changes(
    case: Dossier, person: Person, relation: Relation, change: Change, changed_on: date
) -> None:
    """Enter that somebody is of the household, or no longer."""
    changed = household.HouseholdMemberChanged(
        birth_on=person.birth_on.isoformat(),
        change=change,
        changed_on=changed_on.isoformat(),
        person=UNKNOWN_PERSON,
        relation=relation,
    )
    personal = {"identity_number": person.identity_number, "name": person.name}
    case.say(changed, CLERK, personal=personal)


def assess_income(case: Dossier, monthly_fen: int, ground: Ground) -> None:
    """Assess what the household has a month, from what came in over the twelve months before."""
    month = case.county.today.isoformat()[:7]
    assessed = household.IncomeAssessed(
        ground=ground,
        lines=(household.IncomeLine(fen=monthly_fen * 12, kind=plan_of(case).earned),),
        monthly_fen=monthly_fen,
        period_from=add_months(month, -12),
        period_to=add_months(month, -1),
    )
    case.say(assessed, SECOND_SURVEYOR)


def fall_into(case: Dossier, number: str, person: Person, word: str) -> None:
    """Record under a number, sealed, that a member falls into a category."""
    recorded = household.CategoryRecorded(
        from_on=case.county.today.isoformat(), number=number, person=UNKNOWN_PERSON
    )
    personal = {"category": word, "identity_number": person.identity_number}
    case.say(recorded, SECOND_SURVEYOR, personal=personal)


def relocate(case: Dossier, moved_on: date) -> None:
    """Enter that the household has moved to a relocation site."""
    case.say(household.RelocationRecorded(moved_on=moved_on.isoformat(), site=_SITE), CLERK)


def moves(case: Dossier, quiet_month: str) -> Process:
    """Move to a relocation site in support; what the household lives on there is assessed anew."""
    start = case.county.today.isoformat()[:7]
    month = add_months(start, case.rng.randrange(*_MOVES_AFTER_MONTHS))
    if month == quiet_month:
        month = add_months(month, 1)
    yield case.on(date.fromisoformat(f"{month}-{_MOVES_DAY}"))
    state, today = case.state, case.county.today
    if case.over(today) or state.stage != "approved" or state.household.exit_from:
        return
    relocate(case, today)
    persons = len(state.household.covered(today.isoformat()))
    assess_income(case, draw_income(case.rng, persons), "relocation")


def reviews(case: Dossier, quiet_month: str) -> Process:
    """Look at the household again: within half a year, or within a year where income is steady."""
    start, plan = case.county.today, plan_of(case)
    each = _STEADY_REVIEW_MONTHS if plan.steady else _REVIEW_MONTHS
    month = start.isoformat()[:7]
    while True:
        month = add_months(month, each)
        yield case.on(date.fromisoformat(f"{month}-{min(start.day, 8):02d}"))
        if case.over(case.county.today):
            return
        state = case.state.household
        if month != quiet_month and not state.exit_from:
            assess_income(case, state.income_fen, "review")
        case.say(support.SupportReviewed(still_eligible=True), SECOND_SURVEYOR)


def fates(case: Dossier, carers: Carers, quiet_month: str) -> Process:
    """Let chance strike once a month at most, in the middle of it."""
    county, plan = case.county, plan_of(case)
    kin = list(plan.kin)
    month = ""
    while True:
        month = add_months(max(month, county.today.isoformat()[:7]), 1)
        yield case.on(date.fromisoformat(f"{month}-10"))
        if case.over(county.today):
            return
        fate = drawn(case.rng.randrange(1000), _FATES, _PERMILLE)
        settled = bool(case.state.household.site) and fate in _NOT_WHERE_MOVED
        if settled or (month == quiet_month and fate != "head"):
            continue
        match fate:
            case "income":
                assess_income(case, draw_income(case.rng, len(kin) + 1), "change")
            case "birth" if not plan.alone:
                kin.append(_born(case))
            case "death" | "leaving" if kin:
                _gone(case, kin, "died" if fate == "death" else "left")
            case "category":
                _category_changes(case)
            case "better":
                yield from better_off(case, carers, len(kin) + 1)
                return
            case "head":
                died_on = date.fromisoformat(f"{month}-{case.rng.randrange(14, 21)}")
                known_after = case.rng.randrange(1, 4)
                yield from die(case, carers, died_on, known_after=known_after, buried=False)
                return
            case "ended":
                yield from terminate(case, carers, case.rng.choice(_ENDED_BY))
                return
            case "away":
                yield from suspended(case)
            case _:
                pass


def _born(case: Dossier) -> Kin:
    """Enter a child that was born days ago."""
    county = case.county
    born_on = county.today.replace(day=case.rng.randrange(1, 6))
    child = Kin(person=county.people.person(born_on), relation="child")
    changes(case, child.person, child.relation, "born", born_on)
    return child


def _gone(case: Dossier, kin: list[Kin], change: Literal["died", "left"]) -> None:
    """Enter that a member died or left days ago; what the others live on is assessed anew."""
    county = case.county
    gone = kin.pop(case.rng.randrange(len(kin)))
    changes(case, gone.person, gone.relation, change, county.today.replace(day=5))
    before_fen = case.state.household.income_fen
    assess_income(case, before_fen * (len(kin) + 1) // (len(kin) + 2), "change")
    case.say(support.SupportReviewed(still_eligible=True), SECOND_SURVEYOR)


def _category_changes(case: Dossier) -> None:
    """End a category of a member, or let the head fall ill where nobody is in any."""
    today = case.county.today.isoformat()
    held = [one for one in case.state.household.categories if not one.to_on]
    if held:
        ended = household.CategoryEnded(ended_on=today, number=held[0].number)
        case.say(ended, SECOND_SURVEYOR)
    else:
        fall_into(case, f"k{today}", case.plan.person, "seriously_ill")


def better_off(case: Dossier, carers: Carers, persons: int) -> Process:
    """Earn more than the standard: support ends, gradually where the rule lets it."""
    county = case.county
    assess_income(case, persons * STANDARD_FEN * _BETTER_PERCENT // 100, "change")
    if county.today.isoformat() < _EXIT_SINCE:
        yield from terminate(case, carers, "income")
        return
    from_month = add_months(county.today.isoformat()[:7], 1)
    yield case.turn(1, COUNTY)
    months = case.rng.randrange(1, _EXIT_MONTHS + 1)
    granted = household.GradualExitGranted(from_month=from_month, ground="job", months=months)
    case.say(granted, case.decider)
    yield case.on(date.fromisoformat(f"{add_months(from_month, months - 1)}-10"))
    if not case.over(county.today):
        yield from terminate(case, carers, "gradual_exit")
