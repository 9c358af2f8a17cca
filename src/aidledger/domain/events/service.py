"""What is done for a person: care classes, services, gifts, stays, base records (S4-069.., S4-085..)."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType

from aidledger.domain.events.base import (
    Code,
    Count,
    Day,
    Digest,
    Event,
    Fen,
    MonthText,
    Source,
)


class CareClassSet(Event, frozen=True, kw_only=True):
    """关爱等级: one of three classes, by a ground that the pack lists for it (S4-069..S4-071)."""

    care_class: Literal["first", "second", "third"]
    ground: Code


class ServiceRendered(Event, frozen=True, kw_only=True):
    """照料服务: what a carer did on a day, in hours, and who confirms it (S0-005, S3-018)."""

    carer: Code
    confirmed_by: Literal["person", "family", "village", "nobody"]
    contract: Code | None = None
    hours: Count
    kind: Literal["watch_over", "life_care", "hospital_attendance", "rehabilitation", "counselling"]
    source: Source = "office"


class MedicalVisitMade(Event, frozen=True, kw_only=True):
    """医疗上门: a primary medical institution came to the person's home (S0-010, S0-011)."""

    evidence: Digest | None = None
    institution: Code
    source: Source = "office"


class RespiteStayed(Event, frozen=True, kw_only=True):
    """喘息照护: a stay at a facility, first and last day, while the carer rests (S0-009).

    ``unit`` is what is booked and paid for: days, weeks or months (S2-015).
    """

    facility: Code
    from_on: Day
    source: Source = "office"
    to_on: Day
    unit: Literal["day", "week", "month"] | UnsetType = UNSET


class AbilityReported(Event, frozen=True, kw_only=True):
    """能力等级上报: an ability assessment told to the office that the pack names (S4-074)."""

    source: Source = "office"
    to_office: Code


class PersuasionRecorded(Event, frozen=True, kw_only=True):
    """入住动员: the person was asked into an institution, and agreed or not (S4-039)."""

    agreed: bool
    facility: Code
    source: Source = "office"


class AdmissionRequested(Event, frozen=True, kw_only=True):
    """入住申请: the person waits for a bed in a facility (S4-041)."""

    facility: Code
    source: Source = "office"


class AdmissionEnded(Event, frozen=True, kw_only=True):
    """入住申请了结: the person no longer waits for that facility, or has left it."""

    facility: Code
    ground: Literal["withdrawn", "declined", "left"]
    source: Source = "office"


class PocketMoneyPaid(Event, frozen=True, kw_only=True):
    """零花钱: handed over by the institution for a month, with the receipt (S1-052, F086)."""

    amount_fen: Fen
    month: MonthText
    receipt: Digest | None = None
    source: Source = "office"


class GiftHanded(Event, frozen=True, kw_only=True):
    """节日慰问: money or goods handed over at an occasion (S4-085, S4-087)."""

    amount_fen: Fen = 0
    item: Code | None = None
    occasion: Code
    quantity: Count = 0
    receipt: Digest | None = None
    source: Source = "office"
    way: Literal["money", "goods"]


class IllnessSuspected(Event, frozen=True, kw_only=True):
    """疑似病例送医: brought to a medical institution; which illness is sealed (S4-098, S4-099)."""

    designated: bool
    institution: Code
    source: Source = "office"


class BaseRecordUpdated(Event, frozen=True, kw_only=True):
    """基础档案更新: a fact of health, living or care brought up to date; the fact is sealed (S4-097)."""

    kind: Literal["health", "living", "care"]
    source: Source = "office"
