"""Calendar files: one year's departures from the weekend rule, read from TOML bytes."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated

import msgspec

from aidledger.domain.calendar import SATURDAY, YearTable, calendar_hash
from aidledger.domain.policy.errors import FaultReason, PackError, pack_error
from aidledger.domain.policy.lines import line_of, located
from aidledger.domain.policy.reading import convert, read_toml
from aidledger.domain.policy.schema import DayText, PackId, Words
from aidledger.domain.values import FIRST_YEAR, LAST_YEAR, is_day, parse_day


class CalendarFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The shape of a calendar file; days are quoted text."""

    id: PackId
    jurisdiction: Annotated[str, msgspec.Meta(pattern=r"^[0-9]{6}$")]
    year: Annotated[int, msgspec.Meta(ge=FIRST_YEAR, le=LAST_YEAR)]
    known_since: DayText
    notice: Words
    source: Words
    off_days: tuple[DayText, ...]
    work_days: tuple[DayText, ...]


def load_calendar_file(content: bytes, *, file: str) -> CalendarFile:
    """Read a calendar file: its shape, and that each day is one of its year that departs from a week.

    Raises:
        PackError: naming file, line and field.
    """
    with located({file: content}):
        read = convert(read_toml(content, file=file), CalendarFile, file=file)
        if not is_day(read.known_since):
            raise pack_error(
                file, "known_since", "a day that there is", read.known_since, "bad_day"
            )
        for field, days in (("off_days", read.off_days), ("work_days", read.work_days)):
            for index, day in enumerate(days):
                fault = _fault(read, field, index)
                if fault is not None:
                    expected, found, reason = fault
                    raise PackError(
                        file=file,
                        field=f"{field}[{index}]",
                        expected=expected,
                        found=found,
                        reason=reason,
                        line=_line_of_day(content, field, day),
                    )
        if not read.off_days:
            raise pack_error(file, "off_days", "the days off of a year", "none", "missing_field")
        return read


@lru_cache(maxsize=64)
def load_year_table(content: bytes, *, file: str) -> YearTable:
    """Read a calendar file; the table carries the file's hash. The same bytes are read once.

    Raises:
        PackError: naming file, line and field.
    """
    read = load_calendar_file(content, file=file)
    return YearTable.from_text(
        year=read.year,
        known_since=read.known_since,
        off_days=read.off_days,
        work_days=read.work_days,
        notice=read.notice,
        hash=calendar_hash(content),
    )


def _fault(read: CalendarFile, field: str, index: int) -> tuple[str, str, FaultReason] | None:
    """Return what is expected and found where a day is none, of another year, or no departure."""
    days = read.off_days if field == "off_days" else read.work_days
    day = days[index]
    if not is_day(day):
        return "a day that there is", day, "bad_day"
    if parse_day(day).year != read.year:
        return f"a day of {read.year}", day, "bad_day"
    if index and day <= days[index - 1]:
        return "days in order, each once", f"{day} after {days[index - 1]}", "bad_day"
    if field == "work_days" and day in read.off_days:
        return "a day that is off or worked", f"{day} in both lists", ""
    weekend = parse_day(day).weekday() >= SATURDAY
    if field == "off_days" and weekend:
        return "a day from Monday to Friday: weekends are off by themselves", day, "bad_value"
    if field == "work_days" and not weekend:
        return "a Saturday or Sunday: other days are worked by themselves", day, "bad_value"
    return None


def _line_of_day(content: bytes, field: str, day: str) -> int:
    """Return the line of a day in the list of a field."""
    first = line_of(content, field)
    lines = content.decode("utf-8", "replace").split("\n")[first - 1 :]
    return next((first + at for at, line in enumerate(lines) if day in line), first)
