"""Time limits moved by hand: extended with a ground, suspended, and running again."""

from __future__ import annotations

from typing import Literal

from aidledger.domain.events.base import Code, Count, Day, Event, Source


class LimitExtended(Event, frozen=True, kw_only=True):
    """期限延长: one limit of the pack ends later, by so many days, on a named ground."""

    extended: Count
    ground: Code
    limit: Code
    unit: Literal["working_days", "days", "months"]


class LimitSuspended(Event, frozen=True, kw_only=True):
    """期限中止: the days from this one on do not count, on a named ground."""

    ground: Code
    limit: Code
    suspended_on: Day


class LimitResumed(Event, frozen=True, kw_only=True):
    """期限恢复: the days count again from this one on."""

    limit: Code
    resumed_on: Day
    source: Source = "office"
