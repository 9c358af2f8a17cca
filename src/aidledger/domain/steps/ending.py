"""What the entries of the end make of a case: reported, audited, approved."""

from __future__ import annotations

from typing import Final

from aidledger.domain.casestate import Case, Changes, Step
from aidledger.domain.events import ending
from aidledger.domain.recorded import Recorded


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


STEPS: Final[dict[type, Step]] = {
    ending.TerminationReported: _end_reported,
    ending.TerminationAudited: _end_audited,
    ending.TerminationApproved: _end_approved,
}
