"""Life and identity: paid after death, in prison, twice, too young, under an impossible number."""

from __future__ import annotations

from datetime import date

import msgspec

from aidledger.domain.events import care, decision, intake, payment, registry, support
from aidledger.domain.values import add_months
from aidledger.services.simulation.county import Process, Turn
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.irregularities.scene import (
    Kind,
    Scene,
    SideEffect,
    at,
    changed,
    then,
    where,
)
from aidledger.services.simulation.living import die, terminate
from aidledger.services.simulation.people import born_aged, broken_number
from aidledger.services.simulation.places import CLERK, FINANCE
from aidledger.services.simulation.planning import CasePlan

_TOO_YOUNG = 56
_UNKNOWN_WORKDAYS = 48
_RECOVERED_AFTER = 12


def kinds() -> tuple[Kind, ...]:
    """Return the kinds of this group."""
    return (
        Kind(
            rule="F001",
            note_zh="死亡已登记，次月仍列入花名册并发放",
            note_en="the death was recorded, and the next month was paid all the same",
            plan=then(_known_death),
            find=_paid_after_death,
        ),
        Kind(
            rule="F001",
            note_zh="死亡两个多月后才被知悉，其间照常发放（仅需追回）",
            note_en="paid for months before the death was known: recovery only",
            plan=then(_unknown_death),
            find=_paid_after_death,
            also=(
                SideEffect(
                    rule="F045",
                    find=lambda scene: [
                        *at(support.DeathRecorded)(scene),
                        *at(care.CareEnded)(scene),
                    ],
                ),
            ),
        ),
        Kind(
            rule="F003",
            note_zh="服刑已登记，仍然发放",
            note_en="in prison, on record, and still paid",
            plan=then(_prison),
            find=_paid_in_prison,
        ),
        Kind(
            rule="F004",
            note_zh="导入的历史申请，身份证号码校验位不符",
            note_en="an imported application with an identity number that can't be one",
            plan=_impossible_number,
            start=lambda scene: scene.county.spawn(_file_imported(scene)),
            find=lambda scene: where(
                scene.entries(),
                intake.ApplicationSubmitted,
                lambda entry: bool(getattr(entry.event, "identity_problem", "")),
            ),
        ),
        Kind(
            rule="F006",
            note_zh="同一人两件在享案件",
            note_en="one person with two running cases",
            people=2,
            plan=_same_person,
            find=_approved_twice,
        ),
        Kind(
            rule="F008",
            note_zh="以老年情形批准，但批准之日未满规定年龄",
            note_en="approved on the age limb below the age",
            plan=_too_young,
            find=at(decision.ApplicationApproved),
        ),
        Kind(
            rule="F050",
            note_zh="已终止，之后月份仍然发放",
            note_en="terminated, and later months were still paid",
            plan=then(_paid_on),
            find=_paid_after_end,
        ),
    )


def _force(scene: Scene, case: Dossier, months: int) -> None:
    """Put a case on the roster of the months after its first, against the rules."""
    for number in range(1, months + 1):
        month = add_months(case.from_month, number)
        scene.tools.runs.disorder.forced.setdefault(month, []).append(case)


def _in_first_month(case: Dossier, day: int) -> Turn:
    """Return the turn on a day of the first month of support."""
    return case.on(date.fromisoformat(f"{case.from_month}-{day:02d}"))


def _known_death(scene: Scene, case: Dossier) -> Process:
    """Die in the first month, be recorded in time, be paid for the next."""
    _force(scene, case, 1)
    yield _in_first_month(case, 13)
    yield from die(case, scene.tools.carers, scene.county.today, known_after=2)


def _unknown_death(scene: Scene, case: Dossier) -> Process:
    """Die in the first month, and nobody tells for more than two."""
    yield _in_first_month(case, 13)
    yield from die(case, scene.tools.carers, scene.county.today, known_after=_UNKNOWN_WORKDAYS)
    yield case.turn(_RECOVERED_AFTER)
    month = case.state.died_on[:7]
    paid_lines = [e.event for e in scene.entries() if isinstance(e.event, payment.PaymentIssued)]
    wrong = [line for line in paid_lines if line.month > month]
    for paid in wrong:
        case.say(
            payment.PaymentRecovered(
                amount_fen=paid.amount_fen, month=paid.month, reason="paid_after_death"
            ),
            CLERK,
        )
    yield case.on(scene.county.today, FINANCE)
    scene.tools.runs.treasury.take_back(sum(paid.amount_fen for paid in wrong), "追回款项")


def _paid_after_death(scene: Scene) -> list[int]:
    """Find the payments for months after the death."""
    died = [e.event.died_on for e in scene.entries() if isinstance(e.event, support.DeathRecorded)]
    return _paid_after(scene, died[0][:7]) if died else []


def _paid_after(scene: Scene, month: str) -> list[int]:
    """Find the payments for months after a month."""
    return [
        entry.position
        for entry in scene.entries()
        if isinstance(entry.event, payment.PaymentIssued) and entry.event.month > month
    ]


def _prison(scene: Scene, case: Dossier) -> Process:
    """Go to prison in the first month; the record has no consequence."""
    _force(scene, case, 2)
    yield _in_first_month(case, 14)
    event = support.WhereaboutsChanged(from_on=scene.county.today.isoformat(), kind="prison")
    case.say(event, CLERK)


def _paid_in_prison(scene: Scene) -> list[int]:
    """Find the payments for months after the sentence began."""
    began = [
        e.event.from_on for e in scene.entries() if isinstance(e.event, support.WhereaboutsChanged)
    ]
    return _paid_after(scene, began[0][:7]) if began else []


def _paid_on(scene: Scene, case: Dossier) -> Process:
    """End in the first month, be paid for two more."""
    _force(scene, case, 2)
    yield _in_first_month(case, 11)
    yield from terminate(case, scene.tools.carers, "income")


def _paid_after_end(scene: Scene) -> list[int]:
    """Find the payments for months after the last month of the termination."""
    last_month = scene.cases[0].state.last_month
    return _paid_after(scene, last_month) if last_month else []


def _impossible_number(scene: Scene, plans: list[CasePlan]) -> list[CasePlan]:
    """Let the application come from a file, with a wrong check character."""
    file = scene.keep("file", scene.county.digest("imported", plans[0].number))
    person = plans[0].person
    wrong = msgspec.structs.replace(person, identity_number=broken_number(person.identity_number))
    return changed(person=wrong, source=f"import:{file}#2")(scene, plans)


def _file_imported(scene: Scene) -> Process:
    """Record the import of the file that the application came from."""
    case, file = scene.cases[0], scene.kept("file")
    yield case.on(case.plan.apply_on)
    imported = registry.FileImported(file=file, kind="applications", rows=1)
    scene.county.say(f"import/{file[:16]}", imported, by=CLERK)


def _same_person(_: Scene, plans: list[CasePlan]) -> list[CasePlan]:
    """Let the second case be of the person of the first."""
    first, second = plans
    return [first, msgspec.structs.replace(second, person=first.person)]


def _approved_twice(scene: Scene) -> list[int]:
    """Find both approvals, if both were given."""
    found = at(decision.ApplicationApproved)(scene)
    return found if len(found) > 1 else []


def _too_young(scene: Scene, plans: list[CasePlan]) -> list[CasePlan]:
    """Let somebody apply who is years from the age."""
    plan = plans[0]
    rng = scene.county.rng("too-young", plan.number)
    person = scene.county.people.person(born_aged(rng, plan.apply_on, _TOO_YOUNG))
    return changed(person=person, despite=True)(scene, plans)
