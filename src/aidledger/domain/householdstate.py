"""The household in a case's state: who is of it, where it lives, what it has, what members fall into.

Days are ISO text; an empty last day means that it lasts. Sums are fen a month, -1 where not assessed.
"""

from __future__ import annotations

from typing import Final

import msgspec

from aidledger.domain.dated import said_on
from aidledger.domain.spans import Span
from aidledger.domain.values import add_months, is_month

_MONTHS_MAX: Final = 1_200
"""More than any rule grants; a hostile number beyond it must not leave the calendar."""


class Member(Span, frozen=True, kw_only=True, gc=False):
    """A member of the household; support counts those who are covered."""

    person: str
    birth_on: str
    relation: str
    covered: bool


class Residence(Span, frozen=True, kw_only=True, gc=False):
    """Where the household is registered, or lives by a permit."""

    kind: str
    place: str


class Category(Span, frozen=True, kw_only=True, gc=False):
    """A category of a member: what it is only the vault knows, under the commitment."""

    number: str
    person: str
    commitment: str


class Household(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A household as its entries make it; no unit where none was declared."""

    unit: str = ""
    members: tuple[Member, ...] = ()
    members_said: tuple[tuple[str, Member | str], ...] = ()
    """All that was said of members, each with its day: how one counts from then on, or who is gone (a token)."""
    residences: tuple[Residence, ...] = ()
    site: str = ""
    moved_on: str = ""
    income_fen: int = -1
    income_on: str = ""
    """By the assessment of the latest day."""
    incomes: tuple[tuple[str, int], ...] = ()
    """All of them, each with its day."""
    deposits_fen: int = -1
    dwellings: int = 0
    firms: int = 0
    vehicles: int = 0
    property_on: str = ""
    categories: tuple[Category, ...] = ()
    exit_from: str = ""
    exit_months: int = 0
    exit_on: str = ""
    exit_fen: int = 0
    """What was due a month when the gradual exit was granted."""

    def covered(self, day: str) -> tuple[Member, ...]:
        """Return the members whom support counts on a day."""
        return tuple(one for one in self.members if one.covered and one.holds(day))

    def categories_of(self, person: str, day: str) -> tuple[Category, ...]:
        """Return the categories of a member that hold on a day."""
        return tuple(one for one in self.categories if one.person == person and one.holds(day))

    def income_assessed(self, day: str) -> tuple[str, int]:
        """Return the day of the assessment that holds on a day, and the income a month; -1 without one."""
        return said_on(self.incomes, day) or ("", -1)

    def per_head_fen(self, day: str) -> int:
        """Return the income a month for each covered member, -1 where it is not known."""
        persons, income_fen = len(self.covered(day)), self.income_assessed(day)[1]
        return income_fen // persons if persons and income_fen >= 0 else -1

    @property
    def exit_last_month(self) -> str:
        """The last month of a gradual exit; empty where none was granted."""
        if not is_month(self.exit_from):
            return self.exit_from
        return add_months(self.exit_from, min(self.exit_months, _MONTHS_MAX) - 1)
