"""What a keyed ledger refuses, each beside a lawful act that it records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.services.signed import (
    CLERK_OF,
    DAY,
    HEAD_OF,
    SURVEYOR_OF,
    TOWN,
    applied,
    at,
    done,
    registry,
    stated,
)

from aidledger.domain.events.powers import KeyRegistered, KeyRevoked
from aidledger.domain.events.registry import RuleOverridden
from aidledger.domain.proposal import Despite, Proposal
from aidledger.services.acts.proposals import proposal_of
from aidledger.services.acts.recording import record
from aidledger.services.decoding import recorded_all
from aidledger.services.keys.powers import replay_powers
from aidledger.services.problems import RefusedError, ServiceError
from aidledger.services.session import Session
from aidledger.services.simulation.places import (
    COUNTY,
    SECOND_SURVEYOR,
)
from aidledger.services.simulation.staff import CUSTODIANS, security
from aidledger.store.errors import KeyFileError
from aidledger.store.keyfiles import key_path, keys_path

# refusals -----------------------------------------------------------------------------------------


def test_a_request_of_several_actors_is_refused(signed_session: Session) -> None:
    size = signed_session.store.head().size
    with pytest.raises(RefusedError) as refused:
        record(signed_session, [applied(), applied(HEAD_OF, 2)], cause="two")

    assert ["several_actors"] == [problem.code for problem in refused.value.problems]
    assert size == signed_session.store.head().size
    assert size + 2 == done(signed_session, applied(), applied(number=2)).size


def test_who_lacks_the_power_is_refused_with_the_rule(signed_session: Session) -> None:
    size = signed_session.store.head().size
    with pytest.raises(RefusedError) as refused:
        record(signed_session, [applied(SURVEYOR_OF)], cause="surveyor")
    (problem,) = refused.value.problems

    assert ("power_missing", "apply", 1) == (problem.code, problem.clause, problem.line)
    assert problem.citation
    assert "乡镇" in problem.text_zh
    assert "township" in problem.text_en
    assert size == signed_session.store.head().size
    assert size + 1 == done(signed_session, applied()).size


def survey(*investigators: str, **more: Any) -> Proposal:
    """Return a survey: a fact, which two persons make."""
    return proposal_of(
        {
            "type": "HouseholdSurveyed",
            "stream": f"case/{COUNTY}-2022-900001",
            "actor": SURVEYOR_OF,
            "office": TOWN,
            "effective_on": DAY,
            "data": {
                "has_income": False,
                "investigators": list(investigators),
                "property_within_limit": True,
                "signed": True,
            },
            **more,
        }
    )


def test_a_fact_too_is_refused_where_a_duty_is_broken_unless_it_is_named(
    signed_session: Session,
) -> None:
    done(signed_session, applied(), stated(), cause="applied")
    clerk = {"type": "ApplicationAccepted", "actor": CLERK_OF, "office": TOWN, "effective_on": DAY}
    done(
        signed_session,
        proposal_of({**clerk, "stream": f"case/{COUNTY}-2022-900001", "data": {}}),
        cause="a",
    )
    with pytest.raises(RefusedError) as refused:
        record(signed_session, [survey(SURVEYOR_OF)], cause="alone")
    (problem,) = refused.value.problems
    despite = [Despite(authority="head", clause=problem.clause, reason="flood")]
    named = msgspec.structs.replace(survey(SURVEYOR_OF), despite=tuple(despite))
    receipt = done(signed_session, named, cause="named")
    found = replay_powers(signed_session).findings

    assert ("duty_s1", "s1-two-investigators") == (problem.code, problem.clause)
    assert 2 == receipt.count
    assert isinstance(
        recorded_all(signed_session.store.read(receipt.position))[0].event, RuleOverridden
    )
    assert [("duty_s1", True)] == [(one.code, one.overridden) for one in found]


def test_a_survey_by_two_needs_no_leave(signed_session: Session) -> None:
    done(signed_session, applied(), cause="applied")
    second = f"{TOWN}-{SECOND_SURVEYOR}"
    lawful = survey(SURVEYOR_OF, second)

    assert 1 == done(signed_session, lawful, cause="two").count


def test_a_missing_power_can_not_be_waived(signed_session: Session) -> None:
    despite = (Despite(authority="head", clause="apply", reason="haste"),)
    with pytest.raises(RefusedError) as refused:
        record(
            signed_session,
            [msgspec.structs.replace(applied(SURVEYOR_OF), despite=despite)],
            cause="w",
        )

    assert "power_missing" in {problem.code for problem in refused.value.problems}


def test_an_actor_without_a_key_can_record_nothing(signed_session: Session) -> None:
    with pytest.raises(ServiceError, match="nobody: no key is registered") as refused:
        record(signed_session, [applied("nobody")], cause="nobody")

    assert 12 == refused.value.exit_code


def test_a_key_that_is_not_at_hand_signs_nothing_until_it_is_brought_back(
    signed_session: Session, signed_location: str, tmp_path: Path
) -> None:
    path = key_path(keys_path(signed_location), CLERK_OF)
    away = path.rename(tmp_path / "away.key")
    with pytest.raises(ServiceError, match="is not at hand"):
        record(signed_session, [applied()], cause="c1")
    away.rename(path)
    with at(signed_location) as again:
        assert done(again, applied()).key_id.startswith(f"{CLERK_OF}+")


def test_a_key_open_to_others_is_refused(signed_session: Session, signed_location: str) -> None:
    key_path(keys_path(signed_location), CLERK_OF).chmod(0o644)

    with pytest.raises(KeyFileError, match="expected mode 0600"):
        record(signed_session, [applied()], cause="c1")


def test_another_key_under_the_name_of_a_registered_one_signs_nothing(
    signed_session: Session, signed_location: str
) -> None:
    key_path(keys_path(signed_location), CLERK_OF).unlink()
    signed_session.keyring.make(CLERK_OF, bytes(32))

    with pytest.raises(ServiceError, match="is not at hand"):
        record(signed_session, [applied()], cause="c1")


def test_a_revoked_key_signs_nothing_and_a_new_one_does(signed_session: Session) -> None:
    done(signed_session, applied(), cause="before")
    at_now = signed_session.store.head().size
    revoked = KeyRevoked(from_position=at_now, key=CLERK_OF, reason="replaced")
    receipt = done(signed_session, registry(revoked), cause="revoked")
    with pytest.raises(ServiceError, match="is not in force at position"):
        record(signed_session, [applied(number=2)], cause="after")
    key = signed_session.keyring.make(f"{CLERK_OF}.2", b"\x07" * 32)
    new = KeyRegistered(
        algorithm="ed25519",
        assurance="file",
        key=key.name,
        owner=CLERK_OF,
        public_key=key.public.hex(),
        registrar=security().actor,
    )
    done(signed_session, registry(new), cause="registered")
    again = done(signed_session, applied(number=2), cause="after")

    assert receipt.key_id.startswith(f"{security().actor}+")
    assert (key.label, "file") == (again.key_id, again.assurance)
    assert () == replay_powers(signed_session).findings


def test_nobody_registers_a_key_for_themselves(signed_session: Session) -> None:
    key = signed_session.keyring.make("mine", b"\x07" * 32)
    own = KeyRegistered(
        algorithm="ed25519",
        assurance="file",
        key=key.name,
        owner=security().actor,
        public_key=key.public.hex(),
        registrar=security().actor,
    )
    with pytest.raises(RefusedError) as refused:
        record(signed_session, [registry(own)], cause="own")
    by = CUSTODIANS[0]
    other = msgspec.structs.replace(own, registrar=by.actor)

    assert ["duty_s10"] == [problem.code for problem in refused.value.problems]
    assert 1 == done(signed_session, registry(other, by.actor, by.office), cause="other").count
