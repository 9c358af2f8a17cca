"""Temporary assistance in the simulated county: an emergency at once, or expenditure the whole way."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from random import Random
from typing import Any, Final, Literal

from msgspec.structs import asdict

from aidledger.domain.events import duty, helping, household, support
from aidledger.domain.values import add_months
from aidledger.services.acts.proposals import UNKNOWN_ACCOUNT
from aidledger.services.simulation.county import County, Process
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.places import CLERK, COUNTY, HEAD
from aidledger.services.simulation.procedure import (
    SpotChecks,
    Ways,
    acceptance,
    application,
    apply,
)
from aidledger.services.simulation.programmes import dibao
from aidledger.services.simulation.programmes.branch import Branch, not_monthly
from aidledger.services.simulation.programmes.households import HouseholdPlan, draw_household
from aidledger.services.simulation.programmes.keeping import fall_into

Lives = Literal["registered", "permit", "work", "nowhere"]

_LIVES: Final[tuple[Lives, ...]] = ("registered", "permit", "work", "nowhere")
_LIVES_PERCENT: Final = (60, 10, 15, 15)
"""What ties who is hit by an emergency to this county: some only that it happened here."""
_WHERE_IT_HAPPENS_SINCE: Final = date(2022, 10, 24)
"""From then on, days after the notice (N22), an emergency is helped where it happens."""
_WORKED_MONTHS: Final = 8
_WHOLE_WAY_EVERY: Final = 3
"""One case in so many is help with expenditure, the others are emergencies."""
_GOODS_EVERY: Final = 5
_CAUSE: Final = "c1"
_SUDDEN: Final = ("sudden_event", "accidental_injury", "epidemic")
_LEAST_FEN, _TOWNSHIP_FEN, _COUNTY_FEN, _ROUND_FEN = 50_000, 300_000, 900_000, 10_000


class ReliefPlan(HouseholdPlan, frozen=True, kw_only=True):
    """How somebody is helped: the plan of a household, and what lets them be helped in this county."""

    at_once: bool
    lives: Lives = "registered"


def draw(county: County, number: int, rng: Random) -> ReliefPlan:
    """Draw one clean case; nobody who is helped at once is refused."""
    base = asdict(draw_household(county, number, rng))
    at_once = number % _WHOLE_WAY_EVERY > 0
    own = {"programme": "temporary", "appraisal": "held", "fates": False, "at_once": at_once}
    if at_once:
        lives = rng.choices(_LIVES, weights=_LIVES_PERCENT)[0]
        if lives == "nowhere" and base["apply_on"] < _WHERE_IT_HAPPENS_SINCE:
            lives = "work"
        own |= {"materials_asked": 0, "accept_after": 1, "outcome": "approve", "lives": lives}
        own |= {"discovered_before": 1} if lives == "nowhere" else {}
    return ReliefPlan(**(base | own))


def plan_of(case: Dossier) -> ReliefPlan:
    """Return the plan of a case of temporary assistance."""
    if not isinstance(case.plan, ReliefPlan):
        raise TypeError(f"expected temporary assistance, found {case!r}")
    return case.plan


def _declare(case: Dossier) -> None:
    """Take down what befell the household, where it lives and its account."""
    fall_into(case, _CAUSE, case.plan.person, case.rng.choice(_SUDDEN))
    match plan_of(case).lives:
        case "registered" | "permit" as kind:
            lives = household.ResidenceEvidenced(
                evidence=case.digest("residence"), from_on="2012-06-01", kind=kind, place=COUNTY
            )
            case.say(lives, CLERK)
        case "work":
            since = f"{add_months(case.plan.apply_on.isoformat()[:7], -_WORKED_MONTHS)}-01"
            worked = helping.WorkEvidenced(
                county=COUNTY, evidence=case.digest("work"), from_on=since
            )
            case.say(worked, CLERK)
        case "nowhere":
            pass
    number = {"account_number": case.county.people.account()}
    bound = support.AccountBound(account=UNKNOWN_ACCOUNT, holder="self")
    case.say(bound, CLERK, personal=number)


def _declare_household(case: Dossier) -> None:
    """Declare the household, and the illness that costs it so much."""
    dibao.declare(case)
    fall_into(case, _CAUSE, case.plan.person, "seriously_ill")


def _grant(case: Dossier) -> None:
    """Help with expenditure, by the county."""
    case.say(_help_for(case, _COUNTY_FEN, kind="expenditure"), case.decider)


def _help_for(case: Dossier, most_fen: int, **more: Any) -> helping.HelpGranted:
    """Return help for the cause of a case, of some round sum below the most."""
    return helping.HelpGranted(
        amount_fen=case.rng.randrange(_LEAST_FEN, most_fen, _ROUND_FEN),
        cause=_CAUSE,
        cause_on=case.plan.apply_on.isoformat(),
        help="temporary",
        **more,
    )


def _at_once(case: Dossier, checks: SpotChecks, approved: Callable[[Dossier], None]) -> Process:
    """Help an emergency first, within the township's limit; others do the paperwork afterwards."""
    del checks, approved
    yield from application(case)
    yield from acceptance(case, _declare)
    yield case.turn(1)
    way = "goods" if case.plan.number % _GOODS_EVERY == 0 else "money"
    case.say(_help_for(case, _TOWNSHIP_FEN, kind="emergency", way=way), HEAD)
    yield case.turn(case.rng.randrange(2, 8))
    case.say(duty.EmergencyHelpCompleted(justified=True), CLERK)


_WHOLE_WAY: Final = partial(
    apply, Ways(declare=_declare_household, assess=dibao.assess, grant=_grant)
)


def _apply(case: Dossier, checks: SpotChecks, approved: Callable[[Dossier], None]) -> Process:
    """Live the case the one way or the other."""
    return (_at_once if plan_of(case).at_once else _WHOLE_WAY)(case, checks, approved)


BRANCH: Final = Branch(
    programme="temporary",
    weight=3,
    packs=("cn-temporary-2018", "gz-temporary-2022", "gz-temporary-n22-2022"),
    draw=draw,
    apply=_apply,
    live=not_monthly,
)
"""The branch of temporary assistance."""
