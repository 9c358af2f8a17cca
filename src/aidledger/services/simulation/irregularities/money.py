"""Amounts, accounts and funds: wrong sums, shared accounts, ghosts, money held back or misused."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from aidledger.domain.events import decision, payment, support
from aidledger.domain.recorded import Recorded
from aidledger.domain.values import add_months
from aidledger.ledger.commitment import account_token
from aidledger.services.simulation.county import Process, Turn
from aidledger.services.simulation.disorder import Disorder
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.irregularities.scene import (
    Kind,
    Scene,
    SideEffect,
    at,
    changed,
    where,
)
from aidledger.services.simulation.places import COUNTY, FINANCE, FUND_KEEPER
from aidledger.services.simulation.planning import CasePlan

_SHARED_BY = 4
_UNDERPAID_FEN = -12_000
_GHOST_FEN = 112_800
_HELD_BACK_FEN = 180_000_000
_MISUSED_FEN = 860_000
_MISUSE = "office_costs"


def kinds() -> tuple[Kind, ...]:
    """Return the kinds of this group."""
    return (*_lines(), *_channel(), *_funds())


def _lines() -> tuple[Kind, ...]:
    """Return what goes wrong with the amount and the month of a line."""
    return (
        Kind(
            rule="F054",
            note_zh="银行实发金额低于核定标准",
            note_en="the bank paid less than the standard on the roster",
            plan=marked(lambda disorder, key: disorder.bank_adds_fen.update({key: _UNDERPAID_FEN})),
            find=second_month,
            also=(SideEffect(rule="F061", find=second_month),),
        ),
        Kind(
            rule="F058",
            note_zh="待遇起始月不是批准的次月",
            note_en="support does not begin with the month after the approval",
            plan=changed(first_month=2, despite=True),
            find=at(decision.ApplicationApproved),
        ),
        Kind(
            rule="F064",
            note_zh="同一月份银行发放两次",
            note_en="the bank paid one month twice",
            plan=marked(lambda disorder, key: disorder.paid_twice.add(key)),
            find=lambda scene: found if len(found := second_month(scene)) > 1 else [],
            also=(SideEffect(rule="F061", find=second_month),),
        ),
    )


def _channel() -> tuple[Kind, ...]:
    """Return what goes wrong on the way to the person."""
    return (
        Kind(
            rule="F062",
            note_zh=f"{_SHARED_BY}人共用一个账户",
            note_en=f"one account receives for {_SHARED_BY} persons",
            people=_SHARED_BY,
            plan=_one_account,
            find=_all_bound,
            also=(SideEffect(rule="F063", find=_all_bound),),
        ),
        Kind(
            rule="F065",
            note_zh="银行退回的款项一直未处理",
            note_en="money that the bank returned was never cleared",
            plan=marked(lambda disorder, key: disorder.returned_for_good.add(key)),
            find=at(payment.PaymentReturned),
            shows_after_days=60,
        ),
        Kind(
            rule="F067",
            note_zh="向没有任何批准的人发放",
            note_en="paid to somebody who has no case",
            people=0,
            start=_ghost,
            stream=lambda scene: scene.kept("stream"),
            find=_ghost_paid,
            also=(SideEffect(rule="F061", find=_ghost_paid),),
        ),
    )


def _funds() -> tuple[Kind, ...]:
    """Return what goes wrong with the funds."""
    return (
        Kind(
            rule="F071",
            note_zh="专项资金到账后一直未使用",
            note_en="an allocation was received and never used",
            people=0,
            start=lambda scene: scene.county.spawn(_held_back(scene)),
            stream=lambda scene: scene.kept("stream"),
            find=lambda scene: where(scene.entries(scene.kept("stream")), payment.FundReceived),
            shows_after_days=180,
        ),
        Kind(
            rule="F072",
            note_zh="从救助资金列支办公经费",
            note_en="office costs were paid out of the fund",
            people=0,
            start=lambda scene: scene.county.spawn(_misused(scene)),
            stream=lambda scene: scene.tools.runs.fund,
            find=lambda scene: where(
                scene.entries(scene.tools.runs.fund), payment.FundDisbursed, _is_misused
            ),
            also=(SideEffect(rule="F074", find=_given_for_misuse),),
        ),
    )


Key = tuple[str, str]


def marked(
    mark: Callable[[Disorder, Key], object],
) -> Callable[[Scene, list[CasePlan]], list[CasePlan]]:
    """Return a change of plan that marks the second month of support in the bank's disorder."""
    return lambda scene, plans: changed(sequel=partial(_mark, scene, mark))(scene, plans)


def _mark(scene: Scene, mark: Callable[[Disorder, Key], object], case: Dossier) -> Process:
    """Mark the second month; nothing else happens."""
    mark(scene.tools.runs.disorder, (case.stream, add_months(case.from_month, 1)))
    yield from ()


def second_month(scene: Scene) -> list[int]:
    """Find, of the first case, what was paid for the second month of support."""
    case = scene.cases[0]
    month = add_months(case.from_month, 1) if case.from_month else ""
    return [
        entry.position
        for entry in scene.entries()
        if isinstance(entry.event, payment.PaymentIssued) and entry.event.month == month
    ]


def _one_account(scene: Scene, plans: list[CasePlan]) -> list[CasePlan]:
    """Let all of them name one account."""
    return changed(account=scene.county.people.account())(scene, plans)


def _all_bound(scene: Scene) -> list[int]:
    """Find the bindings, if all were made."""
    found = at(support.AccountBound)(scene)
    return found if len(found) == _SHARED_BY else []


def _ghost(scene: Scene) -> None:
    """Let the bank pay somebody in the fourth month whom no office knows."""
    county, secrets = scene.county, scene.county.session.secrets
    if secrets is None:
        return
    stream = scene.keep("stream", f"case/{COUNTY}-{county.first.year}-990001")
    account = account_token(secrets.pepper, county.people.account())
    month = add_months(county.first.isoformat()[:7], 3)
    scene.tools.runs.disorder.ghosts.setdefault(month, []).append((stream, account, _GHOST_FEN))


def _ghost_paid(scene: Scene) -> list[int]:
    """Find what was paid to nobody."""
    return where(scene.entries(scene.kept("stream")), payment.PaymentIssued)


def _held_back(scene: Scene) -> Process:
    """Receive a special allocation in the second month, and leave it where it is."""
    county = scene.county
    stream = scene.keep("stream", f"fund/relief-{county.first.year}")
    month = add_months(county.first.isoformat()[:7], 1)
    yield Turn(date.fromisoformat(f"{month}-15"), FINANCE)
    received = payment.FundReceived(
        amount_fen=_HELD_BACK_FEN, level="province", year=county.today.year
    )
    county.say(stream, received, by=FUND_KEEPER)


def _misused(scene: Scene) -> Process:
    """Pay for something in the fourth month that the fund is not for."""
    month = add_months(scene.county.first.isoformat()[:7], 3)
    yield Turn(date.fromisoformat(f"{month}-20"), FINANCE)
    treasury = scene.tools.runs.treasury
    treasury.receive("county", _MISUSED_FEN)
    treasury.spend(_MISUSED_FEN, _MISUSE)


def _given_for_misuse(scene: Scene) -> list[int]:
    """Find what the county alone gave so that it could be misused."""
    return where(
        scene.entries(scene.tools.runs.fund),
        payment.FundReceived,
        lambda entry: getattr(entry.event, "amount_fen", 0) == _MISUSED_FEN,
    )


def _is_misused(entry: Recorded) -> bool:
    """Whether an outflow is the misused one."""
    return isinstance(entry.event, payment.FundDisbursed) and entry.event.purpose == _MISUSE
