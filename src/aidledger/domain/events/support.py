"""Ability, form of support, placement, entitlement, and what happens to the person."""

from __future__ import annotations

from typing import Literal

from aidledger.domain.events.base import (
    Ability,
    AmountLine,
    Code,
    Count,
    Day,
    Digest,
    Event,
    Fen,
    Form,
    MonthText,
    Reason,
    Source,
    Text,
    Token,
)
from aidledger.domain.policy.decision import DecisionRecord


class AbilityAssessed(Event, frozen=True, kw_only=True):
    """自理能力评估: the level; which of the six items fail is sealed (K21 art. 22)."""

    evidence: Digest | None = None
    level: Ability
    source: Source = "office"


class AbilityChangeReported(Event, frozen=True, kw_only=True):
    """自理能力变化报告: a change reported; a new assessment is due."""

    source: Source = "office"


class SupportFormSet(Event, frozen=True, kw_only=True):
    """供养形式: chosen or changed, with the person's consent (S1-069)."""

    consent: bool
    form: Form
    institution: Code | None = None


class PlacementMade(Event, frozen=True, kw_only=True):
    """安置: placed in a support institution (S1-070)."""

    from_on: Day
    institution: Code


class EntitlementSet(Event, frozen=True, kw_only=True):
    """待遇核定: what is due each month from a month on, with its parts."""

    decision: DecisionRecord | None = None
    from_month: MonthText
    monthly_fen: Fen = 0
    parts: tuple[AmountLine, ...] = ()
    reason: Reason


class CaseMoved(Event, frozen=True, kw_only=True):
    """迁移: the household moves to another village."""

    source: Source = "office"
    township: Code
    village: Code


class AccountBound(Event, frozen=True, kw_only=True):
    """账户登记: the account support is paid into; its number is sealed."""

    account: Token
    holder: Literal["self", "guardian", "institution", "other"]
    source: Source = "office"


class DeathRecorded(Event, frozen=True, kw_only=True):
    """死亡: the day on which the person of the case died, and who said so: nothing is due after that month.

    Where others of a household live on, HouseholdMemberChanged says it, of the head too, and sets anew what is due.
    """

    died_on: Day
    source: Source


class WhereaboutsChanged(Event, frozen=True, kw_only=True):
    """服刑、失踪: in prison, missing, or back."""

    from_on: Day
    kind: Literal["prison", "missing", "returned"]
    source: Source = "office"


class FuneralArranged(Event, frozen=True, kw_only=True):
    """丧葬: who buried the person, and the cost borne by the fund (S1-058)."""

    by: Literal["institution", "village", "relatives"]
    cost_fen: Fen
    source: Source = "office"


class SupportReviewed(Event, frozen=True, kw_only=True):
    """定期复核: the periodic review of a running case."""

    source: Source = "office"
    still_eligible: bool


class SupportSuspended(Event, frozen=True, kw_only=True):
    """停发: payment stopped from a month on, the case stays open."""

    from_month: MonthText
    ground: Code


class SupportResumed(Event, frozen=True, kw_only=True):
    """恢复发放: payment taken up again from a month on; the months before it stay unpaid."""

    from_month: MonthText


class VisitMade(Event, frozen=True, kw_only=True):
    """探访: a visit in person or another way, with what was seen (S4-084)."""

    evidence: Digest | None = None
    form: Literal["in_person", "phone", "other"] = "in_person"
    need: Literal["none", "reported"] = "none"
    normal: bool = True
    source: Source = "office"
    visitor: Code


class NeedFollowedUp(Event, frozen=True, kw_only=True):
    """需求跟进: a need reported on a visit was dealt with (S4-086)."""

    outcome: Text
    source: Source = "office"
    visits_since: Count = 0
