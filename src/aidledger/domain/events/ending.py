"""Termination: report, audit, approval, publicity (S1-045..S1-049, K21 art. 25, 26)."""

from __future__ import annotations

from typing import Literal

from aidledger.domain.events.base import Code, Day, Digest, Event, MonthText, Source
from aidledger.domain.policy.decision import DecisionRecord

Ground = Literal[
    "death",
    "income",
    "property",
    "obligor_able",
    "aged_out",
    "prison",
    "moved_away",
    "own_wish",
    "false_statement",
    "other",
    "gradual_exit",
    "recognition_over",
    "other_programme",
]


class TerminationReported(Event, frozen=True, kw_only=True):
    """终止报告: loss of eligibility reported, or found ex officio."""

    by: Literal["village", "institution", "township", "county", "person"]
    ground: Ground
    lost_on: Day
    source: Source = "office"


class TerminationAudited(Event, frozen=True, kw_only=True):
    """终止审核: the township's audit."""

    agreed: bool
    ground: Ground


class TerminationApproved(Event, frozen=True, kw_only=True):
    """终止批准: support ends after the last month named."""

    decision: DecisionRecord | None = None
    ground: Ground
    last_month: MonthText


class TerminationPublished(Event, frozen=True, kw_only=True):
    """终止公示: the notice of the termination, from and to."""

    evidence: Digest | None = None
    planned_to: Day
    village: Code


class TerminationNotified(Event, frozen=True, kw_only=True):
    """终止告知: reasons in writing to the person or family."""

    served_on: Day
    source: Source = "office"
    written: bool
