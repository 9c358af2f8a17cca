"""A keyed ledger: one request, one actor, one signature; each refusal beside a lawful act."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from aidledger.domain.events.powers import KeyRegistered, KeyRevoked
from aidledger.domain.events.registry import RuleOverridden
from aidledger.domain.proposal import Despite, Proposal
from aidledger.ledger.batch import parse_batch_signature, verify_batch
from aidledger.ledger.checkpoint import checkpoint_text
from aidledger.ledger.keys import KeyKind, VerifierKey
from aidledger.ledger.note import Note, sign_note
from aidledger.ledger.signing import SeedSigner
from aidledger.services.clock import SetClock
from aidledger.services.decoding import recorded_all
from aidledger.services.guarding import acknowledged, guard_of
from aidledger.services.initialising import create_ledger
from aidledger.services.powers import replay_powers
from aidledger.services.problems import RefusedError, ServiceError
from aidledger.services.proposals import proposal_of
from aidledger.services.recording import record
from aidledger.services.rehearsing import rehearse
from aidledger.services.session import Session, open_session
from aidledger.services.simulation.places import (
    CLERK,
    COUNTY,
    HEAD,
    SECOND_SURVEYOR,
    SURVEYOR,
    townships,
)
from aidledger.services.simulation.running import simulate
from aidledger.services.simulation.staff import CUSTODIANS, security
from aidledger.store.errors import KeyFileError
from aidledger.store.keyfiles import key_path, keys_path
from aidledger.store.outcome import Committed, Receipt
from aidledger.store.port import StoredBatch

ORIGIN, DAY = "simulated/520123/7", "2022-03-01"
TOWN = townships()[0].code
CLERK_OF, SURVEYOR_OF, HEAD_OF = (f"{TOWN}-{number}" for number in (CLERK, SURVEYOR, HEAD))
VILLAGE = townships()[0].villages[0].code


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Say where a small signed county lies, made once; each test works on a copy."""
    folder = tmp_path_factory.mktemp("signed")
    make(str(folder / "ledger.sqlite"))
    return bytes(folder)


def make(location: str, **asked: Any) -> str:
    create_ledger(location, origin=ORIGIN)
    with open_session(location) as session:
        simulate(session, seed=7, signed=True, **{"cases": 3, "months": 1, **asked})
        return session.store.head().root.hex()


@pytest.fixture
def location(template: bytes, tmp_path: Path) -> str:

    shutil.copytree(template.decode(), tmp_path / "copy", symlinks=True)
    return str(tmp_path / "copy" / "ledger.sqlite")


@pytest.fixture
def session(location: str) -> Iterator[Session]:
    with at(location) as opened:
        yield opened


def at(location: str, **more: Any) -> Any:

    clock = SetClock(datetime.fromisoformat(f"{DAY}T10:00:00+08:00"))
    return open_session(location, clock=clock, **more)


def applied(actor: str = CLERK_OF, number: int = 1, **more: Any) -> Proposal:
    """Return an application, which a township's clerk takes down."""
    return proposal_of(
        {
            "type": "ApplicationSubmitted",
            "stream": f"case/{COUNTY}-2022-9{number:05d}",
            "actor": actor,
            "office": TOWN,
            "effective_on": DAY,
            "data": {
                "area": "rural",
                "birth_on": "1949-12-31",
                "route": "self",
                "township": TOWN,
                "village": VILLAGE,
            },
            **more,
        }
    )


def registry(event: Any, actor: str = "", office: str = COUNTY) -> Proposal:
    return Proposal(
        type=type(event).__name__,
        stream=f"registry/{COUNTY}",
        event=event,
        effective_on=DAY,
        actor=actor or security().actor,
        office=office,
    )


def done(session: Session, *proposals: Proposal, cause: str = "c1") -> Receipt:
    outcome = record(session, proposals, cause=cause)
    assert isinstance(outcome, Committed), outcome
    return outcome.receipt


def last_batch(session: Session) -> tuple[StoredBatch, list[bytes]]:
    batch = list(session.store.read_batches())[-1]
    return batch, [row[6] for row in session.store.read(batch.position)]


def key_of(session: Session, actor: str) -> VerifierKey:
    guard = guard_of(session)
    assert guard is not None
    found = guard.registry.key(actor)
    assert found is not None
    return VerifierKey(name=actor, kind=KeyKind.BATCH, public=bytes.fromhex(found.public_key))


# signatures ---------------------------------------------------------------------------------------


def test_a_batch_is_signed_by_its_actor_and_says_so(session: Session) -> None:
    receipt = done(session, applied(), applied(number=2))
    batch, leaves = last_batch(session)
    key = key_of(session, CLERK_OF)

    assert (key.label, ORIGIN, "low") == (receipt.key_id, receipt.origin, receipt.assurance)
    assert key.label == batch.key_id
    assert verify_batch(key, ORIGIN, leaves, parse_batch_signature(batch.signature))


def test_a_forged_batch_is_told_by_its_signature(session: Session) -> None:
    done(session, applied(), applied(number=2))
    batch, leaves = last_batch(session)
    signed, key = parse_batch_signature(batch.signature), key_of(session, CLERK_OF)

    assert verify_batch(key, ORIGIN, leaves, signed)
    assert not verify_batch(key_of(session, HEAD_OF), ORIGIN, leaves, signed)
    assert not verify_batch(key, ORIGIN, leaves[::-1], signed)
    assert not verify_batch(key, ORIGIN, leaves[:1], signed)
    assert not verify_batch(key, "simulated/520123/8", leaves, signed)
    assert not verify_batch(
        key,
        ORIGIN,
        leaves,
        parse_batch_signature(signed.signature + bytes(7) + b"\x01" + bytes(32)),
    )


def test_every_batch_of_a_signed_county_verifies_and_no_act_was_unlawful(session: Session) -> None:
    batches = list(session.store.read_batches())
    leaves = [row[6] for row in session.store.read()]
    entries = recorded_all(session.store.read())
    for batch in batches[1:]:
        actor = entries[batch.position].actor
        span = slice(batch.position, batch.position + batch.count)

        assert {actor} == {entry.actor for entry in entries[span]}
        assert verify_batch(
            key_of(session, actor), ORIGIN, leaves[span], parse_batch_signature(batch.signature)
        )
    assert 10 < len(batches)
    assert (None, None) == (batches[0].signature, batches[0].key_id)
    assert () == replay_powers(session).findings


def test_a_batch_names_the_newest_checkpoint_that_the_store_has(session: Session) -> None:
    size, root = session.store.head().size, session.store.head().root
    signer = SeedSigner(ORIGIN, KeyKind.NOTE, bytes(range(32)))
    notes = [
        (checkpoint_text(ORIGIN, size - 1, bytes(32)), size - 1),
        (checkpoint_text(ORIGIN, size, root), size),
        (checkpoint_text("another/log", size, bytes(32)), size),
        (checkpoint_text(ORIGIN, size + 9, bytes(32)), size + 9),
    ]
    for text, of_size in notes:
        note = sign_note(Note(text, ()), signer).encode()
        session.store.add_checkpoint(size=of_size, root=root, note=note)
    session.store.add_checkpoint(size=size, root=root, note=b"hostile")
    done(session, applied())
    batch, leaves = last_batch(session)
    signed = parse_batch_signature(batch.signature)

    assert (size, root) == signed.seen
    assert verify_batch(key_of(session, CLERK_OF), ORIGIN, leaves, signed)
    assert not verify_batch(key_of(session, CLERK_OF), ORIGIN, leaves, signed._replace(seen=None))


@pytest.mark.parametrize("engine", ["postgresql"])
def test_the_same_seed_gives_the_same_bytes_on_both_engines(
    engine: str,
    location: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with open_session(location) as session:
        here = [(b.root, b.signature, b.key_id) for b in session.store.read_batches()]
    monkeypatch.setenv("AIDLEDGER_SECRETS", str(tmp_path / f"{engine}.secrets"))
    monkeypatch.setenv("AIDLEDGER_KEYS", str(tmp_path / f"{engine}.keys"))
    url = request.getfixturevalue("postgres_url")
    make(url)
    with open_session(url) as session:
        there = [(b.root, b.signature, b.key_id) for b in session.store.read_batches()]

    assert here == there


# refusals -----------------------------------------------------------------------------------------


def test_a_request_of_several_actors_is_refused(session: Session) -> None:
    size = session.store.head().size
    with pytest.raises(RefusedError) as refused:
        record(session, [applied(), applied(HEAD_OF, 2)], cause="two")

    assert ["several_actors"] == [problem.code for problem in refused.value.problems]
    assert size == session.store.head().size
    assert size + 2 == done(session, applied(), applied(number=2)).size


def test_who_lacks_the_power_is_refused_with_the_rule(session: Session) -> None:
    size = session.store.head().size
    with pytest.raises(RefusedError) as refused:
        record(session, [applied(SURVEYOR_OF)], cause="surveyor")
    (problem,) = refused.value.problems

    assert ("power_missing", "apply", 1) == (problem.code, problem.clause, problem.line)
    assert problem.citation
    assert "乡镇" in problem.text_zh
    assert "township" in problem.text_en
    assert size == session.store.head().size
    assert size + 1 == done(session, applied()).size


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


def test_a_fact_too_is_refused_where_a_duty_is_broken_unless_it_is_named(session: Session) -> None:
    done(session, applied(), cause="applied")
    clerk = {"type": "ApplicationAccepted", "actor": CLERK_OF, "office": TOWN, "effective_on": DAY}
    done(
        session,
        proposal_of({**clerk, "stream": f"case/{COUNTY}-2022-900001", "data": {}}),
        cause="a",
    )
    with pytest.raises(RefusedError) as refused:
        record(session, [survey(SURVEYOR_OF)], cause="alone")
    (problem,) = refused.value.problems
    despite = [Despite(authority="head", clause=problem.clause, reason="flood")]
    named = msgspec.structs.replace(survey(SURVEYOR_OF), despite=tuple(despite))
    receipt = done(session, named, cause="named")
    found = replay_powers(session).findings

    assert ("duty_s1", "s1-two-investigators") == (problem.code, problem.clause)
    assert 2 == receipt.count
    assert isinstance(recorded_all(session.store.read(receipt.position))[0].event, RuleOverridden)
    assert [("duty_s1", True)] == [(one.code, one.overridden) for one in found]


def test_a_survey_by_two_needs_no_leave(session: Session) -> None:
    done(session, applied(), cause="applied")
    second = f"{TOWN}-{SECOND_SURVEYOR}"
    lawful = survey(SURVEYOR_OF, second)

    assert 1 == done(session, lawful, cause="two").count


def test_a_missing_power_can_not_be_waived(session: Session) -> None:
    despite = (Despite(authority="head", clause="apply", reason="haste"),)
    with pytest.raises(RefusedError) as refused:
        record(session, [msgspec.structs.replace(applied(SURVEYOR_OF), despite=despite)], cause="w")

    assert "power_missing" in {problem.code for problem in refused.value.problems}


def test_an_actor_without_a_key_can_record_nothing(session: Session) -> None:
    with pytest.raises(ServiceError, match="nobody: no key is registered") as refused:
        record(session, [applied("nobody")], cause="nobody")

    assert 12 == refused.value.exit_code


def test_a_key_that_is_not_at_hand_signs_nothing_until_it_is_brought_back(
    session: Session, location: str, tmp_path: Path
) -> None:
    path = key_path(keys_path(location), CLERK_OF)
    away = path.rename(tmp_path / "away.key")
    with pytest.raises(ServiceError, match="is not at hand"):
        record(session, [applied()], cause="c1")
    away.rename(path)
    with at(location) as again:
        assert done(again, applied()).key_id.startswith(f"{CLERK_OF}+")


def test_a_key_open_to_others_is_refused(session: Session, location: str) -> None:
    key_path(keys_path(location), CLERK_OF).chmod(0o644)

    with pytest.raises(KeyFileError, match="expected mode 0600"):
        record(session, [applied()], cause="c1")


def test_another_key_under_the_name_of_a_registered_one_signs_nothing(
    session: Session, location: str
) -> None:
    key_path(keys_path(location), CLERK_OF).unlink()
    session.keyring.make(CLERK_OF, bytes(32))

    with pytest.raises(ServiceError, match="is not at hand"):
        record(session, [applied()], cause="c1")


def test_a_revoked_key_signs_nothing_and_a_new_one_does(session: Session) -> None:
    done(session, applied(), cause="before")
    at_now = session.store.head().size
    revoked = KeyRevoked(from_position=at_now, key=CLERK_OF, reason="replaced")
    receipt = done(session, registry(revoked), cause="revoked")
    with pytest.raises(ServiceError, match="is not in force at position"):
        record(session, [applied(number=2)], cause="after")
    key = session.keyring.make(f"{CLERK_OF}.2", b"\x07" * 32)
    new = KeyRegistered(
        algorithm="ed25519",
        assurance="file",
        key=key.name,
        owner=CLERK_OF,
        public_key=key.public.hex(),
        registrar=security().actor,
    )
    done(session, registry(new), cause="registered")
    again = done(session, applied(number=2), cause="after")

    assert receipt.key_id.startswith(f"{security().actor}+")
    assert (key.label, "file") == (again.key_id, again.assurance)
    assert () == replay_powers(session).findings


def test_nobody_registers_a_key_for_themselves(session: Session) -> None:
    key = session.keyring.make("mine", b"\x07" * 32)
    own = KeyRegistered(
        algorithm="ed25519",
        assurance="file",
        key=key.name,
        owner=security().actor,
        public_key=key.public.hex(),
        registrar=security().actor,
    )
    with pytest.raises(RefusedError) as refused:
        record(session, [registry(own)], cause="own")
    by = CUSTODIANS[0]
    other = msgspec.structs.replace(own, registrar=by.actor)

    assert ["duty_s10"] == [problem.code for problem in refused.value.problems]
    assert 1 == done(session, registry(other, by.actor, by.office), cause="other").count


# repeated, rehearsed, raced -----------------------------------------------------------------------


def test_a_repeated_request_gets_its_first_receipt_with_its_assurance(
    session: Session, location: str
) -> None:
    first = done(session, applied())
    key_path(keys_path(location), CLERK_OF).unlink()
    with at(location) as later:
        again = record(later, [applied()], cause="c1")
        resolved = acknowledged(later, later.store.resolve("c1"))

    assert Committed(receipt=first, replayed=True) == again == resolved


def test_a_rehearsal_asks_for_power_and_signs_nothing(session: Session) -> None:
    size = session.store.head().size
    with pytest.raises(RefusedError):
        rehearse(session, [applied(SURVEYOR_OF)], cause="r")

    assert 1 == len(rehearse(session, [applied()], cause="r"))
    assert size == session.store.head().size


def test_a_key_revoked_by_another_process_is_noticed_before_the_commit(
    session: Session, location: str
) -> None:
    done(session, applied(), cause="before")
    with at(location) as other:
        size = other.store.head().size
        revoked = KeyRevoked(from_position=size, key=CLERK_OF, reason="compromised")
        done(other, registry(revoked), cause="revoked")
    with pytest.raises(ServiceError, match="is not in force at position"):
        record(session, [applied(number=2)], cause="after")


def test_a_ledger_without_keys_records_as_ever(tmp_path: Path) -> None:
    location = str(tmp_path / "plain.sqlite")
    create_ledger(location, origin=ORIGIN)
    with at(location) as session:
        simulate(session, cases=1, months=1, seed=7)
    with at(location) as session:
        receipt = done(session, applied("anybody"), applied("somebody", 2))
        batch, _ = last_batch(session)

    assert ("", "low", ORIGIN) == (receipt.key_id, receipt.assurance, receipt.origin)
    assert (None, None) == (batch.signature, batch.key_id)
    assert not keys_path(location).exists()


def test_nothing_is_asked_of_the_store_again_where_no_key_is_registered(tmp_path: Path) -> None:
    location = str(tmp_path / "plain.sqlite")
    create_ledger(location, origin=ORIGIN)
    with at(location) as session:
        asked: list[object] = []
        read_page = session.store.read_page

        def counted(**given: Any) -> Any:
            asked.append(given)
            return read_page(**given)

        session.store.read_page = counted  # type: ignore[method-assign]
        simulate(session, cases=1, months=1, seed=7)

    assert 2 >= sum(1 for given in asked if given.get("types") == ("KeyRegistered",))


def test_a_signed_county_may_hold_what_was_planted_in_it(tmp_path: Path) -> None:
    location = str(tmp_path / "planted.sqlite")
    make(location, cases=12, months=4, irregularities=tmp_path / "planted.json")
    with at(location) as session:
        batches = list(session.store.read_batches())
        found = {one.code for one in replay_powers(session).findings}

    assert all(batch.signature for batch in batches[1:])
    assert found
