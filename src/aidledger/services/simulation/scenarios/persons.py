"""Persons who should not be paid: dead, on the public payroll, an officer's own kin."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from typing import Final, Literal

import msgspec

from aidledger.domain.events import care, intake, payment, powers, support
from aidledger.services.simulation.county import Process, Turn
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.irregularities.means import hit_let_pass, hits_of
from aidledger.services.simulation.irregularities.scene import Kind, Scene, SideEffect, at, then
from aidledger.services.simulation.living import die
from aidledger.services.simulation.places import COUNTY, SURVEYOR
from aidledger.services.simulation.planning import CasePlan
from aidledger.services.simulation.programmes.households import HouseholdPlan, orderly_household
from aidledger.services.simulation.scenarios.scenario import Scenario, Shown

_DIED_DAY, _KNOWN_DAY = 13, 20
_DEAD: Final = (
    # how many, how able they were, months of the death and of its becoming known
    (30, "partly", "2022-04", "2022-08"),
    (12, "able", "2022-04", "2022-08"),
    (60, "able", "2022-05", "2022-08"),
    (15, "able", "2022-10", "2022-12"),
    (1, "able", "2022-11", "2022-12"),
)
"""Four months after the death are paid to the first two groups, three, two and one to the others."""
_STAFF: Final = 26
_KIN: Final[tuple[tuple[Literal["lineal", "spouse"], int], ...]] = (
    ("lineal", 70_000),
    ("spouse", 40_380),
)
"""The officer's mother and wife, and what the household of each has a month."""
_COMES_TO_LIGHT: Final = date(2022, 12, 12)


def _dead(scene: Scene, plans: list[CasePlan]) -> list[CasePlan]:
    """Let each group die in its month, and the office hear of it in a later one."""
    groups = [group for group in _DEAD for _ in range(group[0])]
    return [
        msgspec.structs.replace(
            plan, ability=ability, sequel=partial(_dies, scene, died=died, known=known)
        )
        for plan, (_, ability, died, known) in zip(plans, groups, strict=True)
    ]


def _dies(scene: Scene, case: Dossier, *, died: str, known: str) -> Process:
    """Die in one month, be paid on, and be known to have died in another."""
    died_on = date.fromisoformat(f"{died}-{_DIED_DAY}")
    known_on = date.fromisoformat(f"{known}-{_KNOWN_DAY}")
    yield case.on(died_on)
    county = scene.county
    between = [day for day in county.workdays if county.workday(died_on) < day <= known_on]
    yield from die(case, scene.tools.carers, died_on, known_after=len(between))


def _paid_after_death(scene: Scene) -> list[int]:
    """Find, case by case, the payments for months after the death."""
    found = []
    for case in scene.cases:
        entries = scene.entries(case.stream)
        died = [e.event.died_on for e in entries if isinstance(e.event, support.DeathRecorded)]
        found += [
            entry.position
            for entry in entries
            if died and isinstance(entry.event, payment.PaymentIssued)
            if entry.event.month > died[0][:7]
        ]
    return found


def _known_late(scene: Scene) -> list[int]:
    """Find what was entered long after its day: the deaths, and the end of their care."""
    return [*at(support.DeathRecorded)(scene), *at(care.CareEnded)(scene)]


def _kin(scene: Scene, plans: list[CasePlan]) -> list[CasePlan]:
    """Let the mother and the wife of one township's surveyor apply there, on the same day."""
    first = plans[0]
    return [
        msgspec.structs.replace(
            plan,
            apply_on=scene.county.workdays[4],
            income_fen=income_fen,
            town=first.town,
            village=first.village,
            sequel=partial(_declared_late, degree),
        )
        for plan, (degree, income_fen) in zip(_households(plans), _KIN, strict=True)
    ]


def _households(plans: Sequence[CasePlan]) -> list[HouseholdPlan]:
    """Return plans that are all of households."""
    return [plan for plan in plans if isinstance(plan, HouseholdPlan)]


def _declared_late(degree: Literal["lineal", "spouse"], case: Dossier) -> Process:
    """Declare at the end of the year whose kin it is: the officer surveyed the household."""
    yield Turn(_COMES_TO_LIGHT, case.office)
    surveyor = f"{case.office}-{SURVEYOR}"
    declared = powers.KinshipDeclared(actor=surveyor, degree=degree, person=case.state.applicant)
    case.county.say(f"registry/{COUNTY}", declared, by=SURVEYOR)


PAID_AFTER_DEATH: Final = Scenario(
    name="paid-after-death",
    title_zh="死亡后继续发放",
    title_en="paid after death",
    published_zh="惠来县2022年审计：118名死亡人员，多发457,200元",
    published_en="Huilai county, audit of 2022: 118 dead persons, 457,200 yuan too much",
    ours_zh="谁在何月死亡、何时被知悉，金额由月数和标准构成",
    ours_en="who died in which month and when it was known; months and standards add up to the sum",
    kinds=(
        Kind(
            rule="F001",
            note_zh="死亡数月后才被知悉，其间照常发放",
            note_en="paid for months before the death was known",
            people=118,
            plan=_dead,
            find=_paid_after_death,
            also=(
                SideEffect(rule="F002", find=at(support.DeathRecorded)),
                SideEffect(rule="F045", find=_known_late),
            ),
        ),
    ),
    shown=(Shown(rule="F001", findings=118, cases=118, persons=118, amount_fen=45_720_000),),
)

PUBLIC_STAFF: Final = Scenario(
    name="public-staff",
    title_zh="财政供养人员领取低保",
    title_en="public staff on the rolls",
    published_zh="多地审计以财政供养名册比对（朔州等地的审计方法），未公布统一数字",
    published_en="compared in many audits with the public payroll (Shuozhou's method); no figure is published",
    ours_zh=f"{_STAFF}户，每户二人，疑点属实而未处理",
    ours_en=f"{_STAFF} households of two; each hit was confirmed, and nothing followed",
    kinds=(
        Kind(
            rule="F014",
            note_zh="家庭成员属财政供养，属实而未处理",
            note_en="a member is paid by the state, and nothing followed",
            people=_STAFF,
            orderly=orderly_household,
            plan=then(partial(hit_let_pass, "payroll", "情况属实")),
            find=partial(hits_of, "payroll"),
        ),
    ),
    shown=(Shown(rule="F014", findings=_STAFF, cases=_STAFF, persons=2 * _STAFF),),
    months=9,
)

OFFICERS_KIN: Final = Scenario(
    name="officers-kin",
    title_zh="经办人近亲属未备案",
    title_en="an officer's kin, not declared",
    published_zh="普格县案例：干部为母亲、妻子申报，17,522元",
    published_en="Puge county: a cadre put his mother and his wife on the rolls, 17,522 yuan",
    ours_zh="两户低保，每户二人，3月至12月发放",
    ours_en="two households of two, paid from March to December",
    kinds=(
        Kind(
            rule="F041",
            note_zh="经办人为母亲、妻子办理，未备案",
            note_en="an officer surveyed his mother's and his wife's household, not declared",
            people=len(_KIN),
            orderly=orderly_household,
            plan=_kin,
            find=at(intake.ApplicationSubmitted),
        ),
    ),
    shown=(Shown(rule="F041", findings=2, cases=2, persons=4, amount_fen=1_752_200),),
)
