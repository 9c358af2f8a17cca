"""What the entries of the procedure make of a case: from the need found to the decision told."""

from __future__ import annotations

from typing import Final

from msgspec import UNSET
from msgspec.structs import replace

from aidledger.domain.casestate import Case, Changes, Step
from aidledger.domain.dated import said_too
from aidledger.domain.events import decision, inquiry, intake
from aidledger.domain.recorded import Recorded
from aidledger.domain.standingstate import Parent


def _moved(case: Case, stage: str) -> Changes:
    """Return the stage that a step leads to; a support that runs is ended by none of them."""
    return {} if case.is_supported else {"stage": stage}


def _submitted(case: Case, at: Recorded, e: intake.ApplicationSubmitted) -> Changes:
    filed_on = max(at.effective_on, case.filed_on)
    return {
        **_moved(case, "applied"),
        "applicant": e.applicant,
        "programme": e.programme,
        "route": e.route,
        "display_name": e.display_name,
        "birth_on": e.birth_on,
        "area": e.area,
        "applied_on": at.effective_on,
        "filed_on": filed_on,
        **case.placed(filed_on, e.township, e.village),
    }


def _discovered(case: Case, at: Recorded, e: intake.NeedDiscovered) -> Changes:
    place = {} if case.township else {"township": e.township, "village": e.village}
    return {"discovered_on": case.discovered_on or at.effective_on, **place}


def _accepted(case: Case, at: Recorded, e: intake.ApplicationAccepted) -> Changes:
    return {
        **_moved(case, "accepted"),
        "accepted_on": at.effective_on,
        "materials_complete": e.materials_complete,
    }


def _enrolled(case: Case, at: Recorded, e: intake.EnrolmentRecorded) -> Changes:
    enrolments = said_too(case.enrolments, (e.from_on, e.stage, e.to_on or ""))
    _, stage, to_on = enrolments[-1]
    return {"enrolments": enrolments, "in_school": stage, "school_to": to_on}


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


def _false_found(case: Case, at: Recorded, e: inquiry.FalseStatementFound) -> Changes:
    return {"false_statement": True}


def _obligor_assessed(case: Case, at: Recorded, e: inquiry.ObligorAssessed) -> Changes:
    changes: Changes = {"obligor_assessed": True, "obligor_able": e.able}
    if e.obligor is not UNSET:
        others = tuple(one for one in case.standing.parents if one.parent != e.obligor)
        parent = Parent(able=e.able, ground=e.ground, parent=e.obligor)
        changes["standing"] = replace(case.standing, parents=(*others, parent))
    return changes


def _appraised(case: Case, at: Recorded, e: inquiry.AppraisalHeld) -> Changes:
    return {"appraisal_held": True, "appraisal_passed": e.passed}


def _opined(case: Case, at: Recorded, e: decision.ReviewOpinionGiven) -> Changes:
    return {
        **_moved(case, "opined"),
        "opinion": e.opinion,
        "opinion_on": at.effective_on,
        "opinion_by": at.actor,
    }


def _publicity_started(case: Case, at: Recorded, e: decision.PublicityStarted) -> Changes:
    return {
        **_moved(case, "in_publicity"),
        "publicity_from": at.effective_on,
        "publicity_planned_to": e.planned_to,
        "publicity_to": "",
        "publicity_evidence": e.evidence is not None,
    }


def _publicity_ended(case: Case, at: Recorded, e: decision.PublicityEnded) -> Changes:
    return {**_moved(case, "published"), "publicity_to": e.to_on}


def _objected(case: Case, at: Recorded, e: decision.ObjectionRaised) -> Changes:
    return {"open_objections": case.open_objections | {e.objection}}


def _reinvestigated(case: Case, at: Recorded, e: decision.ObjectionReinvestigated) -> Changes:
    return {
        "open_objections": case.open_objections - {e.objection},
        "reinvestigated_on": max(case.reinvestigated_on, at.effective_on),
    }


def _handed_up(case: Case, at: Recorded, e: decision.CaseSubmitted) -> Changes:
    return {**_moved(case, "submitted"), "submitted_on": e.received_on}


def _approved(case: Case, at: Recorded, e: decision.ApplicationApproved) -> Changes:
    forms = said_too(case.forms, (at.effective_on, e.form))
    return {
        "stage": "approved",
        "decided_on": at.effective_on,
        "decided_by": at.actor,
        "forms": forms,
        "form": forms[-1][1],
        "from_month": min(case.from_month or e.from_month, e.from_month),
        "limb": e.limb,
    }


def _refused(case: Case, at: Recorded, e: decision.ApplicationRefused) -> Changes:
    return {
        **_moved(case, "refused"),
        "decided_on": at.effective_on,
        "decided_by": at.actor,
    }


STEPS: Final[dict[type, Step]] = {
    intake.NeedDiscovered: _discovered,
    intake.ApplicationSubmitted: _submitted,
    intake.ApplicationAccepted: _accepted,
    intake.ApplicationWithdrawn: lambda c, a, e: {
        **_moved(c, "withdrawn"),
        "withdrawn_on": a.effective_on,
    },
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
    inquiry.ObligorAssessed: _obligor_assessed,
    inquiry.FalseStatementFound: _false_found,
    inquiry.AppraisalHeld: _appraised,
    inquiry.AppraisalWaived: lambda c, a, e: {"appraisal_waived": e.ground},
    decision.ReviewOpinionGiven: _opined,
    decision.PublicityStarted: _publicity_started,
    decision.PublicityEnded: _publicity_ended,
    decision.CountyPublicityStarted: lambda c, a, e: {
        "county_publicity_from": a.effective_on,
        "county_publicity_to": "",
    },
    decision.CountyPublicityEnded: lambda c, a, e: {"county_publicity_to": e.to_on},
    decision.ObjectionRaised: _objected,
    decision.ObjectionReinvestigated: _reinvestigated,
    decision.CaseSubmitted: _handed_up,
    decision.CountyReviewed: lambda c, a, e: {"county_reviewed": True},
    decision.SpotChecked: lambda c, a, e: {"spot_checked": True},
    decision.ApplicationApproved: _approved,
    decision.ApplicationRefused: _refused,
    decision.RefusalNotified: lambda c, a, e: {"refusal_told_on": e.served_on},
    decision.ApprovalAnnounced: lambda c, a, e: {"announced_on": a.effective_on},
}
