"""A point in the log: up to and including which entry something is asked.

A position, a day, or a time: what is written less exactly reaches to its end, so that a day ends
with its last entry and a minute with its last second.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

import msgspec

from aidledger.domain.values import FIRST_YEAR, LAST_YEAR

_CHINA: Final = timezone(timedelta(hours=8))
_MAX_POSITION: Final = 2**53 - 1
_position_form: Final = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII).fullmatch
_time_form: Final = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ]([0-9]{2}:[0-9]{2})(?::([0-9]{2})(?:\.([0-9]{1,6}))?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?",
    re.ASCII,
).fullmatch


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A point in the log: the entry at ``position``, or the last one recorded before ``before``.

    ``before`` is a ``recorded_at`` in UTC, the first that is no longer known, and ``begins`` that with
    which the day or time begins; both are empty with a position.
    """

    text: str
    position: int | None = None
    begins: str = ""
    before: str = ""


def parse_point(text: str) -> Point:
    """Read a position, a day, or a time as RFC 3339 has it; without an offset it is China's (+08:00).

    Raises:
        ValueError: none of them, no such day or time, or a year outside 1850-2200.

    """
    if _position_form(text) is not None and int(text) <= _MAX_POSITION:
        return Point(text=text, position=int(text))
    found = _time_form(text)
    if found is None:
        raise ValueError("expected a position, a day as YYYY-MM-DD or a time as YYYY-MM-DDTHH:MM")
    day, minute, second, part, offset = found.groups()
    whole = f"{day}T{minute or '00:00'}:{second or '00'}.{part or '0'}{offset or ''}"
    try:
        begun = datetime.fromisoformat(whole)
        if begun.tzinfo is None:
            begun = begun.replace(tzinfo=_CHINA)
        begun = begun.astimezone(UTC)
        ended = begun + _length(minute, second, part)
    except (ValueError, OverflowError):
        raise ValueError("expected a day and a time that exist") from None
    if not FIRST_YEAR <= begun.year <= LAST_YEAR:
        raise ValueError(f"expected a year from {FIRST_YEAR} to {LAST_YEAR}")
    return Point(text=text, begins=_recorded(begun), before=_recorded(ended))


def _recorded(time: datetime) -> str:
    """Return a time in UTC as entries have it."""
    return time.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _length(minute: str | None, second: str | None, part: str | None) -> timedelta:
    """Return how long what is written lasts: a day, a minute, a second, or a part of one."""
    if part is not None:
        return timedelta(microseconds=10 ** (6 - len(part)))
    if second is not None:
        return timedelta(seconds=1)
    return timedelta(minutes=1) if minute is not None else timedelta(days=1)
