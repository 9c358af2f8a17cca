"""Investigation: survey, neighbours, letters, data, appraisal (S1-024..S1-029, S3-029)."""

from __future__ import annotations

from typing import Literal

from msgspec import UNSET, UnsetType

from aidledger.domain.events.base import Code, Count, Day, Digest, Event, Source, Text


class HouseholdSurveyed(Event, frozen=True, kw_only=True):
    """入户调查: by at least two people, signed by a member of the household."""

    doubt: bool = False
    evidence: tuple[Digest, ...] = ()
    has_income: bool
    investigators: tuple[Code, ...]
    property_within_limit: bool
    signed: bool
    source: Source = "office"


class NeighbourVisited(Event, frozen=True, kw_only=True):
    """邻里访问: neighbours asked about the household."""

    doubt: bool = False
    households: Count
    source: Source = "office"


class LetterEvidenceObtained(Event, frozen=True, kw_only=True):
    """信函索证: evidence asked of another unit by letter; not a petition (S1-026)."""

    doubt: bool = False
    evidence: tuple[Digest, ...] = ()
    from_unit: Code
    source: Source = "office"


class DataCompared(Event, frozen=True, kw_only=True):
    """信息核对: compared with the registers of other offices; what it hit, and in which register.

    A hit is named by its register and a number within the comparison: ``vehicles-1``, ``vehicles-2``.
    Models and rules read the register from that name, as a hit that was cleared names it again.
    """

    hits: tuple[Code, ...] = ()
    registers: tuple[Code, ...]
    report: Digest | None = None
    run_on: Day
    source: Source = "office"


class ComparisonHitDisposed(Event, frozen=True, kw_only=True):
    """核对疑点处置: one hit answered with its reason."""

    cleared: bool
    hit: Code
    reason: Text
    source: Source = "office"


class ObligorAssessed(Event, frozen=True, kw_only=True):
    """法定义务人核查: able or not, and the ground for not (S1-005..S1-007).

    ``obligor`` says which of a child's parents it is about. A ground that is an illness or a
    disability is ``no_capacity``; what it is, is sealed.
    """

    able: bool
    ground: Literal[
        "none",
        "extreme_hardship",
        "dibao_old_or_disabled",
        "no_capacity",
        "missing",
        "prison",
        "dead",
        "no_obligor",
    ]
    obligor: Literal["father", "mother"] | UnsetType = UNSET
    source: Source = "office"


class InformationDemanded(Event, frozen=True, kw_only=True):
    """要求提供情况: a unit that knows of the household is asked for it by a day (S1-029)."""

    due_on: Day
    from_unit: Code
    source: Source = "office"


class FalseStatementFound(Event, frozen=True, kw_only=True):
    """查明虚假陈述: what the applicant or a unit had stated was not so (S1-029)."""

    about: Literal["household", "identity", "income", "obligor", "property", "residence", "other"]
    by: Literal["applicant", "unit"]
    evidence: tuple[Digest, ...] = ()
    source: Source = "office"


class AppraisalHeld(Event, frozen=True, kw_only=True):
    """民主评议: held with its numbers and result."""

    against: Count
    attendees: Count
    evidence: tuple[Digest, ...] = ()
    passed: bool
    representatives: Count
    source: Source = "office"


class AppraisalWaived(Event, frozen=True, kw_only=True):
    """免予评议: left out, on a ground the pack knows (S3-029)."""

    ground: Literal["no_doubt", "emergency", "optional"]
