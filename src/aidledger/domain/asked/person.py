"""What clauses may ask about a person beyond the case at hand: their other cases, all their grants.

What one person holds elsewhere decides on exclusion (C17), on a second grant for one cause (F026)
and on grants that were split to stay under a limit (F027).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from aidledger.domain.casestate import Case
from aidledger.domain.helpstate import Grant
from aidledger.domain.policy.clause import ManyFacts

_OPEN: Final = frozenset(
    {"applied", "accepted", "opined", "in_publicity", "published", "submitted"}
)
"""Stages in which an application waits for its decision."""
_SUPPORTED: Final = frozenset({"approved", "terminating"})


class PersonFacts(ManyFacts, Mapping[str, Any]):
    """The facts of the person of a case, worked out as they are asked for.

    Args:
        case: the case at hand.
        others: the person's other cases, as applicant or as covered member of a household.
        on: the day asked about (ISO).

    """

    __slots__ = ("case", "on", "others")

    def __init__(self, case: Case, others: Sequence[Case], *, on: str) -> None:
        self.case, self.others, self.on = case, others, on

    def __getitem__(self, name: str) -> Any:
        return FACTS[name](self)

    def many(self, names: tuple[str, ...], missing: object) -> list[Any]:
        """Return the fact of each name, or what stands for a missing one."""
        return [FACTS[name](self) if name in FACTS else missing for name in names]

    def __iter__(self) -> Iterator[str]:
        return iter(FACTS)

    def __len__(self) -> int:
        return len(FACTS)


def _programmes(facts: PersonFacts, stages: frozenset[str]) -> list[str]:
    return sorted({one.programme for one in facts.others if one.stage in stages})


def _grants(facts: PersonFacts) -> list[dict[str, Any]]:
    several = [grant for one in (facts.case, *facts.others) for grant in one.help.grants]
    several.sort(key=lambda grant: (grant.granted_on, grant.cause, grant.amount_fen))
    return [
        msgspec.to_builtins(grant) | {"office_since_fen": _since(several[at:])}
        for at, grant in enumerate(several)
    ]


def _since(grants: list[Grant]) -> int:
    """Return what the office of the first one granted of its kind of help from then on, in fen."""
    first = grants[0]
    return sum(
        one.amount_fen for one in grants if (one.office, one.help) == (first.office, first.help)
    )


def _recognised(facts: PersonFacts) -> list[str]:
    return sorted(
        {
            recognition.recognised
            for one in (facts.case, *facts.others)
            for recognition in one.standing.recognitions
            if recognition.holds(facts.on)
        }
    )


def _allowance_income(facts: PersonFacts) -> int:
    """Return the income a month of the household on the allowance in fen, -1 where there is none."""
    return max(
        (
            one.household.income_fen
            for one in (facts.case, *facts.others)
            if one.programme == "dibao" and one.stage in _SUPPORTED
        ),
        default=-1,
    )


FACTS: Final[dict[str, Callable[[PersonFacts], Any]]] = {
    "applied_programmes": lambda f: _programmes(f, _OPEN),
    "supported_programmes": lambda f: _programmes(f, _SUPPORTED),
    "recognised": _recognised,
    "grants": _grants,
    "allowance_income_fen": _allowance_income,
}
"""Every fact of a person, by the name that clauses know it by."""
