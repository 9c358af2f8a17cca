"""What clauses may ask about who applies: route, statement, recognitions, guardian and parents.

Of a child's parents only the grounds are asked; which illness or disability stands behind one is
sealed and no fact (S4-006, S4-007, S4-075, S1-013).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from aidledger.domain.asked.household import Asked


def _guardian(asked: Asked) -> str:
    """Return as what the newest guardian of the day answers for the minor; empty where none does."""
    kind, since = "", ""
    for one in asked.case.standing.guardians:
        if one.holds(asked.on) and one.from_on >= since:
            kind, since = one.kind, one.from_on
    return kind


def _recognised_as(asked: Asked) -> list[str]:
    known = asked.case.standing.recognitions
    return sorted({one.recognised for one in known if one.holds(asked.on)})


FACTS: Final[dict[str, Callable[[Asked], Any]]] = {
    "route": lambda f: f.case.route,
    "stated": lambda f: sorted(f.case.standing.stated),
    "recognised_as": _recognised_as,
    "guardian_kind": _guardian,
    "account_holder": lambda f: f.case.account_holder,
    "parents": lambda f: sorted(one.parent for one in f.case.standing.parents),
    "parents_able": lambda f: any(one.able for one in f.case.standing.parents),
    "parent_grounds": lambda f: sorted(one.ground for one in f.case.standing.parents),
}
"""Every fact of the applicant, by the name that clauses know it by."""
