"""Working days, as known on a day: legal limits counted over dated, hashed year tables.

A year table lists only where a year departs from the weekend rule (Monday to Friday are working
days). Each has the day since which it was known, so that a limit is computed as the office could
compute it then: in January 2020 the Spring Festival was extended while limits were running.
Counting follows Civil Code art. 201 (the first day does not count) and art. 203 (a last day that is
a holiday moves to the next working day) where the policy pack says so (art. 204).
A result that depends on a year without a table is ``provisional``.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Literal

from aidledger.domain.values import add_months, length_prefixed, month_end, parse_day

Unit = Literal["working_days", "days", "months"]
CountFrom = Literal["next_day", "same_day"]
Roll = Literal["next_working_day", "none"]

_ONE_DAY = timedelta(days=1)
SATURDAY = 5
#: No legal limit is longer; it keeps a hostile pack from counting for ever.
MAX_COUNT = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class YearTable:
    """One year's departures from the weekend rule, with the notice that made them."""

    year: int
    known_since: date
    off_days: frozenset[date]
    work_days: frozenset[date]
    notice: str
    hash: str = ""

    @classmethod
    def from_text(
        cls,
        *,
        year: int,
        known_since: str,
        off_days: Iterable[str],
        work_days: Iterable[str],
        notice: str,
        hash: str = "",  # noqa: A002  (the word for it in every entry)
    ) -> YearTable:
        """Build a table from ISO text, as an entry or a file has it.

        Raises:
            ValueError: a day that is none, lies in another year, or departs from nothing.

        """
        off = frozenset(map(parse_day, off_days))
        work = frozenset(map(parse_day, work_days))
        if any(day.year != year for day in off | work):
            raise ValueError(f"expected days of {year} only")
        if any(day.weekday() >= SATURDAY for day in off):
            raise ValueError("expected off_days on Mondays to Fridays")
        if any(day.weekday() < SATURDAY for day in work):
            raise ValueError("expected work_days on Saturdays and Sundays")
        return cls(
            year=year,
            known_since=parse_day(known_since),
            off_days=off,
            work_days=work,
            notice=notice,
            hash=hash,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Deadline:
    """The last day on which an act is in time; ``provisional`` until every year is known."""

    day: date
    provisional: bool


def calendar_hash(content: bytes) -> str:
    """Return the hex SHA-256 that an adoption entry pins for a calendar file."""
    return hashlib.sha256(b"aidledger/calendar/v1\n" + length_prefixed(content)).hexdigest()


class Calendar:
    """Working days over year tables; the newest table known wins for each year."""

    def __init__(self, tables: Iterable[YearTable] = ()) -> None:
        """Take every table there is; ``as_known_on`` narrows them to a day's knowledge."""
        self.tables = tuple(sorted(tables, key=lambda t: (t.year, t.known_since, t.hash)))
        newest = {table.year: table for table in self.tables}
        self._years = frozenset(newest)
        self._off = frozenset(day for table in newest.values() for day in table.off_days)
        self._work = frozenset(day for table in newest.values() for day in table.work_days)
        self._newest = tuple(newest.values())

    @cached_property
    def fingerprint(self) -> str:
        """Identify what the calendar says: equal fingerprints give equal answers."""
        digest = hashlib.sha256(b"aidledger/calendar-set/v1\n")
        for table in self._newest:
            digest.update(table.year.to_bytes(4, "big"))
            for days in (table.off_days, table.work_days):
                listed = ",".join(sorted(day.isoformat() for day in days))
                digest.update(length_prefixed(listed.encode()))
        return digest.hexdigest()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Calendar) and self.fingerprint == other.fingerprint

    def __hash__(self) -> int:
        return hash(self.fingerprint)

    @cached_property
    def _sorted(self) -> tuple[list[date], list[date]]:
        return sorted(self._off), sorted(self._work)

    def as_known_on(self, day: date) -> Calendar:
        """Return the calendar built from the tables that were known on ``day``."""
        return Calendar(table for table in self.tables if table.known_since <= day)

    def knows_between(self, start: date, end: date) -> bool:
        """Whether a table is at hand for each year of two days and between."""
        return all(year in self._years for year in range(start.year, end.year + 1))

    def is_working_day(self, day: date) -> bool:
        """Whether offices work on that day; by the weekend rule where the year is unknown."""
        if day.weekday() >= SATURDAY:
            return day in self._work
        return day not in self._off

    def add_working_days(
        self, start: date, count: int, *, count_from: CountFrom = "next_day"
    ) -> Deadline:
        """Return the ``count``-th working day after ``start`` (or from it, if ``same_day``).

        Raises:
            ValueError: the count is not between 1 and 20,000.
        """
        _check_count(count)
        day = start if count_from == "next_day" else start - _ONE_DAY
        left = count
        while left:
            day += _ONE_DAY
            left -= self.is_working_day(day)
        return Deadline(day=day, provisional=not self.knows_between(start, day))

    def add_days(
        self, start: date, count: int, *, count_from: CountFrom = "next_day", roll: Roll = "none"
    ) -> Deadline:
        """Return the ``count``-th calendar day after ``start``, rolled where the rule says so."""
        _check_count(count)
        last = start + timedelta(days=count - (count_from == "same_day"))
        return self._rolled(last, roll)

    def add_months(self, start: date, count: int, *, roll: Roll = "none") -> Deadline:
        """Return the same day ``count`` months later, or that month's last day (art. 202)."""
        _check_count(count)
        end = month_end(add_months(start.isoformat()[:7], count))
        return self._rolled(end.replace(day=min(start.day, end.day)), roll)

    def deadline(
        self,
        start: date,
        count: int,
        unit: Unit,
        *,
        count_from: CountFrom = "next_day",
        roll: Roll = "none",
    ) -> Deadline:
        """Return the last day of a limit of ``count`` units that begins with ``start``."""
        match unit:
            case "working_days":
                return self.add_working_days(start, count, count_from=count_from)
            case "days":
                return self.add_days(start, count, count_from=count_from, roll=roll)
            case "months":
                return self.add_months(start, count, roll=roll)

    def working_days_between(self, start: date, end: date) -> int:
        """Count the working days after ``start`` up to and including ``end``.

        The first day does not count; an ``end`` before ``start`` gives a negative count.
        """
        if end < start:
            return -self.working_days_between(end, start)
        off, work = self._sorted
        extra = bisect_right(work, end) - bisect_right(work, start)
        fewer = bisect_right(off, end) - bisect_right(off, start)
        return _weekdays_up_to(end) - _weekdays_up_to(start) + extra - fewer

    def _rolled(self, last: date, roll: Roll) -> Deadline:
        if roll == "none":
            return Deadline(day=last, provisional=False)
        day = last
        while not self.is_working_day(day):
            day += _ONE_DAY
        return Deadline(day=day, provisional=not self.knows_between(last, day))


def _weekdays_up_to(day: date) -> int:
    """Count Mondays to Fridays from the first day of the calendar up to ``day``, inclusive."""
    weeks, rest = divmod(day.toordinal(), 7)  # ordinal 1 was a Monday
    return weeks * 5 + min(rest, 5)


def _check_count(count: int) -> None:
    if not 1 <= count <= MAX_COUNT:
        raise ValueError(f"expected a count from 1 to {MAX_COUNT}, found {count}")
