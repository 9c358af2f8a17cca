"""The upper rungs bite: a forged decision and a derivation that went wrong are both named."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from tests.domain.people import CASE
from tests.services.conftest import Office
from tests.services.forging import forge
from tests.services.overriding import approve_despite
from tests.services.test_recording import approve

from aidledger.domain.case import evolve
from aidledger.domain.casestate import Case
from aidledger.domain.events.support import EntitlementSet
from aidledger.domain.recorded import Recorded
from aidledger.replay import agreement
from aidledger.services.ladder.deepcheck import deep_check
from aidledger.services.ladder.verifying import verify


def forged(office: Office, **changes: Any) -> int:
    """Write an entitlement straight into the store, past every rule; return its position."""
    stream = office.session.stream(CASE)
    last = next(e for e in reversed(stream) if isinstance(e.event, EntitlementSet))
    assert isinstance(last.event, EntitlementSet)
    assert last.event.decision is not None
    record = msgspec.structs.replace(last.event.decision, **changes)
    event = msgspec.structs.replace(last.event, decision=record, monthly_fen=record.amount_fen or 0)
    return forge(office, CASE, event, record)


def test_an_honest_ledger_stands_on_the_upper_rungs(office: Office) -> None:
    approve(office)
    report = deep_check(office.session)

    assert report.findings == ()
    assert report.decisions == 3
    assert [rung.status for rung in report.rungs] == ["ok"] * 5


def test_a_decision_against_rules_that_were_named_stands(office: Office) -> None:
    broken, _ = approve_despite(office)
    report = deep_check(office.session)

    assert {"approval-after-publicity", "approval-after-submission"} <= set(broken)
    assert (3, ()) == (report.decisions, report.findings)


def test_a_forged_amount_passes_the_bytes_and_is_found_when_the_decision_is_taken_again(
    office: Office,
) -> None:
    approve(office)
    position = forged(office, amount_fen=912800)

    assert verify(office.session).verdict == "unproven"
    found = deep_check(office.session).findings
    assert {(f.code, f.position) for f in found} == {("decision_differs", position)}
    assert {"decision.amount.amount_fen"} == {f.field for f in found}


def test_a_decision_on_facts_that_no_entry_bears_out_is_found(office: Office) -> None:
    approve(office)
    kept = next(
        e.event.decision
        for e in reversed(office.session.stream(CASE))
        if isinstance(e.event, EntitlementSet)
    )
    assert kept is not None
    position = forged(office, facts={**kept.facts, "case.ability": "unable"})

    found = deep_check(office.session).findings
    assert (position, "decision.fact.case.ability") in {(f.position, f.field) for f in found}


def test_a_derivation_that_goes_wrong_is_named_by_case_and_column(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    approve(office)

    def wrong(case: Case, at: Recorded) -> Case:
        return msgspec.structs.replace(evolve(case, at), village="elsewhere")

    monkeypatch.setattr(agreement, "evolve", wrong)
    found = deep_check(office.session).findings

    assert [("model_disagrees", CASE, "case_state.village")] == [
        (f.code, f.stream, f.field) for f in found
    ]
