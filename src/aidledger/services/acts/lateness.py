"""How long after its day an entry was recorded, and whether the pack in force allows that; or how long before it; what never counts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from aidledger.domain.events.registry import StandardPublished
from aidledger.domain.events.support import DeathRecorded
from aidledger.domain.proposal import Proposal
from aidledger.domain.recorded import END_OF_TIME, Recorded
from aidledger.services.clock import china_day
from aidledger.services.decisions.policy_book import PolicyBook

PARAMETER = "late_entry_working_days"
"""The pack's parameter: so many working days after its day an entry may still be recorded."""


class Late(msgspec.Struct, frozen=True, kw_only=True):
    """An entry that came late: calendar days, working days, and what the pack allows if it says so.

    ``allowed`` is nothing where no pack says how late an entry may be.
    """

    days: int
    working_days: int
    allowed_working_days: int | None
    allowed: bool | None


def lateness(book: PolicyBook, entry: Recorded, known_on: str | None = None) -> Late | None:
    """Return how late an entry is by the calendar known on a day; nothing where it came in time.

    What the model ``late_entries`` says of it in SQL.
    """
    recorded_on = china_day(entry.recorded_at)
    if entry.effective_on >= recorded_on:
        return None
    known = known_on or END_OF_TIME
    begun, ended = date.fromisoformat(entry.effective_on), date.fromisoformat(recorded_on)
    working_days = book.calendar_known_on(known).working_days_between(begun, ended)
    pack = book.pack_in_force(entry.effective_on, known)
    value = None if pack is None else pack.parameters.get(PARAMETER)
    limit = value if type(value) is int else None
    return Late(
        days=(ended - begun).days,
        working_days=working_days,
        allowed_working_days=limit,
        allowed=None if limit is None else working_days <= limit,
    )


def is_early(entry: Recorded) -> bool:
    """Whether an entry was recorded before the day on which it holds: until then no question finds it."""
    return _counts_from(entry) > china_day(entry.recorded_at)


def still_to_come(proposals: Sequence[Proposal], today: str) -> set[int]:
    """Return by index which proposals hold from a day after `today` only: 2032 for 2022, mostly."""
    return {index for index, one in enumerate(proposals) if _counts_from(one) > today}


def after_death(proposals: Sequence[Proposal]) -> set[int]:
    """Return by index which deaths hold only from a day after the death: up to it nobody counts them."""
    return {index for index, one in enumerate(proposals) if is_after_death(one)}


def is_after_death(act: Recorded | Proposal) -> bool:
    """Whether an act records a death that holds only from a day after it."""
    return isinstance(act.event, DeathRecorded) and act.event.died_on < act.effective_on


def unused_standards(book: PolicyBook, proposals: Sequence[Proposal]) -> set[int]:
    """Return by index which standards no adopted pack reckons with: a code mistyped, mostly."""
    said = [(index, one.event) for index, one in enumerate(proposals)]
    standards = [(index, one.code) for index, one in said if isinstance(one, StandardPublished)]
    known = book.standard_codes() if standards else frozenset()
    return {index for index, code in standards if known and code not in known}


def _counts_from(act: Recorded | Proposal) -> str:
    """Return the day from which an act counts: nobody is dead before the day of death."""
    event = act.event
    return max(act.effective_on, event.died_on if isinstance(event, DeathRecorded) else "")
