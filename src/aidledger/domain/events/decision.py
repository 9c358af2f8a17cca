"""Opinion, publicity, submission, county review, decision, announcement (S1-030..S1-044)."""

from __future__ import annotations

from typing import Literal

import msgspec

from aidledger.domain.events.base import (
    Code,
    Count,
    Day,
    Digest,
    Event,
    Fen,
    Form,
    MonthText,
    Source,
    Text,
)
from aidledger.domain.policy.decision import DecisionRecord

Limb = Literal[
    "age",
    "minor",
    "disability",
    "household",
    "single_person",
    "emergency",
    "expenditure",
    "orphan",
    "unattended",
    "low_income",
    "rigid",
    "marginal",
    "retired_1960s",
    "special",
]
"""The ground that an approval rests on."""


class ReviewOpinionGiven(Event, frozen=True, kw_only=True):
    """初审意见: the township's opinion, with the proposed form and amount."""

    decision: DecisionRecord | None = None
    form: Form
    opinion: Literal["approve", "refuse"]
    proposed_fen: Fen = 0


class PublicityStarted(Event, frozen=True, kw_only=True):
    """公示: the notice goes up in the village or community, with evidence.

    ``place`` says which of the two; absent: the entry does not say (S1-044).
    """

    complaint_phone: Text
    evidence: Digest | None = None
    kind: Literal["opinion", "reinvestigation"] = "opinion"
    place: Literal["village", "community"] | msgspec.UnsetType = msgspec.UNSET
    planned_to: Day
    village: Code


class PublicityEnded(Event, frozen=True, kw_only=True):
    """公示结束: the notice came down on that day, be it early or late."""

    evidence: Digest | None = None
    objections: Count = 0
    source: Source = "office"
    to_on: Day


class CountyPublicityStarted(Event, frozen=True, kw_only=True):
    """县级公示: what the county is about to approve is shown too, after the village's notice (D12)."""

    complaint_phone: Text
    evidence: Digest | None = None
    place: Code
    planned_to: Day


class CountyPublicityEnded(Event, frozen=True, kw_only=True):
    """县级公示结束: the county's notice came down on that day, be it early or late."""

    evidence: Digest | None = None
    objections: Count = 0
    source: Source = "office"
    to_on: Day


class ObjectionRaised(Event, frozen=True, kw_only=True):
    """异议: somebody objects; who and why are sealed."""

    objection: Code
    source: Source = "office"


class ObjectionReinvestigated(Event, frozen=True, kw_only=True):
    """异议复核: investigated again, upheld or not."""

    objection: Code
    source: Source = "office"
    upheld: bool


class CaseSubmitted(Event, frozen=True, kw_only=True):
    """上报: the township submits the file to the county."""

    received_on: Day


class CountyReviewed(Event, frozen=True, kw_only=True):
    """县级审查: investigation material and opinion reviewed by the county."""

    doubt: bool = False
    source: Source = "office"


class SpotChecked(Event, frozen=True, kw_only=True):
    """抽查: the county visits the household itself."""

    doubt: bool = False
    evidence: Digest | None = None
    source: Source = "office"


class ApplicationApproved(Event, frozen=True, kw_only=True):
    """批准: support from a month on, in a form; the amount follows as an entitlement."""

    decision: DecisionRecord | None = None
    form: Form
    from_month: MonthText
    limb: Limb
    source: Source = "office"


class ApplicationRefused(Event, frozen=True, kw_only=True):
    """不予批准: with reasons; their text is sealed, their codes are not."""

    decision: DecisionRecord | None = None
    reasons: tuple[Code, ...]


class RefusalNotified(Event, frozen=True, kw_only=True):
    """书面告知: the reasons served on the applicant (S1-041, S1-042)."""

    served_on: Day
    source: Source = "office"
    written: bool


class ApprovalAnnounced(Event, frozen=True, kw_only=True):
    """公布: the approved person announced in the village (S1-040)."""

    evidence: Digest | None = None
    source: Source = "office"
    village: Code
