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


class PersonFacts(ManyFacts, Mapping[str, Any]):
    """The facts of the person of a case, worked out as they are asked for.

    Args:
        case: the case at hand.
        others: the person's other cases, as applicant or as covered member of a household.
        on: the day asked about (ISO).
        month: the month asked about (ISO), that of the day where none is given.

    """

    __slots__ = ("case", "month", "on", "others")

    def __init__(self, case: Case, others: Sequence[Case], *, on: str, month: str = "") -> None:
        self.case, self.others, self.on = case, others, on
        self.month = month or on[:7]

    def __getitem__(self, name: str) -> Any:
        return FACTS[name](self)

    def many(self, names: tuple[str, ...], missing: object) -> list[Any]:
        """Return the fact of each name, or what stands for a missing one."""
        return [FACTS[name](self) if name in FACTS else missing for name in names]

    def __iter__(self) -> Iterator[str]:
        return iter(FACTS)

    def __len__(self) -> int:
        return len(FACTS)


def _applied(facts: PersonFacts) -> list[str]:
    return sorted({one.programme for one in facts.others if one.is_waiting})


def _supported(facts: PersonFacts) -> list[str]:
    return sorted({one.programme for one in facts.others if one.is_supported})


def _entitled(facts: PersonFacts) -> list[str]:
    return sorted({one.programme for one in facts.others if one.payable_fen(facts.month) > 0})


def _rostered(facts: PersonFacts) -> list[str]:
    return sorted({one.programme for one in facts.others if facts.month in one.rostered_months})


def _given_up(facts: PersonFacts) -> list[str]:
    """Return the programmes that the person gave up for others and did not choose again since."""
    choices = [choice for one in (facts.case, *facts.others) for choice in one.standing.choices]
    choices.sort(key=lambda choice: choice.chosen_on)
    given_up: set[str] = set()
    for choice in choices:
        if choice.chosen_on <= facts.on:
            given_up = (given_up - {choice.chosen}) | {choice.given_up}
    return sorted(given_up)


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


def _allowances(facts: PersonFacts) -> Iterator[Case]:
    """Yield the cases in which the person has the allowance."""
    for one in (facts.case, *facts.others):
        if one.programme == "dibao" and one.is_supported:
            yield one


def _allowance_per_head(facts: PersonFacts) -> int:
    """Return that income for each covered member in fen, -1 where it is not known."""
    return max((one.household.per_head_fen(facts.on) for one in _allowances(facts)), default=-1)


def _recognitions(facts: PersonFacts) -> list[dict[str, Any]]:
    several = [one for case in (facts.case, *facts.others) for one in case.standing.recognitions]
    several.sort(key=lambda one: (one.granted_on, one.recognised, one.cause))
    return [
        {
            "cause": one.cause,
            "granted_on": one.granted_on,
            "holds": one.holds(facts.on),
            "recognised": one.recognised,
        }
        for one in several
    ]


FACTS: Final[dict[str, Callable[[PersonFacts], Any]]] = {
    "applied_programmes": _applied,
    "supported_programmes": _supported,
    "entitled_programmes": _entitled,
    "rostered_programmes": _rostered,
    "given_up": _given_up,
    "recognised": _recognised,
    "grants": _grants,
    "recognitions": _recognitions,
    "allowance_per_head_fen": _allowance_per_head,
    "allowance_full": lambda f: any(not one.household.income_fen for one in _allowances(f)),
    "allowance_on": lambda f: max((one.decided_on for one in _allowances(f)), default=""),
}
"""Every fact of a person, by the name that clauses know it by."""
