"""A complaint as the entries make it: whom it is about, who handles it, how far it is (S4-111..S4-113)."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from aidledger.domain.events import complaint as events
from aidledger.domain.events.clock import LimitExtended
from aidledger.domain.recorded import END_OF_TIME, Recorded, standing


class Complaint(msgspec.Struct, frozen=True, kw_only=True):
    """The state of one complaint. Empty text means not (yet) so."""

    stream: str
    version: int = 0
    received_on: str = ""
    registered_on: str = ""
    handler: str = ""
    subject_officer: str = ""
    subject_case: str = ""
    extended_days: int = 0
    extensions: int = 0
    finding: str = ""
    answered_on: str = ""
    review_answered_on: str = ""
    second_review_answered_on: str = ""


def evolve_complaint(complaint: Complaint, at: Recorded) -> Complaint:
    """Return the complaint after one more entry."""
    change = msgspec.structs.replace
    complaint = change(complaint, version=at.version)
    match at.event:
        case events.ComplaintReceived() as event:
            return change(
                complaint,
                received_on=at.effective_on,
                subject_officer=event.subject_officer or "",
                subject_case=event.subject_case or "",
            )
        case events.ComplaintRegistered() as event:
            return change(complaint, registered_on=at.effective_on, handler=event.handler)
        case events.ComplaintExtended() as event:
            return change(
                complaint,
                extended_days=complaint.extended_days + event.days,
                extensions=complaint.extensions + 1,
            )
        case LimitExtended():
            return change(complaint, extensions=complaint.extensions + 1)
        case events.ComplaintInvestigated() as event:
            return change(complaint, finding=event.finding)
        case events.ComplaintAnswered() as event:
            return change(complaint, answered_on=event.answered_on)
        case events.ComplaintReviewAnswered() as event:
            return change(complaint, review_answered_on=event.answered_on)
        case events.ComplaintSecondReviewAnswered() as event:
            return change(complaint, second_review_answered_on=event.answered_on)
        case _:
            return complaint


def fold_complaint(
    stream: str, entries: Iterable[Recorded], *, as_of: str = END_OF_TIME
) -> Complaint:
    """Fold a complaint's entries in log order, leaving out what is effective after ``as_of``."""
    complaint = Complaint(stream=stream)
    for entry in standing(entries, as_of=as_of):
        complaint = evolve_complaint(complaint, entry)
    return complaint
