"""Whether a limit was kept, where of its two acts only the earliest and latest day is known.

The limit is the policy pack's and counts as ``calendar`` has it. *Kept* and *exceeded* are said only
where every pair of possible days agrees; a day that nothing bounds, or a year without a notice of
holidays, leaves it *unsaid*.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final, Literal, NamedTuple

from aidledger.domain.calendar import Calendar, CountFrom, Deadline, Roll, Unit

Bound = Literal["at_most", "at_least"]
Verdict = Literal["kept", "exceeded", "unsaid"]

_ONE_DAY: Final = timedelta(days=1)


class Limit(NamedTuple):
    """A limit as an adopted pack has it: ``n`` units, and how they are counted.

    ``extended`` units were granted on top. At least: the act may not come before the last day.
    ``suspended``: some days did not count, and nobody outside says from when.
    """

    n: int
    unit: Unit
    count_from: CountFrom
    roll: Roll
    bound: Bound
    extended: int = 0
    suspended: bool = False


class Days(NamedTuple):
    """The first and the last day on which an act can have been; None: nothing says so."""

    earliest: date | None
    latest: date | None


def last_day(calendar: Calendar, limit: Limit, start: date) -> Deadline:
    """Return the last day of a limit that begins with a day (at least: the first that is not early).

    Raises:
        ValueError: the number of units is not between 1 and 20,000, or the day lies beyond all years.
        OverflowError: the day lies beyond all years.

    """
    return calendar.deadline(
        start, limit.n + limit.extended, limit.unit, count_from=limit.count_from, roll=limit.roll
    )


def days_used(calendar: Calendar, limit: Limit, start: date, end: date) -> int:
    """Count what an act took of a limit: working days where it is counted in them, else days."""
    begin = start - _ONE_DAY if limit.count_from == "same_day" else start
    if limit.unit == "working_days":
        return calendar.working_days_between(begin, end)
    return (end - begin).days


def judge(calendar: Calendar, limit: Limit, start: Days, end: Days) -> Verdict:
    """Say whether a limit was kept, whatever the days were between their bounds.

    An act that is still missing has an ``end`` without a latest day; its earliest is that on which
    it was proven to be missing still, or the day after.
    """
    longest, shortest = (start.earliest, end.latest), (start.latest, end.earliest)
    if limit.bound == "at_least":
        longest, shortest = shortest, longest
    if _meets(calendar, limit, *longest):
        return "kept"
    return "exceeded" if _meets(calendar, limit, *shortest) is False else "unsaid"


def _meets(calendar: Calendar, limit: Limit, start: date | None, end: date | None) -> bool | None:
    """Whether a limit was kept between two days; None where a day or the calendar is unknown."""
    if start is None or end is None or limit.suspended:
        return None
    try:
        last = last_day(calendar, limit, start)
    except (ValueError, OverflowError):
        return None
    if last.provisional:
        return None
    return end <= last.day if limit.bound == "at_most" else end >= last.day
