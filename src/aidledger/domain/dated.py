"""What was said of a case, each thing from its day on: a late entry about an earlier day undoes no later one.

Kept in the order of days, of one day in the order in which it was recorded.
"""

from __future__ import annotations

from bisect import bisect_right
from operator import itemgetter
from typing import Any, TypeVar

Said = TypeVar("Said", bound=tuple[Any, ...])
"""Something said, its day (ISO) first."""


def said_too(before: tuple[Said, ...], said: Said) -> tuple[Said, ...]:
    """Return what was said together with one thing more."""
    at = bisect_right(before, said[0], key=itemgetter(0))
    return (*before[:at], said, *before[at:])


def said_on(several: tuple[Said, ...], day: str) -> Said | None:
    """Return what holds on a day; before the first thing said the first one, where there is any."""
    at = bisect_right(several, day, key=itemgetter(0))
    return several[max(at - 1, 0)] if several else None
