"""Low-income families and families of rigid expenditure: recognised until a day, and helped by that.

They are surveyed and compared as other households are; there is no opinion and no notice. A
recognition holds for a year at most: some are granted anew before that, some end early.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from random import Random
from typing import Final, Literal

import msgspec

from aidledger.domain.events import helping
from aidledger.services.simulation.county import County, Process
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.places import COUNTY, SECOND_SURVEYOR
from aidledger.services.simulation.planning import application_day
from aidledger.services.simulation.procedure import (
    SpotChecks,
    acceptance,
    application,
    inquiry_into,
    refusal,
)
from aidledger.services.simulation.programmes import dibao, special
from aidledger.services.simulation.programmes.branch import Branch, not_monthly
from aidledger.services.simulation.programmes.households import (
    STANDARD_FEN,
    HouseholdPlan,
    draw_household,
)
from aidledger.services.simulation.programmes.keeping import assess_income, fall_into

FamilyProgramme = Literal["low_income", "rigid"]
Course = Literal["once", "renewed", "ended"]

_SINCE: Final = date(2025, 1, 1)
"""The first day of their rule; before it nobody could apply."""
_INCOME: Final[dict[FamilyProgramme, tuple[int, int, int]]] = {
    "low_income": (90, 146, 170),
    "rigid": (100, 220, 150),
}
"""Per cent of the standard that a family has a head: from, and below what, and where it is refused."""
_CAUSES: Final = ("illness", "schooling", "epidemic", "disaster")
_CAUSE: Final = "c1"
_ROUND_FEN: Final = 1_000
_REFUSED_FOR: Final[dict[FamilyProgramme, tuple[str, str]]] = {
    "low_income": ("income", "家庭人均收入超过规定标准。"),
    "rigid": ("cause", "没有规定的致困原因。"),
}
_HELPED_PERCENT: Final = 40
_HELPED_AFTER: Final = (10, 60)
"""Working days from the recognition to the help: it is paid long before the recognition ends."""
_HELP_FEN: Final = (60_000, 300_000, 10_000)
_ENDED_AFTER: Final = (100, 180)
"""Working days from the recognition to its early end, after any help was paid."""
_RENEWED_BEFORE_DAYS: Final = 20


class FamilyPlan(HouseholdPlan, frozen=True, kw_only=True):
    """How the case of a family goes on once it is recognised."""

    course: Course
    helped: bool


def draw(programme: FamilyProgramme, county: County, number: int, rng: Random) -> FamilyPlan:
    """Draw one clean case; who is refused has too much, or no cause that the rule lists."""
    base = msgspec.structs.asdict(draw_household(county, number, rng))
    refused = rng.randrange(100) < 8
    least, below, too_much = _INCOME[programme]
    percent = too_much if refused else rng.randrange(least, below)
    fen = base["persons"] * STANDARD_FEN * percent // 100 // _ROUND_FEN * _ROUND_FEN
    own = {
        "programme": programme,
        "apply_on": application_day(county, rng, _SINCE),
        "income_fen": fen,
        "appraisal": "none",
        "objection": "none",
        "publicity_days": 0,
        "announce_after": None,
        "fates": False,
        "outcome": "refuse" if refused else "approve",
        "refused_for": _REFUSED_FOR[programme],
        "course": rng.choices(("once", "renewed", "ended"), weights=(40, 45, 15))[0],
        "helped": rng.randrange(100) < _HELPED_PERCENT,
    }
    return FamilyPlan(**(base | own))


def _apply(
    recognised: FamilyProgramme,
    case: Dossier,
    checks: SpotChecks,
    approved: Callable[[Dossier], None],
) -> Process:
    """Apply, be looked into and be recognised, or not; then live as long as the recognition does."""
    del checks, approved
    yield from application(case)
    yield from acceptance(case, _declare)
    yield from inquiry_into(case, partial(_assess, recognised))
    yield from special.decided(case)
    if case.plan.outcome == "refuse":
        yield from refusal(case)
        return
    valid_to = _recognise(case, recognised)
    plan = plan_of(case)
    if plan.helped:
        yield case.turn(case.rng.randrange(*_HELPED_AFTER), COUNTY)
        _help(case)
    match plan.course:
        case "once":
            return
        case "ended":
            yield from _better_off(case, recognised)
        case "renewed":
            yield from _anew(case, recognised, valid_to)


def plan_of(case: Dossier) -> FamilyPlan:
    """Return the plan of a case that is a family's."""
    if not isinstance(case.plan, FamilyPlan):
        raise TypeError(f"expected a family, found {case!r}")
    return case.plan


def _declare(case: Dossier) -> None:
    """Declare the household and its account."""
    dibao.declare(case)
    special.declare(case)


def _assess(recognised: FamilyProgramme, case: Dossier) -> None:
    """Assess what the family has, and why it is hard up: a family of rigid expenditure always is by a cause."""
    plan = plan_of(case)
    dibao.found(case, plan.income_fen)
    if recognised == "rigid" and plan.outcome == "approve":
        fall_into(case, _CAUSE, plan.person, case.rng.choice(_CAUSES))


def _recognise(case: Dossier, recognised: FamilyProgramme) -> date:
    """Recognise the family for a year less a day at most; return the last day."""
    today = case.county.today
    # A year after 29 February there is none.
    valid_to = date(today.year + 1, today.month, min(today.day, 28)) - timedelta(days=1)
    granted = helping.RecognitionGranted(
        by_unit=COUNTY,
        cause=_CAUSE if recognised == "rigid" else recognised,
        recognised=recognised,
        valid_to=valid_to.isoformat(),
    )
    case.say(granted, case.decider)
    return valid_to


def _help(case: Dossier) -> None:
    """Help once with money, by the recognition; it is paid with the next run."""
    least, below, step = _HELP_FEN
    granted = helping.HelpGranted(
        amount_fen=case.rng.randrange(least, below, step),
        cause_on=case.plan.apply_on.isoformat(),
        help="temporary",
        kind="expenditure",
    )
    case.say(granted, case.decider)


def _better_off(case: Dossier, recognised: FamilyProgramme) -> Process:
    """Have more than before: the recognition is over before its day."""
    yield case.turn(case.rng.randrange(*_ENDED_AFTER))
    assess_income(case, 2 * plan_of(case).income_fen, "change")
    ended = helping.RecognitionEnded(
        ended_on=case.county.today.isoformat(), ground="income", recognised=recognised
    )
    case.say(ended, SECOND_SURVEYOR)


def _anew(case: Dossier, recognised: FamilyProgramme, valid_to: date) -> Process:
    """Look at the family again before the year is over, and recognise it anew."""
    yield case.on(valid_to - timedelta(days=_RENEWED_BEFORE_DAYS))
    assess_income(case, plan_of(case).income_fen, "review")
    yield case.turn(2, COUNTY)
    _recognise(case, recognised)


def _branch(programme: FamilyProgramme, weight: int) -> Branch:
    """Return the branch of one class of families."""
    return Branch(
        programme=programme,
        weight=weight,
        packs=("cn-rigid-2025",),
        draw=partial(draw, programme),
        apply=partial(_apply, programme),
        live=not_monthly,
        since=_SINCE,
    )


BRANCHES: Final = (_branch("low_income", 5), _branch("rigid", 4))
"""The branches of low-income families and of families of rigid expenditure: one rule, two classes."""
