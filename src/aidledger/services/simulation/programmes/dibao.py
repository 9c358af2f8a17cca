"""The minimum living allowance in the simulated county: what a household declares, and what is found."""

from __future__ import annotations

from functools import partial
from typing import Final

from aidledger.domain.events import household
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.places import CLERK, COUNTY, SECOND_SURVEYOR
from aidledger.services.simulation.procedure import Ways, apply
from aidledger.services.simulation.programmes.branch import Branch
from aidledger.services.simulation.programmes.households import STANDARD_FEN, draw_household
from aidledger.services.simulation.programmes.keeping import (
    assess_income,
    changes,
    fall_into,
    live,
    plan_of,
)

_TOO_MUCH_PERCENT: Final = 130
"""What a household that is refused has, as a part of the standard."""
_LIVED_HERE_FROM: Final = "2012-06-01"


def declare(case: Dossier) -> None:
    """Declare the household with every member, and where it is registered or lives."""
    plan = plan_of(case)
    case.say(household.HouseholdDeclared(unit="household"), CLERK)
    changes(case, plan.person, "head", "joined", plan.apply_on)
    for one in plan.kin:
        changes(case, one.person, one.relation, "joined", plan.apply_on)
    lives = household.ResidenceEvidenced(
        evidence=case.digest("residence"),
        from_on=_LIVED_HERE_FROM,
        kind="permit" if plan.number % 8 == 0 else "registered",
        place=COUNTY,
    )
    case.say(lives, CLERK)


def assess(case: Dossier) -> None:
    """Assess income and property, and what the members fall into."""
    plan = plan_of(case)
    refused = plan.outcome == "refuse"
    too_much_fen = plan.persons * STANDARD_FEN * _TOO_MUCH_PERCENT // 100
    assess_income(case, too_much_fen if refused else plan.income_fen, "application")
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
    packs=("cn-dibao-2021", "gz-dibao-2022", "gz-dibao-n22-2022"),
    draw=draw_household,
    apply=partial(apply, Ways(declare=declare, assess=assess)),
    live=live,
)
"""The branch of the minimum living allowance."""
