"""The household of a case: its members, residence, income, property, categories (S4-009..S4-032).

Who falls into which category is sealed: some categories are illnesses or disabilities.
"""

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
    MonthText,
    Source,
    Token,
)
from aidledger.domain.policy.decision import DecisionRecord


class IncomeLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One income of the household over the whole period, in fen."""

    fen: Fen
    kind: Literal["wage", "business", "property", "transfer", "maintenance"]


class HouseholdDeclared(Event, frozen=True, kw_only=True):
    """家庭申报: applied for as a household, or for one person alone; the members come one by one."""

    source: Source = "office"
    unit: Literal["household", "single_person"]


class HouseholdMemberChanged(Event, frozen=True, kw_only=True):
    """家庭成员变化: somebody is of the household from a day on, or is no longer.

    ``covered`` says whether support counts the member. Name and number are sealed.
    """

    birth_on: Day
    change: Literal["joined", "left", "born", "died"]
    changed_on: Day
    covered: bool = True
    person: Token
    relation: Literal["head", "spouse", "parent", "child", "grandchild", "sibling", "other"]
    source: Source = "office"


class ResidenceEvidenced(Event, frozen=True, kw_only=True):
    """居住证明: registered at a place, or living there by a permit, from a day on (C12).

    ``place`` is a code that the codes of its townships and villages begin with.
    """

    evidence: Digest | None = None
    from_on: Day
    kind: Literal["registered", "permit"]
    place: Code
    source: Source = "office"
    to_on: Day | None = None


class RelocationRecorded(Event, frozen=True, kw_only=True):
    """易地搬迁: moved to a named relocation site (S4-030)."""

    moved_on: Day
    site: Code
    source: Source = "office"


class IncomeAssessed(Event, frozen=True, kw_only=True):
    """家庭收入核定: the household's income a month, from what came in over a period (S4-031)."""

    ground: Literal["application", "review", "relocation", "change"]
    lines: tuple[IncomeLine, ...] = ()
    monthly_fen: Fen
    period_from: MonthText
    period_to: MonthText
    source: Source = "office"


class PropertyAssessed(Event, frozen=True, kw_only=True):
    """家庭财产核定: deposits in fen, and how many dwellings, vehicles and firms.

    ``exempt`` names what was left out of the count, and why, by code.
    """

    deposits_fen: Fen
    dwellings: Count
    exempt: tuple[Code, ...] = ()
    firms: Count
    source: Source = "office"
    vehicles: Count


class CategoryRecorded(Event, frozen=True, kw_only=True):
    """分类情形: a member falls into a category from a day on; which one is sealed (S4-009..S4-014)."""

    from_on: Day
    number: Code
    person: Token
    source: Source = "office"
    to_on: Day | None = None


class CategoryEnded(Event, frozen=True, kw_only=True):
    """分类情形终止: the category recorded under a number no longer holds from a day on."""

    ended_on: Day
    number: Code
    source: Source = "office"


class GradualExitGranted(Event, frozen=True, kw_only=True):
    """渐退: support goes on for some months although the income has risen (N22)."""

    decision: DecisionRecord | None = None
    from_month: MonthText
    ground: Code
    months: Count
