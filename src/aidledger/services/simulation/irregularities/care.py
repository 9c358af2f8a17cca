"""Care and visits: carers kept on, not scored, not replaced; people nobody visits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

from aidledger.domain.events import care, decision
from aidledger.domain.values import add_months
from aidledger.services.simulation.care import Helper
from aidledger.services.simulation.county import Process
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.irregularities.scene import (
    Kind,
    Scene,
    SideEffect,
    at,
    changed,
    where,
)
from aidledger.services.simulation.planning import CasePlan

_REPLACED_AFTER = 45


def kinds() -> tuple[Kind, ...]:
    """Return the kinds of this group."""
    return (
        Kind(
            rule="F078",
            note_zh="护理人被取消资格后委托未终止，费用照付",
            note_en="the carer lost the qualification, the entrustment and its fee went on",
            plan=_with(_kept_on),
            find=_disqualified,
            shows_after_days=31,
        ),
        Kind(
            rule="F079",
            note_zh="有委托的月份没有考核",
            note_en="no score for a month of care",
            plan=_with(lambda helper, month: helper.unscored.add(month)),
            find=lambda scene: at(care.CareEntrusted)(scene) if scene.kept("month") else [],
        ),
        Kind(
            rule="F080",
            note_zh="更换护理人之间空档过长",
            note_en="weeks without a carer between two",
            plan=_with(_replaced_late),
            find=_gap,
        ),
        Kind(
            rule="F081",
            note_zh="批准后从未探访",
            note_en="never visited after the approval",
            plan=changed(visited=False),
            find=at(decision.ApplicationApproved),
            shows_after_days=62,
            also=(SideEffect(rule="F077", find=_paid_for),),
        ),
    )


Change = Callable[[Helper, str], object]


def _with(change: Change) -> Callable[[Scene, list[CasePlan]], list[CasePlan]]:
    """Return a change of plan: a carer for this person only, to whom something happens."""
    return lambda scene, plans: changed(own_carer=True, sequel=partial(_meddle, scene, change))(
        scene, plans
    )


def _meddle(scene: Scene, change: Change, case: Dossier) -> Process:
    """Change the carer before the score of the second month."""
    month = add_months(case.from_month, 1)
    yield case.on(date.fromisoformat(f"{month}-16"))
    helper = scene.tools.carers.of(case)
    if helper is not None:
        change(helper, month)
        days = scene.county.month_days(month)
        if days[-1] <= scene.county.last:
            scene.keep("month", month)
            scene.keep("carer", helper.stream)


def _kept_on(helper: Helper, month: str) -> None:
    """Fail, and be kept on."""
    helper.fails_in, helper.kept_on = month, True


def _replaced_late(helper: Helper, month: str) -> None:
    """Fail, and be replaced only after weeks."""
    helper.fails_in, helper.replace_after = month, _REPLACED_AFTER


def _disqualified(scene: Scene) -> list[int]:
    """Find the entrustment and the disqualification that did not end it."""
    carer = scene.kept("carer")
    lost = where(scene.entries(carer), care.CarerDisqualified) if carer else []
    return [*at(care.CareEntrusted)(scene), *lost] if lost else []


def _paid_for(scene: Scene) -> list[int]:
    """Find the entrustments with a fee: nobody came, and it ran."""
    return where(
        scene.entries(),
        care.CareEntrusted,
        lambda entry: getattr(entry.event, "monthly_fee_fen", 0) > 0,
    )


def _gap(scene: Scene) -> list[int]:
    """Find the end of the first care and the beginning of the second."""
    ended, begun = at(care.CareEnded)(scene), at(care.CareEntrusted)(scene)
    return [ended[0], begun[1]] if ended and len(begun) > 1 else []
