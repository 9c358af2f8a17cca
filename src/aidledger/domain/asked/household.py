"""What clauses may ask about a household: persons, income, property, residence, categories, exit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from aidledger.domain.casestate import Case
from aidledger.domain.householdstate import Category, Member
from aidledger.domain.values import age_or_unknown

SENSITIVE: Final = frozenset({"case.categories", "case.members"})
"""Facts that say, or are built of, the sealed categories."""


class Asked(Protocol):
    """A case, the day and the month asked about, and the sealed values opened for the question."""

    @property
    def case(self) -> Case:
        """The folded case."""

    @property
    def on(self) -> str:
        """The day (ISO)."""

    @property
    def month(self) -> str:
        """The month (ISO)."""

    @property
    def revealed(self) -> Mapping[str, str]:
        """Opened values, categories by their commitment."""


def _opened(asked: Asked, categories: tuple[Category, ...]) -> list[str]:
    found = {asked.revealed.get(one.commitment, "") for one in categories}
    return sorted(found - {""})


def _member(asked: Asked, member: Member) -> dict[str, Any]:
    categories = asked.case.household.categories_of(member.person, asked.on)
    return {
        "age_years": age_or_unknown(member.birth_on, asked.on),
        "categories": _opened(asked, categories),
        "relation": member.relation,
    }


def _registered(asked: Asked, kind: str) -> bool:
    case = asked.case
    return any(
        one.kind == kind
        and one.holds(asked.on)
        and (case.village or case.township).startswith(one.place)
        for one in case.household.residences
    )


FACTS: Final[dict[str, Callable[[Asked], Any]]] = {
    "unit": lambda f: f.case.household.unit,
    "persons": lambda f: len(f.case.household.covered(f.on)),
    "members": lambda f: [_member(f, one) for one in f.case.household.covered(f.on)],
    "categories": lambda f: _opened(f, f.case.household.categories_of(f.case.applicant, f.on)),
    "registered_here": lambda f: _registered(f, "registered"),
    "permit_here": lambda f: _registered(f, "permit"),
    "relocation_site": lambda f: f.case.household.site,
    "relocated_on": lambda f: f.case.household.moved_on,
    "income_assessed_on": lambda f: f.case.household.income_assessed(f.on)[0],
    "income_assessed": lambda f: bool(f.case.household.incomes),
    "income_fen": lambda f: f.case.household.income_assessed(f.on)[1],
    "income_per_head_fen": lambda f: f.case.household.per_head_fen(f.on),
    "property_assessed": lambda f: bool(f.case.household.property_on),
    "deposits_fen": lambda f: f.case.household.deposits_fen,
    "dwellings": lambda f: f.case.household.dwellings,
    "firms": lambda f: f.case.household.firms,
    "vehicles": lambda f: f.case.household.vehicles,
    "exit_granted": lambda f: bool(f.case.household.exit_from),
    "exit_fen": lambda f: f.case.household.exit_fen,
    "exit_last_month": lambda f: f.case.household.exit_last_month,
    "in_exit": lambda f: (
        f.case.household.exit_from <= f.month <= f.case.household.exit_last_month
        and bool(f.case.household.exit_from)
    ),
}
"""Every fact of a household, by the name that clauses know it by."""
