"""What the entries of the support make of a case: form, ability, place, visits and care."""

from __future__ import annotations

from typing import Final

from aidledger.domain.casestate import Case, Changes, Entitlement, Step
from aidledger.domain.dated import said_too
from aidledger.domain.events import care, service, support
from aidledger.domain.recorded import Recorded


def _form_set(case: Case, at: Recorded, e: support.SupportFormSet) -> Changes:
    forms = said_too(case.forms, (at.effective_on, e.form))
    return {
        "forms": forms,
        "form": forms[-1][1],
        "consent": e.consent,
        "institution": e.institution or "",
    }


def _assessed(case: Case, at: Recorded, e: support.AbilityAssessed) -> Changes:
    abilities = said_too(case.abilities, (at.effective_on, e.level))
    return {"abilities": abilities, "ability": abilities[-1][1]}


def _bound(case: Case, at: Recorded, e: support.AccountBound) -> Changes:
    accounts = said_too(case.accounts, (at.effective_on, e.account, e.holder))
    _, account, holder = accounts[-1]
    return {"accounts": accounts, "account": account, "account_holder": holder}


def _moved(case: Case, at: Recorded, e: support.CaseMoved) -> Changes:
    # a move of a day before the application, recorded after it, holds from the application on
    return case.placed(max(at.effective_on, case.filed_on), e.township, e.village)


def _entitled(case: Case, at: Recorded, e: support.EntitlementSet) -> Changes:
    entitlement = Entitlement(from_month=e.from_month, monthly_fen=e.monthly_fen)
    return {"entitlements": (*case.entitlements, entitlement)}


def _whereabouts(case: Case, at: Recorded, e: support.WhereaboutsChanged) -> Changes:
    absences = said_too(case.absences, (e.from_on, e.kind))
    last = absences[-1][1]
    return {"absences": absences, "whereabouts": "" if last == "returned" else last}


def _visited(case: Case, at: Recorded, e: support.VisitMade) -> Changes:
    return {
        "visits": case.visits + 1,
        "last_visit_on": max(case.last_visit_on, at.effective_on),
    }


def _entrusted(case: Case, at: Recorded, e: care.CareEntrusted) -> Changes:
    return {"carer": e.carer, "carer_from": e.from_on}


def _care_ended(case: Case, at: Recorded, e: care.CareEnded) -> Changes:
    return {"carer": "", "carer_from": ""} if case.carer == e.carer else {}


def _resumed(case: Case, at: Recorded, e: support.SupportResumed) -> Changes:
    if not case.suspended_from:
        return {}
    pause = (case.suspended_from, e.from_month)
    return {"suspended_from": "", "pauses": (*case.pauses, pause)}


STEPS: Final[dict[type, Step]] = {
    support.AbilityAssessed: _assessed,
    support.SupportFormSet: _form_set,
    support.PlacementMade: lambda c, a, e: {"institution": e.institution},
    support.EntitlementSet: _entitled,
    support.CaseMoved: _moved,
    support.AccountBound: _bound,
    support.DeathRecorded: lambda c, a, e: {"died_on": e.died_on},
    support.WhereaboutsChanged: _whereabouts,
    support.SupportSuspended: lambda c, a, e: {"suspended_from": e.from_month},
    support.SupportResumed: _resumed,
    support.VisitMade: _visited,
    care.CareEntrusted: _entrusted,
    care.CareEnded: _care_ended,
    service.CareClassSet: lambda c, a, e: {"care_class": e.care_class},
}
