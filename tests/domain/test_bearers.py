"""One to one: who answers for a person, and when somebody else may (S4-076..S4-079)."""

from __future__ import annotations

import pytest
from tests.domain.test_packs import LIBRARY

from aidledger.domain.case import evolve
from aidledger.domain.casestate import Case
from aidledger.domain.decide import Circumstances, Refused, decide
from aidledger.domain.events.base import Event
from aidledger.domain.events.oversight import BearerAssigned, BearerReleased
from aidledger.domain.proposal import Proposal
from aidledger.domain.recorded import Recorded

STREAM, DAY = "case/520123-2022-000001", "2022-03-01"
FIRST = BearerAssigned(bearer="wang", from_on=DAY, level="village")


def answered_for(*events: Event) -> Case:
    case = Case(stream=STREAM)
    for version, event in enumerate(events, 1):
        entry = Recorded(
            actor="u1",
            effective_on=DAY,
            event=event,
            office="520123001",
            position=version,
            recorded_at=f"{DAY}T01:00:00.000000Z",
            sealed={},
            stream=STREAM,
            version=version,
        )
        case = evolve(case, entry)
    return case


def assigning(case: Case, *, replaces: str | None) -> set[str]:
    """Return the clauses that refuse another bearer."""
    event = BearerAssigned(bearer="he", from_on=DAY, level="township", replaces=replaces)
    proposal = Proposal(
        type="BearerAssigned",
        stream=STREAM,
        event=event,
        effective_on=DAY,
        actor="u1",
        office="520123001",
    )
    given = Circumstances(
        case=case, pack=LIBRARY.resolve("gz-county-2022"), recorded_on=DAY, stream_version=9
    )
    result = decide(proposal, given)
    return {one.clause for one in result.refusals} if isinstance(result, Refused) else set()


@pytest.mark.parametrize(
    ("before", "replaces", "refused"),
    [
        ((), None, set()),
        ((FIRST,), None, {"bearer-one"}),
        ((FIRST,), "feng", {"bearer-one"}),
        ((FIRST,), "wang", set()),
        ((FIRST, BearerReleased(bearer="wang", to_on=DAY)), None, set()),
        ((FIRST, BearerReleased(bearer="feng", to_on=DAY)), None, {"bearer-one"}),
    ],
)
def test_a_second_bearer_is_refused_until_the_first_is_replaced_or_released(
    before: tuple[Event, ...], replaces: str | None, refused: set[str]
) -> None:
    """S4-077, S4-078."""
    assert refused == assigning(answered_for(*before), replaces=replaces)
