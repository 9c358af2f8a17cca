"""What events can't carry is found elsewhere: a changed copy, a decision written past the door."""

from __future__ import annotations

from pathlib import Path

import pytest

from aidledger.domain.events.catalog import encode_data
from aidledger.ledger.commitment import person_token
from aidledger.services.adversary.onebyte import tamper_with_copy
from aidledger.services.decisions.redeciding import redecide
from aidledger.services.decoding import recorded_all
from aidledger.services.initialising import create_ledger
from aidledger.services.ladder.verifying import verify
from aidledger.services.session import open_session
from aidledger.services.simulation.irregularities.planting import all_kinds
from aidledger.services.simulation.irregularities.uncarried import UNCARRIED
from aidledger.services.simulation.running import simulate
from aidledger.store.draft import Draft
from aidledger.store.outcome import Committed
from aidledger.store.secrets import load_secrets, secrets_path

RULES = {f"F{number:03}" for number in range(1, 104)}


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A county that has paid for months."""
    location = tmp_path_factory.mktemp("county") / "ledger.sqlite"
    create_ledger(str(location), origin="simulated/520123/1")
    with open_session(str(location)) as session:
        simulate(session, cases=8, months=4, seed=2)
    return location


def test_each_of_the_103_rules_is_planted_or_says_why_not() -> None:
    planted = {kind.rule for kind in all_kinds()}
    planted |= {side.rule for kind in all_kinds() for side in kind.also}
    uncarried = {one.rule for one in UNCARRIED}

    assert set() == planted & uncarried
    assert RULES == planted | uncarried
    assert all(one.note_zh and one.note_en for one in UNCARRIED)


def test_a_person_has_another_token_in_another_ledger(county: Path, tmp_path: Path) -> None:
    """F024: the same number is keyed by each ledger's own pepper, so that no entry of one names the other."""
    location = tmp_path / "ledger.sqlite"
    create_ledger(str(location), origin="simulated/520124/1")
    number = "520123195001010014"
    tokens = {
        person_token(load_secrets(secrets_path(str(one))).pepper, number)
        for one in (county, location)
    }

    assert 2 == len(tokens)


def test_a_changed_amount_breaks_the_chain_of_the_copy(county: Path, tmp_path: Path) -> None:
    """F100: no event says it; the copy's hashes do, at the entry that was changed."""
    copy = tmp_path / "copy.sqlite"
    with open_session(str(county), read_only=True) as session:
        changed = tamper_with_copy(session, county, copy)
        assert not verify(session).findings
    with open_session(str(copy), read_only=True) as session:
        report = verify(session)

    assert report.verdict == "damaged"
    assert changed.position in {finding.position for finding in report.findings}


def test_a_decision_without_a_pinned_rule_is_found_when_it_is_taken_again(county: Path) -> None:
    """F102: the door refuses it, so it is written past the door, straight into the store."""
    with open_session(str(county)) as session:
        approved = recorded_all(session.store.read_types(["ApplicationApproved"]))[0]
        draft = Draft(
            type="ApplicationApproved",
            stream=approved.stream,
            actor=approved.actor,
            office=approved.office,
            effective_on=approved.effective_on,
            data=encode_data(approved.event),
            policy=None,
            sealed=approved.sealed,
            expected_version=session.states.version(approved.stream),
        )
        before = redecide(session, approved.stream)
        written = session.store.append(
            [draft], cause="past-the-door", request_digest=b"0" * 32, now=session.clock.now()
        )
        assert isinstance(written, Committed)
        after = redecide(session, approved.stream)

    assert all(repeated.stands for repeated in before)
    [unpinned] = [one for one in after if one.position == written.receipt.position]
    assert "none" in {one.found for one in unpinned.differences if one.kind == "pack"}
