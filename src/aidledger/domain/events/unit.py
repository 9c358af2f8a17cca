"""Who works for assistance where, and the facilities and old people that targets count (S2, S3-010..S3-016)."""

from __future__ import annotations

from typing import Literal

from aidledger.domain.events.base import (
    Area,
    Code,
    Count,
    Day,
    Digest,
    Event,
    Fen,
    MonthText,
    Source,
    Text,
    Token,
)


class PopulationRecorded(Event, frozen=True, kw_only=True):
    """户籍人口: how many are registered in a place, by which staff is measured."""

    as_of: Day
    place: Code
    population: Count
    source: Source = "office"


class StaffAssigned(Event, frozen=True, kw_only=True):
    """配备人员: somebody works for assistance in a place, whole days or not, paid or not."""

    from_on: Day
    full_time: bool
    paid: bool
    place: Code
    post: Literal["coordinator", "assistant", "social_worker", "volunteer", "grid_worker"]
    source: Source = "office"
    staff: Code


class StaffLeft(Event, frozen=True, kw_only=True):
    """人员离岗: somebody no longer works there."""

    source: Source = "office"
    staff: Code
    to_on: Day


class NoticePublished(Event, frozen=True, kw_only=True):
    """政策公开: a text of general interest made public; names nobody (S4-108, S4-119).

    ``measure``, ``norm`` and ``supervision`` are rules that a place makes itself (S0-014).
    """

    evidence: Digest | None = None
    kind: Literal[
        "policy",
        "procedure",
        "standard",
        "complaint_phone",
        "fund_use",
        "measure",
        "norm",
        "supervision",
    ]
    medium: Literal["tv", "radio", "web", "press", "board", "visit"]
    source: Source = "office"
    year: Count


class FacilityRegistered(Event, frozen=True, kw_only=True):
    """养老服务设施: where, of which kind, run by whom; ``former_use`` of an idle house (S2-012, S2-017)."""

    area: Area
    beds: Count = 0
    former_use: Text = ""
    kind: Literal[
        "street_home",
        "day_care",
        "service_station",
        "happiness_home",
        "support_institution",
        "child_welfare",
    ]
    name: Text
    operator: Literal["public", "social"]
    place: Code
    source: Source = "office"


class FacilityStateRecorded(Event, frozen=True, kw_only=True):
    """设施状态: in use, closed, or made better."""

    source: Source = "office"
    state: Literal["operating", "closed", "upgraded"]


class FacilityContractSigned(Event, frozen=True, kw_only=True):
    """设施签约: with a medical institution, or for bought services, from a day to a day."""

    from_on: Day
    kind: Literal["medical", "purchase"]
    source: Source = "office"
    to_on: Day
    with_unit: Code


class FacilityChecked(Event, frozen=True, kw_only=True):
    """设施核查: whether the facility is free of barriers (S2-020)."""

    barrier_free: bool
    source: Source = "office"


class ResidentSurveyed(Event, frozen=True, kw_only=True):
    """老年人信息采集: an old resident; groups and needs are sealed (S2-009, S2-011)."""

    birth_on: Day
    lives: Literal["alone", "spouse", "family", "institution"]
    person: Token
    source: Source = "office"
    township: Code
    village: Code


class ResidentScreened(Event, frozen=True, kw_only=True):
    """重点排查: whether the resident is of a group to be looked after first (S2-003, S2-010)."""

    key: bool
    source: Source = "office"


class FacilitySubsidyPaid(Event, frozen=True, kw_only=True):
    """设施补贴: money paid to a facility for building or running it (S2-018)."""

    amount_fen: Fen
    fund: Code
    kind: Literal["build", "operate"]
    month: MonthText
    source: Source = "office"


class PlanStepRecorded(Event, frozen=True, kw_only=True):
    """设施同步四步: planned, built, accepted or handed over together with a new district (S2-016)."""

    evidence: Digest | None = None
    land_m2: Count = 0
    persons: Count = 0
    source: Source = "office"
    step: Literal["planning", "building", "acceptance", "hand_over"]


class GroupFormed(Event, frozen=True, kw_only=True):
    """工作专班: a leading group of a township or department, by the offices its members hold (S4-100)."""

    deputies: tuple[Code, ...]
    from_on: Day
    leaders: tuple[Code, ...]
    members: tuple[Code, ...]
    source: Source = "office"
