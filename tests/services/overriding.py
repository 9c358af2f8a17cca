"""An approval against rules that are named, on an office's ledger."""

from __future__ import annotations

import pytest
from tests.domain.people import CASE, COUNTY
from tests.services.conftest import Office
from tests.services.test_recording import investigate, on_case

from aidledger.domain.events.decision import ApplicationApproved
from aidledger.services.problems import RefusedError


def approve_despite(office: Office) -> tuple[list[str], ApplicationApproved]:
    """Approve before the publicity, each rule overridden by name; return these rules, and the act."""
    investigate(office)
    opinion = on_case("ReviewOpinionGiven", "u2", form="decentralised", opinion="approve")
    office.act("2022-01-07", opinion)
    asked = {"form": "decentralised", "from_month": "2022-02", "limb": "age"}
    giving = on_case("ApplicationApproved", "c1", COUNTY, **asked)
    with pytest.raises(RefusedError) as refused:
        office.act("2022-01-08", giving)
    broken = [str(problem.clause) for problem in refused.value.problems]
    despite = [{"clause": c, "reason": "flood", "authority": "county head"} for c in broken]
    office.act("2022-01-08", {**giving, "despite": despite})
    events = [entry.event for entry in office.session.stream(CASE)]
    [approved] = [event for event in events if isinstance(event, ApplicationApproved)]
    return broken, approved
