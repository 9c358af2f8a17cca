"""The one place where time and chance come in."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from functools import lru_cache
from typing import Final, Protocol, TypeAlias

CHINA: Final = timezone(timedelta(hours=8), "+08:00")
"""Civil time of the whole country: a day begins and ends here, whatever the server thinks."""
DRIFT_S: Final = 300
"""By how many seconds sound clocks may differ: beyond it one of them is wrong."""

RandomBytes: TypeAlias = Callable[[int], bytes]


class Clock(Protocol):
    """Says what time it is."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """Return the machine's time in UTC."""
        return datetime.now(UTC)


class SetClock:
    """A clock that stands where it was set; the simulator moves it."""

    def __init__(self, at: datetime) -> None:
        """Stand at a time (aware)."""
        self.at = at

    def now(self) -> datetime:
        """Return the time it was set to."""
        return self.at.astimezone(UTC)


class SeededBytes:
    """Bytes that look random and are the same for the same seed: for simulated people only."""

    def __init__(self, seed: bytes) -> None:
        """Begin at the start of the seed's sequence."""
        self._seed = seed
        self._count = 0

    def __call__(self, size: int) -> bytes:
        """Return the next ``size`` bytes."""
        out = b""
        while len(out) < size:
            self._count += 1
            out += hashlib.sha256(self._seed + self._count.to_bytes(8, "big")).digest()
        return out[:size]


def system_bytes(size: int) -> bytes:
    """Return random bytes of the operating system."""
    return secrets.token_bytes(size)


@lru_cache(maxsize=256)
def china_day(recorded_at: str) -> str:
    """Return the civil day (+08:00) of a ``recorded_at`` in UTC; the entries of a batch share it."""
    try:
        return datetime.fromisoformat(recorded_at).astimezone(CHINA).date().isoformat()
    except OverflowError:  # the last hours of the year 9999: hostile, and no reason to stop
        return recorded_at[:10]


def utc_text(at: datetime) -> str:
    """Return a time in UTC, to the second."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def end_of_china_day(day: str) -> str:
    """Return the first ``recorded_at`` that is no longer that day in China."""
    midnight = datetime.fromisoformat(day).replace(tzinfo=CHINA) + timedelta(days=1)
    return midnight.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
