"""A case as its entries make it: the fold that every decision and every comparison starts from.

The fold takes any history, lawful or not: what the rules refuse is refused in ``decide``; what has
been recorded is folded as it stands. ``case_state.sql`` derives the same columns independently.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

import msgspec

from aidledger.domain.events import care, decision, ending, inquiry, intake, payment, support
from aidledger.domain.recorded import END_OF_TIME, Recorded, standing


class Entitlement(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What is due a month from ``from_month`` on."""

    from_month: str
    monthly_fen: int


class Case(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The state of one case. Empty text means not (yet) so; days and months are ISO text."""

    stream: str
    version: int = 0
    last_position: int = -1
    stage: str = "discovered"
    discovered_on: str = ""
    # the person and the place
    applicant: str = ""
    display_name: str = ""
    programme: str = ""
    birth_on: str = ""
    area: str = ""
    township: str = ""
    village: str = ""
    account: str = ""
    relative_of: tuple[str, ...] = ()
    in_school: str = ""
    """Stage of the enrolment recorded last; empty when none or ended (see ``school_to``)."""
    school_to: str = ""
    disability_certified: bool = False
    """Whether a certificate was handed in; what it says is sealed."""
    died_on: str = ""
    whereabouts: str = ""
    # the procedure
    applied_on: str = ""
    accepted_on: str = ""
    materials_complete: bool = True
    surveyed_on: str = ""
    investigators: tuple[str, ...] = ()
    survey_signed: bool = False
    survey_doubt: bool = False
    has_income: bool = False
    property_within_limit: bool = False
    neighbour_visited: bool = False
    letter_obtained: bool = False
    compared_on: str = ""
    open_hits: frozenset[str] = frozenset()
    had_hits: bool = False
    obligor_assessed: bool = False
    obligor_able: bool = False
    appraisal_held: bool = False
    appraisal_passed: bool = False
    appraisal_waived: str = ""
    opinion: str = ""
    opinion_on: str = ""
    opinion_by: str = ""
    publicity_from: str = ""
    publicity_planned_to: str = ""
    publicity_to: str = ""
    publicity_evidence: bool = False
    open_objections: frozenset[str] = frozenset()
    submitted_on: str = ""
    county_reviewed: bool = False
    spot_checked: bool = False
    decided_on: str = ""
    decided_by: str = ""
    limb: str = ""
    from_month: str = ""
    announced_on: str = ""
    refusal_told_on: str = ""
    # the support
    ability: str = ""
    form: str = ""
    consent: bool = False
    institution: str = ""
    entitlements: tuple[Entitlement, ...] = ()
    suspended_from: str = ""
    carer: str = ""
    carer_from: str = ""
    last_visit_on: str = ""
    visits: int = 0
    rostered_months: frozenset[str] = frozenset()
    returned_months: frozenset[str] = frozenset()
    paid_lines: int = 0
    paid_fen: int = 0
    # the end
    termination_reported_on: str = ""
    termination_ground: str = ""
    termination_audited: bool = False
    terminated_on: str = ""
    last_month: str = ""

    @property
    def last_payable_month(self) -> str:
        """The last month that may be paid: of the termination or of the death, the earlier one."""
        last, died = self.last_month, self.died_on[:7]
        return min(last, died) if last and died else last or died

    def entitled_fen(self, month: str) -> int:
        """Return what the entitlements give for a month, in fen, not asking whether it may be paid."""
        since, monthly_fen = "", 0
        for entitlement in self.entitlements:
            if since <= entitlement.from_month <= month:
                since, monthly_fen = entitlement.from_month, entitlement.monthly_fen
        return monthly_fen

    def payable_fen(self, month: str) -> int:
        """Return what is due for a month in fen: nothing after the end or while suspended."""
        ended = self.last_payable_month
        if (ended and month > ended) or (self.suspended_from and month >= self.suspended_from):
            return 0
        return self.entitled_fen(month)


Changes = dict[str, Any]


def _submitted(case: Case, at: Recorded, e: intake.ApplicationSubmitted) -> Changes:
    return {
        "stage": "applied",
        "applicant": e.applicant,
        "programme": e.programme,
        "display_name": e.display_name,
        "birth_on": e.birth_on,
        "area": e.area,
        "township": e.township,
        "village": e.village,
        "applied_on": at.effective_on,
    }


def _discovered(case: Case, at: Recorded, e: intake.NeedDiscovered) -> Changes:
    place = {} if case.township else {"township": e.township, "village": e.village}
    return {"discovered_on": case.discovered_on or at.effective_on, **place}


def _accepted(case: Case, at: Recorded, e: intake.ApplicationAccepted) -> Changes:
    return {
        "stage": "accepted",
        "accepted_on": at.effective_on,
        "materials_complete": e.materials_complete,
    }


def _enrolled(case: Case, at: Recorded, e: intake.EnrolmentRecorded) -> Changes:
    return {"in_school": e.stage, "school_to": e.to_on or ""}


def _surveyed(case: Case, at: Recorded, e: inquiry.HouseholdSurveyed) -> Changes:
    return {
        "surveyed_on": at.effective_on,
        "investigators": e.investigators,
        "survey_signed": e.signed,
        "survey_doubt": e.doubt,
        "has_income": e.has_income,
        "property_within_limit": e.property_within_limit,
    }


def _compared(case: Case, at: Recorded, e: inquiry.DataCompared) -> Changes:
    return {
        "compared_on": e.run_on,
        "open_hits": frozenset(e.hits),
        "had_hits": bool(e.hits),
    }


def _hit_disposed(case: Case, at: Recorded, e: inquiry.ComparisonHitDisposed) -> Changes:
    return {"open_hits": case.open_hits - {e.hit}}


def _appraised(case: Case, at: Recorded, e: inquiry.AppraisalHeld) -> Changes:
    return {"appraisal_held": True, "appraisal_passed": e.passed}


def _opined(case: Case, at: Recorded, e: decision.ReviewOpinionGiven) -> Changes:
    return {
        "stage": "opined",
        "opinion": e.opinion,
        "opinion_on": at.effective_on,
        "opinion_by": at.actor,
    }


def _publicity_started(case: Case, at: Recorded, e: decision.PublicityStarted) -> Changes:
    return {
        "stage": "in_publicity",
        "publicity_from": at.effective_on,
        "publicity_planned_to": e.planned_to,
        "publicity_to": "",
        "publicity_evidence": e.evidence is not None,
    }


def _publicity_ended(case: Case, at: Recorded, e: decision.PublicityEnded) -> Changes:
    return {"stage": "published", "publicity_to": e.to_on}


def _objected(case: Case, at: Recorded, e: decision.ObjectionRaised) -> Changes:
    return {"open_objections": case.open_objections | {e.objection}}


def _reinvestigated(case: Case, at: Recorded, e: decision.ObjectionReinvestigated) -> Changes:
    return {"open_objections": case.open_objections - {e.objection}}


def _handed_up(case: Case, at: Recorded, e: decision.CaseSubmitted) -> Changes:
    return {"stage": "submitted", "submitted_on": e.received_on}


def _approved(case: Case, at: Recorded, e: decision.ApplicationApproved) -> Changes:
    return {
        "stage": "approved",
        "decided_on": at.effective_on,
        "decided_by": at.actor,
        "form": e.form,
        "from_month": e.from_month,
        "limb": e.limb,
    }


def _refused(case: Case, at: Recorded, e: decision.ApplicationRefused) -> Changes:
    return {"stage": "refused", "decided_on": at.effective_on, "decided_by": at.actor}


def _form_set(case: Case, at: Recorded, e: support.SupportFormSet) -> Changes:
    return {"form": e.form, "consent": e.consent, "institution": e.institution or ""}


def _entitled(case: Case, at: Recorded, e: support.EntitlementSet) -> Changes:
    entitlement = Entitlement(from_month=e.from_month, monthly_fen=e.monthly_fen)
    return {"entitlements": (*case.entitlements, entitlement)}


def _whereabouts(case: Case, at: Recorded, e: support.WhereaboutsChanged) -> Changes:
    return {"whereabouts": "" if e.kind == "returned" else e.kind}


def _visited(case: Case, at: Recorded, e: support.VisitMade) -> Changes:
    return {
        "visits": case.visits + 1,
        "last_visit_on": max(case.last_visit_on, at.effective_on),
    }


def _entrusted(case: Case, at: Recorded, e: care.CareEntrusted) -> Changes:
    return {"carer": e.carer, "carer_from": e.from_on}


def _care_ended(case: Case, at: Recorded, e: care.CareEnded) -> Changes:
    return {"carer": "", "carer_from": ""} if case.carer == e.carer else {}


def _rostered(case: Case, at: Recorded, e: payment.PaymentRostered) -> Changes:
    if e.kind != "regular":
        return {}
    return {"rostered_months": case.rostered_months | {e.month}}


def _issued(case: Case, at: Recorded, e: payment.PaymentIssued) -> Changes:
    return {"paid_lines": case.paid_lines + 1, "paid_fen": case.paid_fen + e.amount_fen}


def _returned(case: Case, at: Recorded, e: payment.PaymentReturned) -> Changes:
    return {
        "paid_fen": case.paid_fen - e.amount_fen,
        "returned_months": case.returned_months | {e.month},
    }


def _reissued(case: Case, at: Recorded, e: payment.PaymentReissued) -> Changes:
    return {"returned_months": case.returned_months - {e.month}}


def _recovered(case: Case, at: Recorded, e: payment.PaymentRecovered) -> Changes:
    return {"paid_fen": case.paid_fen - e.amount_fen}


def _end_reported(case: Case, at: Recorded, e: ending.TerminationReported) -> Changes:
    return {
        "stage": "terminating",
        "termination_reported_on": at.effective_on,
        "termination_ground": e.ground,
        "termination_audited": False,
    }


def _end_audited(case: Case, at: Recorded, e: ending.TerminationAudited) -> Changes:
    return {"termination_audited": True} if e.agreed else {"stage": "approved"}


def _end_approved(case: Case, at: Recorded, e: ending.TerminationApproved) -> Changes:
    return {
        "stage": "terminated",
        "terminated_on": at.effective_on,
        "last_month": e.last_month,
        "termination_ground": e.ground,
    }


_STEPS: Final[dict[type, Callable[[Case, Recorded, Any], Changes]]] = {
    intake.NeedDiscovered: _discovered,
    intake.ApplicationSubmitted: _submitted,
    intake.ApplicationAccepted: _accepted,
    intake.ApplicationWithdrawn: lambda c, a, e: {"stage": "withdrawn"},
    intake.MaterialsRequested: lambda c, a, e: {"materials_complete": False},
    intake.MaterialsReceived: lambda c, a, e: {"materials_complete": True},
    intake.RelativeDeclared: lambda c, a, e: {"relative_of": (*c.relative_of, e.officer)},
    intake.EnrolmentRecorded: _enrolled,
    intake.DisabilityCertified: lambda c, a, e: {"disability_certified": True},
    inquiry.HouseholdSurveyed: _surveyed,
    inquiry.NeighbourVisited: lambda c, a, e: {"neighbour_visited": True},
    inquiry.LetterEvidenceObtained: lambda c, a, e: {"letter_obtained": True},
    inquiry.DataCompared: _compared,
    inquiry.ComparisonHitDisposed: _hit_disposed,
    inquiry.ObligorAssessed: lambda c, a, e: {"obligor_assessed": True, "obligor_able": e.able},
    inquiry.AppraisalHeld: _appraised,
    inquiry.AppraisalWaived: lambda c, a, e: {"appraisal_waived": e.ground},
    decision.ReviewOpinionGiven: _opined,
    decision.PublicityStarted: _publicity_started,
    decision.PublicityEnded: _publicity_ended,
    decision.ObjectionRaised: _objected,
    decision.ObjectionReinvestigated: _reinvestigated,
    decision.CaseSubmitted: _handed_up,
    decision.CountyReviewed: lambda c, a, e: {"county_reviewed": True},
    decision.SpotChecked: lambda c, a, e: {"spot_checked": True},
    decision.ApplicationApproved: _approved,
    decision.ApplicationRefused: _refused,
    decision.RefusalNotified: lambda c, a, e: {"refusal_told_on": e.served_on},
    decision.ApprovalAnnounced: lambda c, a, e: {"announced_on": a.effective_on},
    support.AbilityAssessed: lambda c, a, e: {"ability": e.level},
    support.SupportFormSet: _form_set,
    support.PlacementMade: lambda c, a, e: {"institution": e.institution},
    support.EntitlementSet: _entitled,
    support.CaseMoved: lambda c, a, e: {"township": e.township, "village": e.village},
    support.AccountBound: lambda c, a, e: {"account": e.account},
    support.DeathRecorded: lambda c, a, e: {"died_on": e.died_on},
    support.WhereaboutsChanged: _whereabouts,
    support.SupportSuspended: lambda c, a, e: {"suspended_from": e.from_month},
    support.SupportResumed: lambda c, a, e: {"suspended_from": ""},
    support.VisitMade: _visited,
    care.CareEntrusted: _entrusted,
    care.CareEnded: _care_ended,
    payment.PaymentRostered: _rostered,
    payment.PaymentIssued: _issued,
    payment.PaymentReturned: _returned,
    payment.PaymentReissued: _reissued,
    payment.PaymentRecovered: _recovered,
    ending.TerminationReported: _end_reported,
    ending.TerminationAudited: _end_audited,
    ending.TerminationApproved: _end_approved,
}


def evolve(case: Case, at: Recorded) -> Case:
    """Return the case after one more entry; entries without a step only move the version on."""
    step = _STEPS.get(type(at.event))
    changes = step(case, at, at.event) if step else {}
    return msgspec.structs.replace(case, version=at.version, last_position=at.position, **changes)


def fold_case(stream: str, entries: Iterable[Recorded], *, as_of: str = END_OF_TIME) -> Case:
    """Fold a case's entries in log order, leaving out what is effective after ``as_of``.

    Annulled entries do not count and corrected ones count as corrected.
    """
    case = Case(stream=stream)
    for entry in standing(entries, as_of=as_of):
        case = evolve(case, entry)
    return case
