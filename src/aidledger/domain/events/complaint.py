"""Complaints: received, registered, investigated, answered (S4-110..S4-114, petition rules).

Who is not content with an answer may have it reviewed, and the review once more (C15).
"""

from __future__ import annotations

from typing import Literal

from aidledger.domain.events.base import Code, Count, Day, Event, Source


class ComplaintReceived(Event, frozen=True, kw_only=True):
    """投诉: complainant and text are sealed; whom it is about may be named by token or case."""

    anonymous: bool
    channel: Literal["box", "phone", "visit", "letter", "online"]
    kind: Literal["consultation", "complaint", "report"] = "complaint"
    source: Source = "office"
    subject_case: Code | None = None
    subject_officer: Code | None = None
    township: Code


class ComplaintRegistered(Event, frozen=True, kw_only=True):
    """登记: entered in the register."""

    handler: Code


class ComplaintExtended(Event, frozen=True, kw_only=True):
    """延期: more days granted, once."""

    days: Count
    ground: Code


class ComplaintInvestigated(Event, frozen=True, kw_only=True):
    """调查: what was found."""

    finding: Literal["upheld", "partly_upheld", "not_upheld"]
    source: Source = "office"


class ComplaintAnswered(Event, frozen=True, kw_only=True):
    """答复: the answer given, and its outcome; ``withdrawn`` where whoever complained took it back."""

    answered_on: Day
    outcome: Literal["corrected", "explained", "referred", "withdrawn"]
    source: Source = "office"
    told: bool


class ComplaintReviewRequested(Event, frozen=True, kw_only=True):
    """投诉复查申请: the answer is to be looked at by the office above; who asks is whoever complained."""

    source: Source = "office"


class ComplaintReviewAnswered(Event, frozen=True, kw_only=True):
    """投诉复查答复: whether the first answer stands."""

    answered_on: Day
    outcome: Literal["confirmed", "changed", "sent_back"]
    source: Source = "office"
    told: bool


class ComplaintSecondReviewRequested(Event, frozen=True, kw_only=True):
    """投诉复核申请: the review is to be looked at once more, by the office above that."""

    source: Source = "office"


class ComplaintSecondReviewAnswered(Event, frozen=True, kw_only=True):
    """投诉复核答复: whether the review stands; nothing comes after it."""

    answered_on: Day
    outcome: Literal["confirmed", "changed", "sent_back"]
    source: Source = "office"
    told: bool
