"""The way of the money to the person: sums, holders and names that differ, an officer's account, cash."""

from __future__ import annotations

from datetime import date

import msgspec

from aidledger.domain.events import payment, support
from aidledger.domain.recorded import Recorded
from aidledger.domain.values import add_months
from aidledger.services.simulation.county import Process
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.irregularities.money import marked
from aidledger.services.simulation.irregularities.scene import (
    Kind,
    Scene,
    SideEffect,
    at,
    changed,
    where,
)
from aidledger.services.simulation.places import CLERK
from aidledger.services.simulation.planning import CasePlan
from aidledger.services.simulation.units import account_of_clerk

_OTHER_NAME = "name_mismatch"
_NO_BANK = "no_bank_in_reach"
_MISREPORTED_FEN = 50_000


def kinds() -> tuple[Kind, ...]:
    """Return the kinds of this group."""
    return (
        Kind(
            rule="F061",
            note_zh="银行回盘总额与批次不符",
            note_en="the bank's result does not add up to the pay run",
            people=0,
            start=lambda scene: scene.tools.runs.disorder.misreported_fen.update(
                {_fourth_month(scene): _MISREPORTED_FEN}
            ),
            stream=lambda scene: f"run/{_fourth_month(scene)}",
            find=lambda scene: where(
                scene.entries(f"run/{_fourth_month(scene)}"), payment.BankResultReceived
            ),
        ),
        Kind(
            rule="F063",
            note_zh="账户为他人所有，无代管协议",
            note_en="somebody else's account, and nobody entrusted with it",
            plan=lambda scene, plans: changed(account=scene.county.people.account())(scene, plans),
            find=at(support.AccountBound),
        ),
        Kind(
            rule="F068",
            note_zh="银行回盘：账户户名与姓名不符",
            note_en="the bank says that the account has another name",
            plan=marked(lambda disorder, key: disorder.return_reasons.update({key: _OTHER_NAME})),
            find=lambda scene: where(scene.entries(), payment.PaymentReturned, _other_name),
        ),
        Kind(
            rule="F069",
            note_zh="发放至受理人员本人申报的账户",
            note_en="paid into the account that the clerk who took it down has declared",
            plan=_to_the_clerk,
            find=at(support.AccountBound),
            also=(SideEffect(rule="F063", find=at(support.AccountBound)),),
        ),
        Kind(
            rule="F070",
            note_zh="无理由以现金发放",
            note_en="handed over in cash without a ground",
            plan=changed(sequel=_in_cash),
            find=lambda scene: where(scene.entries(), payment.CashHandedOver, _without_ground),
        ),
    )


def _fourth_month(scene: Scene) -> str:
    """Return the month three after the first: somebody is paid in it."""
    return add_months(scene.county.first.isoformat()[:7], 3)


def _other_name(entry: Recorded) -> bool:
    """Whether the bank returned a line for the name."""
    return isinstance(entry.event, payment.PaymentReturned) and entry.event.reason == _OTHER_NAME


def _without_ground(entry: Recorded) -> bool:
    """Whether cash was handed over for no reason."""
    return isinstance(entry.event, payment.CashHandedOver) and entry.event.ground is None


def _to_the_clerk(scene: Scene, plans: list[CasePlan]) -> list[CasePlan]:
    """Let the clerk of the person's township take down an account of their own."""
    return [
        msgspec.structs.replace(plan, account=account_of_clerk(scene.county, plan.town))
        for plan in plans
    ]


def _in_cash(case: Dossier) -> Process:
    """Hand a month's support over in cash where there is no bank, and the next for no reason."""
    for months, ground in ((1, _NO_BANK), (2, None)):
        month = add_months(case.from_month, months)
        yield case.on(date.fromisoformat(f"{month}-14"))
        if case.over(case.county.today) or month not in case.issued_fen:
            return
        handed = payment.CashHandedOver(
            amount_fen=case.issued_fen[month],
            ground=ground,
            month=month,
            receipt=case.digest(f"cash/{month}"),
            run=f"run/{month}",
        )
        case.say(handed, CLERK)
