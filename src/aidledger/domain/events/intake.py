"""Discovery, application, acceptance and materials (S1-012..S1-018, S3-031, S4-016)."""

from __future__ import annotations

from typing import Literal

from aidledger.domain.events.base import (
    Area,
    Code,
    Count,
    Day,
    Digest,
    Event,
    Programme,
    Source,
    Text,
    Token,
)


class NeedDiscovered(Event, frozen=True, kw_only=True):
    """主动发现: somebody found a resident who may be eligible, and told them of the policy."""

    assessment: Literal["eligible", "unclear", "not_eligible"]
    channel: Literal["patrol", "household_visit", "phone", "online", "data_sharing", "wechat"]
    informed: bool
    source: Source = "office"
    township: Code
    village: Code


class ApplicationSubmitted(Event, frozen=True, kw_only=True):
    """申请: filed by the person, a proxy, or ex officio. Name, numbers and address are sealed.

    ``display_name`` is the masked name that lists may show; empty for minors, who are never named.
    """

    applicant: Token
    area: Area
    birth_on: Day
    channel: Literal["paper", "online", "phone"] = "paper"
    display_name: Text = ""
    identity_problem: Text = ""
    persons: Count = 1
    programme: Programme = "tekun"
    route: Literal["self", "proxy", "ex_officio"]
    source: Source = "office"
    township: Code
    village: Code


class ApplicationAccepted(Event, frozen=True, kw_only=True):
    """受理: the township takes the application in; the limits count from here."""

    materials_complete: bool = True


class ApplicationWithdrawn(Event, frozen=True, kw_only=True):
    """撤回: the applicant withdraws; no decision follows."""

    reason: Text
    source: Source = "office"


class MaterialsRequested(Event, frozen=True, kw_only=True):
    """一次性告知: what is missing, told once."""

    items: tuple[Code, ...]


class MaterialsReceived(Event, frozen=True, kw_only=True):
    """补正材料: what was handed in, held by hash."""

    evidence: tuple[Digest, ...] = ()
    items: tuple[Code, ...]
    source: Source = "office"


class RelativeDeclared(Event, frozen=True, kw_only=True):
    """近亲属备案: the applicant is a close relative of a named officer."""

    officer: Code
    relation: Literal["spouse", "parent", "child", "sibling", "other"]
    source: Source = "office"


class EnrolmentRecorded(Event, frozen=True, kw_only=True):
    """在读: school enrolment with its stage and dates (S1-050)."""

    from_on: Day
    source: Source = "office"
    stage: Literal["compulsory", "high", "vocational", "higher", "preschool"]
    to_on: Day | None = None


class DisabilityCertified(Event, frozen=True, kw_only=True):
    """残疾证: kind and grade are sealed; only the validity stands in the log."""

    source: Source = "office"
    valid_to: Day | None = None
