"""Limits moved by hand: more units granted, days that stop counting, days that count again (C4).

A day does not count where the last move up to it, by day and position, is a suspension. An extension
counts where it was granted while the limit was not yet over, as the moves before it had left it; it
is told in the limit's own unit. What does not fit moves nothing, whatever was recorded.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import attrgetter
from typing import Literal, NamedTuple

from aidledger.domain.calendar import MAX_COUNT, Calendar, CountFrom, Roll, Unit
from aidledger.domain.values import parse_day

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mobility:
    """By how many units in all a limit may be extended, how often, and on what grounds it is moved."""

    more: int = 0
    times: int = 0
    extension_grounds: tuple[str, ...] = ()
    suspension_grounds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One move of a limit: the day it is about (ISO), and for an extension how much, in what unit."""

    kind: Literal["extended", "suspended", "resumed"]
    on: str
    position: int
    count: int = 0
    unit: Unit = "days"


class Counting(NamedTuple):
    """How a limit counts: so many units, from when, and where its last day goes."""

    n: int
    unit: Unit
    count_from: CountFrom
    roll: Roll


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The last day of a limit after its moves; no day while it is suspended (``suspended_since``).

    ``extended`` are the units granted, in the limit's own; ``suspended_days`` those up to the last
    day that did not count; ``extensions`` the positions of the extensions that count.
    """

    day: date | None
    provisional: bool = False
    extended: int = 0
    extensions: tuple[int, ...] = ()
    suspended_days: int = 0
    suspended_since: str = ""


class _Pauses:
    """The days that do not count: from each suspension to the day that count resumes, if any."""

    def __init__(self, moves: Iterable[Move]) -> None:
        self._spans: list[tuple[date, date | None]] = []
        since: date | None = None
        for move in moves:
            if move.kind == "suspended" and since is None:
                since = parse_day(move.on)
            elif move.kind == "resumed" and since is not None:
                self._spans.append((since, parse_day(move.on)))
                since = None
        self.since = since
        """The first day of a suspension without an end."""
        if since is not None:
            self._spans.append((since, None))

    def __bool__(self) -> bool:
        return bool(self._spans)

    def holds(self, day: date) -> bool:
        """Whether a day does not count."""
        return any(first <= day and (end is None or day < end) for first, end in self._spans)

    def never_ends(self, day: date) -> bool:
        """Whether no day from this one on counts."""
        return self.since is not None and day >= self.since


def moved_due(
    counting: Counting, start: date, position: int, calendar: Calendar, moves: Sequence[Move]
) -> Moved:
    """Return the last day in time of a limit after its moves.

    Args:
        counting: the limit.
        start: the day it began with.
        position: of the entry that began it: a move of that day counts where it came after.
        calendar: the working days, as known.
        moves: those of the limit in the stream, in any order.

    """
    ordered = sorted(moves, key=attrgetter("on", "position"))
    pauses = _Pauses(move for move in ordered if move.kind != "extended")
    began = (start.isoformat(), position)
    total, counted = counting.n, list[int]()
    found = _last(counting, start, calendar, pauses)
    for move in ordered:
        if (
            move.kind != "extended"
            or move.unit != counting.unit
            or (move.on, move.position) < began
        ):
            continue
        if found.day is not None and parse_day(move.on) > found.day:
            break
        total = min(total + move.count, MAX_COUNT)
        counted.append(move.position)
        found = _last(counting._replace(n=total), start, calendar, pauses)
    return Moved(
        day=found.day,
        provisional=found.provisional,
        extended=total - counting.n,
        extensions=tuple(counted),
        suspended_days=found.skipped,
        suspended_since=pauses.since.isoformat() if pauses.since and found.day is None else "",
    )


class _Last(NamedTuple):
    day: date | None
    provisional: bool = False
    skipped: int = 0


def _last(counting: Counting, start: date, calendar: Calendar, pauses: _Pauses) -> _Last:
    """Return the last day of so many units where some days do not count."""
    n, unit, count_from, roll = counting
    plain = calendar.deadline(start, n, unit, count_from=count_from, roll=roll)
    if not pauses:
        return _Last(plain.day, plain.provisional)
    first = start if count_from == "same_day" and unit != "months" else start + _ONE_DAY
    if unit == "working_days":
        left = n
    else:
        end = calendar.deadline(start, n, unit, count_from=count_from).day
        left = (end - first).days + 1
    day, skipped, last = first - _ONE_DAY, 0, first
    rolls = unit != "working_days" and roll == "next_working_day"
    while True:
        day += _ONE_DAY
        if pauses.never_ends(day):
            return _Last(None)
        if pauses.holds(day):
            skipped += 1
            continue
        works = calendar.is_working_day(day)
        if left and (works or unit != "working_days"):
            left, last = left - 1, day
        if not left and (works or not rolls):
            break
    if unit != "working_days" and not rolls:
        return _Last(day, False, skipped)
    begin = last if rolls else start
    return _Last(day, not calendar.knows_between(begin, day), skipped)
