"""Days, months, optional texts and length prefixes: the small shared values of the pure rings.

Dates travel as ISO text (``YYYY-MM-DD``, ``YYYY-MM``) and become ``datetime.date`` to compute.
Nothing here reads a clock; every day is an argument.
"""

from __future__ import annotations

import calendar as gregorian
import re
from datetime import date
from functools import lru_cache

from msgspec import UNSET, UnsetType

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MONTH = re.compile(r"[0-9]{4}-[0-9]{2}")
#: A month that nobody can be sure of, as an expression: typed into a spreadsheet, 2022.10 becomes 2022.1.
HALF_A_MONTH = r"[0-9]{4}\s*[.]?\s*[0-9]"
#: Sanity bounds of a day in any record: wide enough for every living person and every plan.
FIRST_YEAR, LAST_YEAR = 1850, 2200


def parse_day(text: str) -> date:
    """Read ``YYYY-MM-DD`` strictly.

    Raises:
        ValueError: not that form, no such day, or a year outside 1850-2200. The text itself is
            not repeated in the message: it may be a birth date.
    """
    if _DAY.fullmatch(text) is None:
        raise ValueError("expected a day as YYYY-MM-DD")
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:])
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"expected a year from {FIRST_YEAR} to {LAST_YEAR}")
    try:
        return date(year, month, day)
    except ValueError:
        raise ValueError("expected a day that exists") from None


def parse_month(text: str) -> tuple[int, int]:
    """Read ``YYYY-MM`` strictly into (year, month).

    Raises:
        ValueError: not that form, or no such month.
    """
    if _MONTH.fullmatch(text) is None:
        raise ValueError("expected a month as YYYY-MM")
    year, month = int(text[:4]), int(text[5:])
    if not (FIRST_YEAR <= year <= LAST_YEAR and 1 <= month <= 12):
        raise ValueError("expected a month that exists")
    return year, month


@lru_cache(maxsize=16_384)
def is_day(text: str) -> bool:
    """Whether the text is a day that exists, as ``YYYY-MM-DD``; the same ones come up again."""
    try:
        parse_day(text)
    except ValueError:
        return False
    return True


def is_month(text: str) -> bool:
    """Whether the text is a month that exists, as ``YYYY-MM``."""
    try:
        parse_month(text)
    except ValueError:
        return False
    return True


def month_of(day: str) -> str:
    """Return the month ``YYYY-MM`` of a day ``YYYY-MM-DD``."""
    return parse_day(day).isoformat()[:7]


def add_months(month: str, count: int) -> str:
    """Return the month ``count`` months after (or before) ``month``."""
    year, number = parse_month(month)
    total = year * 12 + number - 1 + count
    return f"{total // 12:04d}-{total % 12 + 1:02d}"


def months_before(day: str, count: int) -> str:
    """Return the same day ``count`` months before, or the last of that month where it has no such day."""
    date_ = parse_day(day)
    month = add_months(month_of(day), -count)
    return f"{month}-{min(date_.day, month_end(month).day):02d}"


def next_month(month: str) -> str:
    """Return the month after ``month``."""
    return add_months(month, 1)


def month_start(month: str) -> date:
    """Return the first day of a month."""
    year, number = parse_month(month)
    return date(year, number, 1)


def month_end(month: str) -> date:
    """Return the last day of a month."""
    year, number = parse_month(month)
    return date(year, number, gregorian.monthrange(year, number)[1])


def full_years(start: date, end: date) -> int:
    """Count full years from ``start`` to ``end``; negative when ``end`` is before ``start``.

    Someone born on 29 February completes a year on 1 March of a common year.
    """
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


def age_on(birth_on: str, day: str) -> int:
    """Return the age in full years on ``day``: the birthday itself counts as reached.

    Raises:
        ValueError: one of the two is not a day.
    """
    return full_years(parse_day(birth_on), parse_day(day))


def age_or_unknown(birth_on: str, day: str) -> int:
    """Return the age as `age_on` does, -1 where one of the days is none."""
    try:
        return age_on(birth_on, day)
    except ValueError:
        return -1


def text_or_empty(value: str | UnsetType) -> str:
    """Return the value of an optional field, empty where it was left out."""
    return "" if value is UNSET else value


def length_prefixed(part: bytes) -> bytes:
    """Return ``part`` behind its length as an unsigned 32-bit big-endian number."""
    return len(part).to_bytes(4, "big") + part
