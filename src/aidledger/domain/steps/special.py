"""What bills, housing and registrations for work make of a case (S4-052 to S4-066)."""

from __future__ import annotations

from typing import Final

from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from aidledger.domain.casestate import Case, Changes, Step
from aidledger.domain.events import helping
from aidledger.domain.recorded import Recorded
from aidledger.domain.specialstate import PAYERS, Claim, Registration
from aidledger.domain.values import text_or_empty


def _fen(value: int | UnsetType) -> int:
    return -1 if value is UNSET else value


def _settled(case: Case, at: Recorded, e: helping.MedicalCostSettled) -> Changes:
    settled = (e.basic_fen, e.serious_fen, e.assistance_fen, e.fund_fen)
    now = Claim(
        claim=e.claim,
        incurred_on=e.incurred_on,
        total_fen=e.total_fen,
        settled_fen=tuple(map(_fen, settled)),
    )
    others: list[Claim] = []
    for one in case.special.claims:
        if one.claim == e.claim:
            now = replace(now, granted_fen=one.granted_fen)
        else:
            others.append(one)
    return {"special": replace(case.special, claims=(*others, now))}


def granted_of_bill(case: Case, e: helping.HelpGranted) -> Changes:
    """Return what a grant changes in the bill that it pays of: ``cause`` its claim, ``detail`` its payer."""
    if e.help != "medical" or e.detail not in PAYERS:
        return {}
    payer = PAYERS.index(e.detail)
    claims = tuple(
        replace(
            one,
            granted_fen=tuple(
                fen + e.amount_fen if index == payer else fen
                for index, fen in enumerate(one.granted_fen)
            ),
        )
        if one.claim == e.cause
        else one
        for one in case.special.claims
    )
    return {"special": replace(case.special, claims=claims)}


def _housed(case: Case, at: Recorded, e: helping.HousingAssessed) -> Changes:
    special = replace(
        case.special,
        housing_on=at.effective_on,
        hardship=e.hardship,
        dilapidated=e.dilapidated,
    )
    return {"special": special}


def _registered(case: Case, at: Recorded, e: helping.EmploymentRegistered) -> Changes:
    one = Registration(
        person=e.person,
        register=e.register,
        able=e.able,
        willing=e.willing,
        from_on=e.registered_on,
        to_on=text_or_empty(e.to_on),
    )
    # said again of somebody, only the last counts
    others = tuple(r for r in case.special.registrations if r.person != e.person)
    return {"special": replace(case.special, registrations=(*others, one))}


STEPS: Final[dict[type, Step]] = {
    helping.MedicalCostSettled: _settled,
    helping.HousingAssessed: _housed,
    helping.EmploymentRegistered: _registered,
}
