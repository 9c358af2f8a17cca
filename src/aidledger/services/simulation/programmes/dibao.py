"""The minimum living allowance in the simulated county: what a household declares, and what is found."""

from __future__ import annotations

from datetime import date
from functools import partial
from random import Random
from typing import Final, Literal

from msgspec.structs import replace

from aidledger.domain.events import household
from aidledger.services.simulation.county import County
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.places import CLERK, COUNTY, SECOND_SURVEYOR
from aidledger.services.simulation.planning import DISABILITIES
from aidledger.services.simulation.procedure import Ways, apply
from aidledger.services.simulation.programmes.branch import Branch
from aidledger.services.simulation.programmes.hardship import certify
from aidledger.services.simulation.programmes.households import (
    STANDARD_FEN,
    HouseholdPlan,
    draw_household,
)
from aidledger.services.simulation.programmes.keeping import (
    assess_income,
    changes,
    fall_into,
    live,
    plan_of,
    relocate,
)

_TOO_MUCH_PERCENT: Final = 130
"""What a household that is refused has, as a part of the standard."""
_LIVED_HERE_FROM: Final = "2012-06-01"
_ALONE_PERCENT: Final = 35
"""Of those who live alone: taken in by the single route, for a disability."""
_RELOCATED_PERCENT: Final = 16
"""Of the households in the country: moved to a relocation site, before they apply or in support."""
_MOVED_ON: Final = date(2019, 11, 20)


def draw(county: County, number: int, rng: Random) -> HouseholdPlan:
    """Draw one clean case: a household, one that moved or will, or somebody disabled alone."""
    plan = draw_household(county, number, rng)
    chance = rng.randrange(100)
    if plan.persons == 1 and chance < _ALONE_PERCENT:
        categories = (*plan.categories, (0, "severely_disabled"))
        return replace(
            plan,
            limb="single_person",
            disability=rng.choice(DISABILITIES),
            categories=tuple(dict.fromkeys(categories)),
        )
    if plan.town.area == "rural" and chance >= 100 - _RELOCATED_PERCENT:
        return replace(plan, relocated="later" if chance % 2 else "before")
    return plan


def declare(case: Dossier) -> None:
    """Declare the household with every member, and where it is registered or lives."""
    plan = plan_of(case)
    unit: Literal["household", "single_person"] = "single_person" if plan.alone else "household"
    case.say(household.HouseholdDeclared(unit=unit), CLERK)
    changes(case, plan.person, "head", "joined", plan.apply_on)
    for one in plan.kin:
        changes(case, one.person, one.relation, "joined", plan.apply_on)
    lives = household.ResidenceEvidenced(
        evidence=case.digest("residence"),
        from_on=_LIVED_HERE_FROM,
        kind="permit" if plan.by_permit else "registered",
        place=COUNTY,
    )
    case.say(lives, CLERK)


def _declare(case: Dossier) -> None:
    """Declare the household; that one has moved to a relocation site, that somebody alone is disabled."""
    declare(case)
    if plan_of(case).relocated == "before":
        relocate(case, _MOVED_ON)
    certify(case)


def assess(case: Dossier) -> None:
    """Assess what the household has: too much of an income where it is refused."""
    plan = plan_of(case)
    refused = plan.outcome == "refuse"
    too_much_fen = plan.persons * STANDARD_FEN * _TOO_MUCH_PERCENT // 100
    found(case, too_much_fen if refused else plan.income_fen)


def found(case: Dossier, income_fen: int) -> None:
    """Assess an income a month, the property, and what the members fall into."""
    plan = plan_of(case)
    assess_income(case, income_fen, "application")
    owned = household.PropertyAssessed(
        deposits_fen=plan.deposits_fen,
        dwellings=plan.dwellings,
        firms=plan.firms,
        vehicles=plan.vehicles,
    )
    case.say(owned, SECOND_SURVEYOR)
    persons = (plan.person, *(one.person for one in plan.kin))
    for count, (place, word) in enumerate(plan.categories, start=1):
        fall_into(case, f"k{count}", persons[place], word)


BRANCH: Final = Branch(
    programme="dibao",
    weight=20,
    packs=("cn-dibao-2012", "cn-dibao-2021", "gz-dibao-2022", "gz-dibao-n22-2022"),
    draw=draw,
    apply=partial(apply, Ways(declare=_declare, assess=assess)),
    live=live,
)
"""The branch of the minimum living allowance."""
