"""Special assistance in the simulated county: bills, school, dwellings, work and disaster.

Each case goes the same way: an application, an acceptance, and then what its programme rests on,
said by the department that knows it, before the county decides.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from random import Random
from typing import Final, Literal

from aidledger.domain.events import helping, intake, support
from aidledger.domain.events.base import OfficeKind, Programme
from aidledger.domain.identity import UNKNOWN_PERSON
from aidledger.services.acts.proposals import UNKNOWN_ACCOUNT
from aidledger.services.simulation.county import County, Process
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.people import born_aged
from aidledger.services.simulation.places import CLERK, COUNTY, DEPARTMENT_CLERK, department
from aidledger.services.simulation.planning import CasePlan, application_day
from aidledger.services.simulation.procedure import SpotChecks, acceptance, application
from aidledger.services.simulation.programmes.branch import Branch, not_monthly
from aidledger.services.simulation.programmes.keeping import fall_into

Give = Callable[[Dossier], Process]
"""What follows the acceptance: what the programme asks for, and the help."""
_GRADES_FEN: Final = {"general": 100_000, "hard": 150_000, "particularly_hard": 200_000}
_GOODS: Final = ("food", "clothing", "water", "shelter")
_COURSES: Final = ("training", "business")
_SUBSIDY_FEN, _SUBSIDY_TO_FEN = 50_000, 250_000
_BILL_FEN, _BILL_TO_FEN, _ROUND_FEN = 500_000, 4_000_000, 10_000
_BASIC_PERCENT, _SERIOUS_PERCENT = 55, 15
"""What the insurances pay of a bill; the rest is help."""
_CAUSE: Final = "k1"
_CAUSES: Final[dict[str, str]] = {"medical": "illness", "housing": "disaster"}
"""Why somebody of a programme is on the margin, as it stands sealed under a number."""


def draw(
    programme: Programme, years: tuple[int, int], county: County, number: int, rng: Random
) -> CasePlan:
    """Draw one clean case of somebody within two ages."""
    town = rng.choices(county.towns, weights=[town.population for town in county.towns])[0]
    apply_on = application_day(county, rng)
    return CasePlan(
        number=number,
        programme=programme,
        limb="household",
        apply_on=apply_on,
        person=county.people.person(born_aged(rng, apply_on, rng.randrange(*years))),
        town=town,
        village=rng.choice(town.villages),
        materials_asked=int(rng.randrange(100) < 15),
        accept_after=rng.randrange(1, 4),
        decide_after=rng.randrange(2, 6),
        fates=False,
        visited=False,
    )


def _apply(
    give: Give, case: Dossier, checks: SpotChecks, approved: Callable[[Dossier], None]
) -> Process:
    """Apply, be accepted, and be helped."""
    del checks, approved
    yield from application(case)
    yield from acceptance(case, declare)
    yield from give(case)


def declare(case: Dossier) -> None:
    """Take down what made somebody hard up, and the account."""
    if case.plan.programme in _CAUSES:
        fall_into(case, _CAUSE, case.plan.person, _CAUSES[case.plan.programme])
    number = {"account_number": case.county.people.account()}
    bound = support.AccountBound(account=UNKNOWN_ACCOUNT, holder="self")
    case.say(bound, CLERK, personal=number)


def recognised(case: Dossier, as_what: helping.Recognised, cause: str = _CAUSE) -> Process:
    """Have the county recognise the person."""
    yield case.turn(1, COUNTY)
    granted = helping.RecognitionGranted(by_unit=COUNTY, cause=cause, recognised=as_what)
    case.say(granted, case.decider)


def _at(case: Dossier, kind: OfficeKind) -> Process:
    """Go to a department of the county, some days later."""
    yield case.turn(case.rng.randrange(1, 4), department(kind))


def decided(case: Dossier) -> Process:
    """Wait for the day of the decision."""
    yield case.turn(case.plan.decide_after, COUNTY)


def _medical(case: Dossier) -> Process:
    """Pay of a bill what the insurances left."""
    yield from recognised(case, "marginal")
    yield from _at(case, "medical_insurance")
    claim = f"bill-{case.plan.number}"
    total = case.rng.randrange(_BILL_FEN, _BILL_TO_FEN, _ROUND_FEN)
    basic, serious = total * _BASIC_PERCENT // 100, total * _SERIOUS_PERCENT // 100
    settled = helping.MedicalCostSettled(
        basic_fen=basic,
        claim=claim,
        incurred_on=case.plan.apply_on.isoformat(),
        serious_fen=serious,
        total_fen=total,
    )
    case.say(settled, DEPARTMENT_CLERK, personal={"illness": "慢性病"})
    yield from decided(case)
    granted = helping.HelpGranted(
        amount_fen=total - basic - serious, cause=claim, detail="assistance", help="medical"
    )
    case.say(granted, case.decider)


def _education(case: Dossier) -> Process:
    """Help a student by the grade of the difficulty."""
    grade = case.rng.choice(tuple(_GRADES_FEN))
    stage: Literal["vocational", "higher"] = "vocational" if case.plan.number % 2 else "higher"
    enrolled = intake.EnrolmentRecorded(
        from_on=date(case.plan.apply_on.year - 1, 9, 1).isoformat(),
        stage=stage,
    )
    case.say(enrolled, CLERK)
    yield from recognised(case, "student_in_difficulty", grade)
    yield from decided(case)
    granted = helping.HelpGranted(amount_fen=_GRADES_FEN[grade], detail=stage, help="education")
    case.say(granted, case.decider)


def _housing(case: Dossier) -> Process:
    """Let a dwelling by directed allocation."""
    yield from recognised(case, "marginal")
    yield from _at(case, "housing")
    case.say(helping.HousingAssessed(dilapidated=False, hardship=True), DEPARTMENT_CLERK)
    yield from decided(case)
    granted = helping.HelpGranted(
        amount_fen=0, detail="directed", help="public_rental", way="goods"
    )
    case.say(granted, case.decider)


def _employment(case: Dossier) -> Process:
    """Subsidise a course or a business of somebody without work."""
    yield from recognised(case, "low_income")
    yield from _at(case, "human_resources")
    registered = helping.EmploymentRegistered(
        able=True,
        person=UNKNOWN_PERSON,
        register="registered_unemployed",
        registered_on=case.county.today.isoformat(),
        willing=True,
    )
    number = {"identity_number": case.plan.person.identity_number}
    case.say(registered, DEPARTMENT_CLERK, personal=number)
    yield from decided(case)
    granted = helping.HelpGranted(
        amount_fen=case.rng.randrange(_SUBSIDY_FEN, _SUBSIDY_TO_FEN, _ROUND_FEN),
        detail=case.rng.choice(_COURSES),
        help="employment_subsidy",
    )
    case.say(granted, case.decider)


def _disaster(case: Dossier) -> Process:
    """Hand out what is needed at once."""
    yield case.turn(1, COUNTY)
    for goods in case.rng.sample(_GOODS, 2):
        granted = helping.HelpGranted(amount_fen=0, detail=goods, help="disaster", way="goods")
        case.say(granted, case.decider)


_ONCE: Final[tuple[tuple[Programme, tuple[int, int], Give], ...]] = (
    ("medical", (30, 75), _medical),
    ("education", (18, 22), _education),
    ("housing", (28, 70), _housing),
    ("employment", (25, 55), _employment),
    ("disaster", (30, 75), _disaster),
)
"""Programme, from and below what age, and what is given."""
PACKS: Final = ("cn-special-2014", "gz-special-2022")
_IN_GOODS: Final = ("housing", "disaster")

BRANCHES: Final = tuple(
    Branch(
        programme=programme,
        weight=1,
        packs=() if place else PACKS,
        draw=partial(draw, programme, years),
        apply=partial(_apply, give),
        live=not_monthly,
        monthly=programme not in _IN_GOODS,
    )
    for place, (programme, years, give) in enumerate(_ONCE)
)
"""The branches of special assistance: one a programme, all under the packs that the first adopts."""
