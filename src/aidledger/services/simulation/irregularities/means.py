"""Households and their means: what a register knows and nobody acts on, reviews left out, wrong sums."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from aidledger.domain.events import decision, ending, household, inquiry, payment, support
from aidledger.domain.events.base import AmountLine
from aidledger.domain.recorded import Recorded
from aidledger.domain.values import add_months
from aidledger.services.simulation.county import Process
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.irregularities.scene import (
    Change,
    Kind,
    Scene,
    at,
    changed,
    then,
    where,
)
from aidledger.services.simulation.living import terminate
from aidledger.services.simulation.people import born_aged
from aidledger.services.simulation.places import CLERK, SURVEYOR
from aidledger.services.simulation.planning import CasePlan
from aidledger.services.simulation.programmes.households import orderly_household

_SETTLED_DAYS = 75
"""After so many days the next two months were paid, or the matter was settled."""
_DEATH_REVIEW_DAYS = 95
_HALF_A_YEAR = 190
_TOO_MUCH_FEN = 5_000_000
_STACKED_FEN = 14_100
_TOO_HIGH_FEN = 12_000
_LAPSED_DAYS_AGO = 60
_CHILD_AGE = 11


def kinds() -> tuple[Kind, ...]:
    """Return the kinds of this group."""
    return (*_owned(), *_compared(), *_persons(), *_looked_after(), *_sums())


def _owned() -> tuple[Kind, ...]:
    """Return what was assessed as too much, and approved all the same."""
    return (
        _household(
            "F013",
            ("家庭成员有企业，仍获批准", "a member owns a firm, and support was granted"),
            changed(firms=1, despite=True),
            at(household.PropertyAssessed),
        ),
        _household(
            "F016",
            ("存款超过限额，仍获批准", "deposits above the limit, and support was granted"),
            changed(deposits_fen=_TOO_MUCH_FEN, despite=True),
            at(household.PropertyAssessed),
        ),
        _household(
            "F012",
            (
                "核对发现第二套住房属实，仍获批准",
                "a second home was confirmed, and support granted",
            ),
            changed(hits=("real_estate-1",), hits_cleared=False),
            at(inquiry.DataCompared),
            shows_after_days=_SETTLED_DAYS + 30,
        ),
    )


def _compared() -> tuple[Kind, ...]:
    """Return what a comparison finds in support, and nobody acts on."""
    confirmed = "情况属实"
    return tuple(
        _household(
            rule,
            notes,
            then(partial(hit_let_pass, register, answer)),
            partial(hits_of, register),
            shows_after_days=_SETTLED_DAYS,
        )
        for rule, register, answer, notes in (
            (
                "F011",
                "vehicles",
                confirmed,
                ("核对发现车辆属实，未处理", "a vehicle was confirmed, and nothing followed"),
            ),
            (
                "F014",
                "payroll",
                confirmed,
                ("家庭成员属财政供养，未处理", "a member is paid by the state, nothing followed"),
            ),
            (
                "F015",
                "housing_fund",
                confirmed,
                (
                    "公积金缴存显示工资收入，未重新核定",
                    "contributions show a wage, and income was not assessed anew",
                ),
            ),
            (
                "F017",
                "consumption",
                "",
                ("高消费线索未说明原因", "high consumption was let pass with no explanation"),
            ),
        )
    )


def _persons() -> tuple[Kind, ...]:
    """Return persons whose own state does not carry the support, or no longer."""
    return (
        Kind(
            rule="F009",
            note_zh="未成年人未满规定年龄且在读，以超龄为由终止",
            note_en="a child at school, below the age, was ended as too old",
            plan=_child,
            find=at(ending.TerminationApproved),
        ),
        Kind(
            rule="F010",
            note_zh="残疾证已过有效期，仍以残疾情形批准",
            note_en="granted for a disability whose certificate had lapsed",
            plan=_lapsed,
            find=at(decision.ApplicationApproved),
        ),
        Kind(
            rule="F018",
            note_zh="法定义务人有履行能力，仍获批准",
            note_en="somebody bound to help is able, and support was granted",
            plan=changed(obligor_able=True, despite=True),
            find=at(decision.ApplicationApproved),
        ),
    )


def _looked_after() -> tuple[Kind, ...]:
    """Return what is not looked at again in time."""
    return (
        _household(
            "F002",
            ("户主死亡三个月内未核查处理", "a death was recorded, and no review followed"),
            then(_dies_unnoticed),
            at(support.DeathRecorded),
            shows_after_days=_DEATH_REVIEW_DAYS,
        ),
        _household(
            "F047",
            ("收入不固定的家庭半年未复核", "an unsteady income was not reviewed in half a year"),
            changed(earned="wage", reviewed=False),
            at(decision.ApplicationApproved),
            shows_after_days=_HALF_A_YEAR,
        ),
    )


def _sums() -> tuple[Kind, ...]:
    """Return lines whose sum no rule gives."""
    return (
        _household(
            "F056",
            ("一人叠加两项分类补助", "two supplements were added up for one person"),
            _adds("supplement", _STACKED_FEN, categories=((0, "seriously_ill"),)),
            partial(_second_line, "supplement"),
        ),
        _household(
            "F059",
            ("差额计算错误，保障金偏高", "the difference was worked out wrongly, too high"),
            _adds("allowance", _TOO_HIGH_FEN),
            partial(_second_line, "allowance"),
        ),
    )


def _household(
    rule: str,
    notes: tuple[str, str],
    plan: Change,
    find: Callable[[Scene], list[int]],
    *,
    shows_after_days: int = 0,
) -> Kind:
    """Return a kind about one household; notes in Chinese and English."""
    return Kind(
        rule=rule,
        note_zh=notes[0],
        note_en=notes[1],
        orderly=orderly_household,
        plan=plan,
        find=find,
        shows_after_days=shows_after_days,
    )


def hit_let_pass(register: str, answer: str, scene: Scene, case: Dossier) -> Process:
    """Compare again in the second month; the hit is answered, and all stays as it is."""
    month = add_months(case.from_month, 1)
    yield case.on(date.fromisoformat(f"{month}-12"))
    compared = inquiry.DataCompared(
        hits=(f"{register}-1",),
        registers=("civil_registry", register),
        report=case.digest(f"comparison/{month}"),
        run_on=scene.county.today.isoformat(),
    )
    case.say(compared, CLERK)
    yield case.turn(2)
    answered = inquiry.ComparisonHitDisposed(cleared=not answer, hit=f"{register}-1", reason=answer)
    case.say(answered, SURVEYOR)


def hits_of(register: str, scene: Scene) -> list[int]:
    """Find the comparisons that had the hit, of all cases of the kind."""

    def has_it(entry: Recorded) -> bool:
        return f"{register}-1" in getattr(entry.event, "hits", ())

    return [
        position
        for case in scene.cases
        for position in where(scene.entries(case.stream), inquiry.DataCompared, has_it)
    ]


def _child(scene: Scene, plans: list[CasePlan]) -> list[CasePlan]:
    """Let a child be supported, and be ended as too old in the second month."""
    plan = plans[0]
    rng = scene.county.rng("child", plan.number)
    person = scene.county.people.person(born_aged(rng, plan.apply_on, _CHILD_AGE))

    def ended(case: Dossier) -> Process:
        month = add_months(case.from_month, 1)
        yield case.on(date.fromisoformat(f"{month}-11"))
        yield from terminate(case, scene.tools.carers, "aged_out")

    return changed(
        person=person, limb="minor", route="proxy", ability="able", despite=True, sequel=ended
    )(scene, plans)


def _lapsed(scene: Scene, plans: list[CasePlan]) -> list[CasePlan]:
    """Let a disabled adult apply whose certificate was valid until some weeks ago."""
    plan = plans[0]
    rng = scene.county.rng("lapsed", plan.number)
    lapsed_on = date.fromordinal(plan.apply_on.toordinal() - _LAPSED_DAYS_AGO)
    return changed(
        person=scene.county.people.person(born_aged(rng, plan.apply_on, 45)),
        limb="disability",
        disability=("physical", "1"),
        certified_to=lapsed_on.isoformat(),
    )(scene, plans)


def _dies_unnoticed(scene: Scene, case: Dossier) -> Process:
    """Record the death of the head in the first month, and do nothing about it."""
    yield case.on(date.fromisoformat(f"{case.from_month}-13"))
    case.died_on = scene.county.today
    died = support.DeathRecorded(died_on=case.died_on.isoformat(), source="civil_registry")
    case.say(died, CLERK)


def _adds(code: str, fen: int, **fields: object) -> Change:
    """Return a change of plan that adds a part to the roster's line of the second month."""

    def mark(scene: Scene, case: Dossier) -> Process:
        key = (case.stream, add_months(case.from_month, 1))
        added = AmountLine(code=code, fen=fen, formula="")
        scene.tools.all_runs["dibao"].disorder.roster_adds[key] = added
        yield from ()

    return lambda scene, plans: changed(sequel=partial(mark, scene), **fields)(scene, plans)


def _second_line(code: str, scene: Scene) -> list[int]:
    """Find the line of the roster with the part that was added."""

    def has_two(entry: Recorded) -> bool:
        line = entry.event
        if not isinstance(line, payment.PaymentRostered):
            return False
        return sum(part.code == code for part in line.parts) > 1

    return where(scene.entries(), payment.PaymentRostered, has_two)
