"""Synthetic people and places for tests; nobody here exists."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from aidledger.domain.calendar import Calendar
from aidledger.domain.policy.pack import PackLibrary, ResolvedPack
from aidledger.domain.policy.year import load_year_table
from aidledger.services.acts.adoption import shipped

TOWNSHIP, VILLAGE, COUNTY = "520123001", "520123001001", "520123"
CASE = "case/520123-2022-000001"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def identity_number(birth_on: str = "1949-12-31", serial: int = 1, area: str = "520123") -> str:
    """Return a synthetic identity number whose check digit is right (GB 11643)."""
    body = f"{area}{birth_on.replace('-', '')}{serial:03d}"
    remainder = sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=True)) % 11
    return body + "10X98765432"[remainder]


@lru_cache
def pack(name: str = "gz-county-2022") -> ResolvedPack:
    """Return a shipped policy pack."""
    return PackLibrary(shipped("packs")).resolve(name)


@lru_cache
def calendar() -> Calendar:
    """Return the working days of all shipped years."""
    return Calendar(
        load_year_table(content, file=f"{name}.toml")
        for name, content in shipped("calendars").items()
    )


def days_after(day: str, count: int) -> str:
    """Return the day ``count`` days later."""
    return (date.fromisoformat(day) + timedelta(days=count)).isoformat()
