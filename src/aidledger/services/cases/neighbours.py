"""Which cases are about the same person: a rule may ask what somebody holds elsewhere (C17, F026)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from aidledger.domain.casestate import Case
from aidledger.domain.events.household import HouseholdMemberChanged
from aidledger.domain.events.intake import ApplicationSubmitted
from aidledger.domain.events.registry import EntryCorrected
from aidledger.domain.identity import UNKNOWN_PERSON
from aidledger.domain.recorded import Recorded

NAMING_EVENTS: Final = (ApplicationSubmitted, HouseholdMemberChanged, EntryCorrected)
"""The events that may say whose case it is."""
NAMING: Final = tuple(kind.__name__ for kind in NAMING_EVENTS)
"""The types of their entries."""


class Neighbours:
    """The case streams in which each person was ever named: more than are about them, never fewer."""

    def __init__(self, entries: Iterable[Recorded]) -> None:
        self._streams: dict[str, set[str]] = {}
        for entry in entries:
            self.take(entry)

    def take(self, entry: Recorded) -> None:
        """Learn from one more entry."""
        match entry.event:
            case ApplicationSubmitted(applicant=person) | HouseholdMemberChanged(person=person):
                pass
            case EntryCorrected(field="applicant" | "person", value=written):
                person = written.strip('"')
            case _:
                return
        if person != UNKNOWN_PERSON:  # whoever has no number yet is nobody else's namesake
            self._streams.setdefault(person, set()).add(entry.stream)

    def beside(self, case: Case) -> list[str]:
        """Return the other streams that name the person of a case, sorted."""
        return sorted(self._streams.get(case.applicant, set()) - {case.stream})


def about(person: str, case: Case, on: str) -> bool:
    """Whether a case is about a person on a day: the applicant, or a covered member."""
    return case.applicant == person or any(
        member.person == person for member in case.household.covered(on)
    )
