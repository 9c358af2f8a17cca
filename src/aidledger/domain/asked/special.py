"""What clauses may ask about special assistance: bills, the dwelling, who looks for work."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from aidledger.domain.asked.household import Asked
from aidledger.domain.specialstate import Claim
from aidledger.domain.values import age_or_unknown


def _claim(one: Claim) -> dict[str, Any]:
    return {
        "claim": one.claim,
        "incurred_on": one.incurred_on,
        "rest_fen": one.rest_fen,
        "settled": list(one.settled),
    }


def _registers(asked: Asked) -> list[str]:
    """Return the classes in which anybody of the household is registered, able and willing."""
    return sorted({r.register for r in asked.case.special.registrations if r.counts(asked.on)})


def _unregistered_ages(asked: Asked) -> list[int]:
    """Return the ages of the members who are not registered as looking for work, -1 where unknown."""
    looking = {r.person for r in asked.case.special.registrations if r.counts(asked.on)}
    members = asked.case.household.covered(asked.on)
    return sorted(age_or_unknown(m.birth_on, asked.on) for m in members if m.person not in looking)


FACTS: Final[dict[str, Callable[[Asked], Any]]] = {
    "claims": lambda f: [_claim(one) for one in f.case.special.claims],
    "housing_assessed": lambda f: bool(f.case.special.housing_on),
    "housing_hardship": lambda f: f.case.special.hardship,
    "dilapidated": lambda f: f.case.special.dilapidated,
    "registers": _registers,
    "unregistered_ages": _unregistered_ages,
}
"""Every fact of special assistance, by the name that clauses know it by."""
