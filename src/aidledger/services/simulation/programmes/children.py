"""Orphans and unattended minors in the simulated county: who stands behind them, and how they grow up.

Nobody of them is ever shown: there is no notice, no announcement and no line on a list.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial
from random import Random
from typing import Final, Literal

from aidledger.domain.events import helping, inquiry, intake, support
from aidledger.domain.identity import UNKNOWN_PERSON
from aidledger.domain.values import add_months
from aidledger.services.simulation.care import Carers
from aidledger.services.simulation.county import County, Process
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.living import die, terminate, visits
from aidledger.services.simulation.people import Person, born_aged
from aidledger.services.simulation.places import CLERK, COUNTY, SECOND_SURVEYOR
from aidledger.services.simulation.planning import CasePlan, Route, application_day
from aidledger.services.simulation.procedure import Ways, apply
from aidledger.services.simulation.programmes.branch import Branch

ChildProgramme = Literal["orphan", "unattended"]
Ground = Literal["dead", "missing", "no_obligor", "no_capacity", "prison"]
Keeper = Literal["guardian", "entrusted", "maintainer"]

PACKS: Final = ("cn-children-2020", "gz-children-2022")
_ADULT_MONTHS: Final = 18 * 12
_LATEST_BIRTHDAY: Final = 15
"""Of a month: who grows up in it is ended in it, before the next roster."""
_SOON, _FAR = (4, 11), (24, 190)
"""In how many months a child is grown up: some soon, most not for years."""
_SOON_PERCENT: Final = 25
_GROUNDS: Final[dict[str, tuple[tuple[Ground, Ground], ...]]] = {
    "orphan": (("dead", "dead"), ("dead", "missing"), ("no_obligor", "no_obligor")),
    "unattended": (("dead", "no_capacity"), ("prison", "no_capacity"), ("prison", "missing")),
}
"""Of father and mother."""
_KEEPERS: Final[tuple[Keeper, ...]] = ("guardian", "guardian", "entrusted", "maintainer")
_RETURN_PERMILLE, _DEATH_PERMILLE = 12, 2
"""Each month: that a parent can raise the child again, that the child dies."""
_REVIEW_MONTHS: Final = 6
_SCHOOL_FROM, _SCHOOL_TO = 7, 15


class ChildPlan(CasePlan, frozen=True, kw_only=True):
    """How the case of a child will go: the plan of a case, with parents and whoever answers for it."""

    grounds: tuple[Ground, Ground]
    """Why father and mother can't raise the child."""
    guardian: Person
    keeper: Keeper = "guardian"
    recognised: ChildProgramme

    @property
    def adult_on(self) -> date:
        """The eighteenth birthday."""
        born = self.person.birth_on
        return date(born.year + _ADULT_MONTHS // 12, born.month, born.day)


def plan_of(case: Dossier) -> ChildPlan:
    """Return the plan of a case that is a child's."""
    if not isinstance(case.plan, ChildPlan):
        raise TypeError(f"expected a child, found {case!r}")
    return case.plan


def draw_child(programme: ChildProgramme, county: County, number: int, rng: Random) -> ChildPlan:
    """Draw one clean case of a child: a guardian applies, or the township takes it up itself."""
    town = rng.choices(county.towns, weights=[town.population for town in county.towns])[0]
    apply_on = application_day(county, rng)
    route: Route = rng.choices(("proxy", "ex_officio"), weights=(80, 20))[0]
    return ChildPlan(
        number=number,
        programme=programme,
        recognised=programme,
        limb=programme,
        route=route,
        apply_on=apply_on,
        person=county.people.person(_birthday(rng, apply_on)),
        guardian=county.people.person(born_aged(rng, apply_on, rng.randrange(34, 66))),
        keeper=rng.choice(_KEEPERS),
        grounds=rng.choice(_GROUNDS[programme]),
        town=town,
        village=rng.choice(town.villages),
        discovered_before=3 if route == "ex_officio" else 0,
        accept_after=rng.randrange(1, 4),
        survey_after=rng.randrange(1, 3),
        letter=rng.randrange(100) < 25,
        appraisal="none",
        outcome=rng.choices(("approve", "refuse", "withdraw"), weights=(94, 3, 3))[0],
        opinion_after=rng.randrange(1, 4),
        publicity_days=0,
        submit_after=1,
        decide_after=rng.randrange(3, 8),
        refused_for=("obligor_able", "母亲能够履行抚养义务。"),
        announce_after=None,
        refusal_told_after=rng.randrange(1, 3),
    )


def orderly_child(programme: ChildProgramme, county: County, plan: CasePlan) -> ChildPlan:
    """Return the plan of a child of school age whose aunt applies early and who meets with no chance."""
    rng = county.rng("orderly child", programme, plan.number)
    apply_on = rng.choice(county.workdays[1:9])
    return ChildPlan(
        number=plan.number,
        programme=programme,
        recognised=programme,
        limb=programme,
        route="proxy",
        apply_on=apply_on,
        person=county.people.person(born_aged(rng, apply_on, 11)),
        guardian=county.people.person(born_aged(rng, apply_on, 45)),
        grounds=_GROUNDS[programme][0],
        town=plan.town,
        village=plan.village,
        appraisal="none",
        publicity_days=0,
        announce_after=None,
        fates=False,
    )


def declare(case: Dossier) -> None:
    """Say what is known of both parents, of who answers for the child, and of its school."""
    plan = plan_of(case)
    county = case.county
    known = {
        "identity_number": plan.guardian.identity_number,
        "name": plan.guardian.name,
        "phone": plan.guardian.phone,
    }
    answers = helping.GuardianRecorded(
        from_on=county.today.isoformat(), guardian=UNKNOWN_PERSON, kind=plan.keeper
    )
    case.say(answers, CLERK, personal=known)
    if _SCHOOL_FROM <= county.today.year - plan.person.birth_on.year <= _SCHOOL_TO:
        enrolled = intake.EnrolmentRecorded(
            from_on=f"{county.today.year - 1}-09-01", stage="compulsory"
        )
        case.say(enrolled, CLERK)


def assess(case: Dossier) -> None:
    """Look into father and mother; what an incapacity is stands sealed. Refused, one of them is able."""
    plan = plan_of(case)
    parents: tuple[tuple[Literal["father", "mother"], Ground], ...] = (
        ("father", plan.grounds[0]),
        ("mother", plan.grounds[1]),
    )
    for parent, ground in parents:
        able = plan.outcome == "refuse" and parent == "mother"
        assessed = inquiry.ObligorAssessed(
            able=able, ground="none" if able else ground, obligor=parent
        )
        sealed = {"text": "重度精神残疾，无监护能力"} if ground == "no_capacity" else {}
        case.say(assessed, SECOND_SURVEYOR, personal={} if able else sealed)


def recognise(case: Dossier) -> None:
    """Recognise the child as what was applied for."""
    recognised = helping.RecognitionGranted(
        by_unit=COUNTY, cause="parents", recognised=plan_of(case).recognised
    )
    case.say(recognised, case.decider)


def live(case: Dossier, carers: Carers, _quiet_month: str) -> Iterator[Process]:
    """Return the processes of a supported child; by chance no amount of theirs changes."""
    if case.plan.visited:
        yield visits(case)
    yield reviews(case)
    yield grow_up(case, carers)
    if case.plan.fates:
        yield fates(case, carers)
    if case.plan.sequel is not None:
        yield case.plan.sequel(case)


def reviews(case: Dossier) -> Process:
    """Look at the case again every half year, as long as the child is one."""
    start, month = case.county.today, case.county.today.isoformat()[:7]
    while True:
        month = add_months(month, _REVIEW_MONTHS)
        yield case.on(date.fromisoformat(f"{month}-{min(start.day, 12):02d}"))
        if case.over(case.county.today) or case.county.today >= plan_of(case).adult_on:
            return
        case.say(support.SupportReviewed(still_eligible=True), SECOND_SURVEYOR)


def grow_up(case: Dossier, carers: Carers) -> Process:
    """End support in the month of the eighteenth birthday."""
    yield case.on(plan_of(case).adult_on)
    if not case.over(case.county.today):
        yield from terminate(case, carers, "aged_out")


def fates(case: Dossier, carers: Carers) -> Process:
    """Let chance strike once a month, in the middle of it; a parent comes back, or the child dies."""
    county, last = case.county, plan_of(case).adult_on.isoformat()[:7]
    month = county.today.isoformat()[:7]
    while True:
        month = add_months(month, 1)
        if month >= last:
            return
        yield case.on(date.fromisoformat(f"{month}-10"))
        if case.over(county.today):
            return
        draw = case.rng.randrange(1000)
        if draw < _RETURN_PERMILLE:
            able = inquiry.ObligorAssessed(able=True, ground="none", obligor="mother")
            case.say(able, SECOND_SURVEYOR)
            yield from terminate(case, carers, "obligor_able")
            return
        if draw < _RETURN_PERMILLE + _DEATH_PERMILLE:
            died_on = date.fromisoformat(f"{month}-{case.rng.randrange(14, 21)}")
            yield from die(case, carers, died_on, known_after=2, buried=False)
            return


def _birthday(rng: Random, on: date) -> date:
    """Draw the birthday of a child that will be grown up in so many months."""
    months = rng.randrange(*(_SOON if rng.randrange(100) < _SOON_PERCENT else _FAR))
    month = add_months(on.isoformat()[:7], months - _ADULT_MONTHS)
    return date.fromisoformat(f"{month}-{rng.randrange(3, _LATEST_BIRTHDAY + 1):02d}")


def _branch(programme: ChildProgramme, weight: int) -> Branch:
    """Return the branch of one programme of children."""
    return Branch(
        programme=programme,
        weight=weight,
        packs=PACKS,
        draw=partial(draw_child, programme),
        apply=partial(apply, Ways(declare=declare, assess=assess, recognise=recognise)),
        live=live,
    )


BRANCHES: Final = (_branch("orphan", 4), _branch("unattended", 3))
"""The branches of orphans and of unattended minors: one rule, two programmes."""
