"""What the entries of payment make of a case: months on a roster, what was paid and came back."""

from __future__ import annotations

from typing import Final

import msgspec

from aidledger.domain.casestate import Case, Changes, Step
from aidledger.domain.events import fund, payment
from aidledger.domain.recorded import Recorded


def _rostered(case: Case, at: Recorded, e: payment.PaymentRostered) -> Changes:
    if e.kind == "one_off":
        rostered = case.help.rostered_fen + e.amount_fen
        return {"help": msgspec.structs.replace(case.help, rostered_fen=rostered)}
    if e.kind != "regular":
        return {}
    return {"rostered_months": case.rostered_months | {e.month}}


def _issued(case: Case, at: Recorded, e: payment.PaymentIssued) -> Changes:
    return {"paid_lines": case.paid_lines + 1, "paid_fen": case.paid_fen + e.amount_fen}


def _returned(case: Case, at: Recorded, e: payment.PaymentReturned) -> Changes:
    return {
        "paid_fen": case.paid_fen - e.amount_fen,
        "returned_fen": _came_back(case, e.month, e.run, e.amount_fen),
    }


def _reissued(case: Case, at: Recorded, e: payment.PaymentReissued) -> Changes:
    return {"returned_fen": _came_back(case, e.month, e.run, -e.amount_fen)}


def _came_back(case: Case, month: str, run: str, fen: int) -> tuple[tuple[str, str, int], ...]:
    """Return what is not sent again yet; nothing is left of a line of which all was sent, or more."""
    left = case.returned_of(month, run) + fen
    others = tuple(one for one in case.returned_fen if one[:2] != (month, run))
    return (*others, (month, run, left)) if left > 0 else others


def _recovered(case: Case, at: Recorded, e: payment.PaymentRecovered) -> Changes:
    return {
        "paid_fen": case.paid_fen - e.amount_fen,
        "recovery_open_fen": case.recovery_open_fen - e.amount_fen,
    }


def _recovery_ordered(case: Case, at: Recorded, e: fund.RecoveryOrdered) -> Changes:
    return {"recovery_open_fen": case.recovery_open_fen + e.amount_fen}


def _recovery_waived(case: Case, at: Recorded, e: fund.RecoveryWaived) -> Changes:
    return {"recovery_open_fen": case.recovery_open_fen - e.amount_fen}


STEPS: Final[dict[type, Step]] = {
    payment.PaymentRostered: _rostered,
    payment.PaymentIssued: _issued,
    payment.PaymentReturned: _returned,
    payment.PaymentReissued: _reissued,
    payment.PaymentRecovered: _recovered,
    fund.RecoveryOrdered: _recovery_ordered,
    fund.RecoveryWaived: _recovery_waived,
}
