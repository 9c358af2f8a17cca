"""Comparison between departments, and the warnings that come of it (S3-022..S3-027, S4-106, S4-107)."""

from __future__ import annotations

from typing import Literal

from aidledger.domain.events.base import Code, Count, Day, Digest, Event, Source, Token


class ComparisonRun(Event, frozen=True, kw_only=True):
    """部门比对: the registers of several departments held against each other; the data by hash.

    ``population`` counts the persons compared, ``hits`` those that may be in need.
    """

    dataset: Digest
    hits: Count
    parties: tuple[Code, ...]
    place: Code
    population: Count
    registers: tuple[Code, ...]
    run_on: Day
    source: Source = "office"


class WarningRaised(Event, frozen=True, kw_only=True):
    """风险预警: somebody may be in need; the comparison that said so, by the hash of its data."""

    case: Code | None = None
    comparison: Digest | None = None
    group: Code
    person: Token
    raised_on: Day
    source: Source = "office"
    township: Code
    village: Code


class WarningAssessed(Event, frozen=True, kw_only=True):
    """预警研判: whether the need is real, found by whom."""

    by: Code
    result: Literal["real", "false", "unclear"]
    source: Source = "office"


class WarningDisposed(Event, frozen=True, kw_only=True):
    """预警处置: what is done about it; an application names its case."""

    case: Code | None = None
    disposal: Literal["application", "referral", "watch", "none"]
    source: Source = "office"
