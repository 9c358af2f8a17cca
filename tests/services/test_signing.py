"""A keyed ledger: one request, one actor, one signature; each refusal beside a lawful act."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from tests.services.signed import (
    CLERK_OF,
    HEAD_OF,
    ORIGIN,
    SURVEYOR_OF,
    applied,
    at,
    done,
    key_of,
    last_batch,
    make,
    registry,
)

from aidledger.domain.events.powers import KeyRegistered, KeyRevoked
from aidledger.domain.registry.table import ASSURANCES
from aidledger.interfaces.cli.tree import ASSURANCES as PROMPT
from aidledger.ledger.batch import parse_batch_signature, verify_batch
from aidledger.ledger.checkpoint import checkpoint_text
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.note import Note, sign_note
from aidledger.ledger.receipt import Assurance, parse_receipt
from aidledger.ledger.signing import SeedSigner
from aidledger.services.acts.guarding import acknowledged
from aidledger.services.acts.receipts import SAID, receipt_of
from aidledger.services.acts.recording import record
from aidledger.services.acts.rehearsing import rehearse
from aidledger.services.decoding import recorded_all
from aidledger.services.initialising import create_ledger
from aidledger.services.keys.powers import replay_powers
from aidledger.services.problems import RefusedError, ServiceError
from aidledger.services.session import Session, open_session
from aidledger.services.simulation.running import simulate
from aidledger.store import outcome
from aidledger.store.keyfiles import key_path, keys_path
from aidledger.store.outcome import Committed

# signatures ---------------------------------------------------------------------------------------


def test_a_batch_is_signed_by_its_actor_and_says_so(signed_session: Session) -> None:
    receipt = done(signed_session, applied(), applied(number=2))
    batch, leaves = last_batch(signed_session)
    key = key_of(signed_session, CLERK_OF)

    assert (key.label, ORIGIN, "low") == (receipt.key_id, receipt.origin, receipt.assurance)
    assert key.label == batch.key_id
    assert verify_batch(key, ORIGIN, leaves, parse_batch_signature(batch.signature))


def test_whoever_may_hold_a_key_a_receipt_says_so_and_nothing_else() -> None:
    """One list for the registry, the prompt and the receipts: none can say what another can't."""
    registered = get_args(get_type_hints(KeyRegistered)["assurance"])

    assert ASSURANCES == registered == PROMPT == tuple(SAID)
    assert get_args(Assurance) == tuple(SAID.values())
    for said in SAID.values():
        acknowledged_as = outcome.Receipt(
            cause="c", position=0, count=1, size=1, root="0" * 64,
            recorded_at="2022-01-04T02:31:05.123456Z", leaf_hashes=("0" * 64,), assurance=said,
        )  # fmt: skip
        written = receipt_of(acknowledged_as, origin=ORIGIN).encode()
        assert said == parse_receipt(written).assurance


def test_a_forged_batch_is_told_by_its_signature(signed_session: Session) -> None:
    done(signed_session, applied(), applied(number=2))
    batch, leaves = last_batch(signed_session)
    signed, key = parse_batch_signature(batch.signature), key_of(signed_session, CLERK_OF)

    assert verify_batch(key, ORIGIN, leaves, signed)
    assert not verify_batch(key_of(signed_session, HEAD_OF), ORIGIN, leaves, signed)
    assert not verify_batch(key, ORIGIN, leaves[::-1], signed)
    assert not verify_batch(key, ORIGIN, leaves[:1], signed)
    assert not verify_batch(key, "simulated/520123/8", leaves, signed)
    assert not verify_batch(
        key,
        ORIGIN,
        leaves,
        parse_batch_signature(signed.signature + bytes(7) + b"\x01" + bytes(32)),
    )


def test_every_batch_of_a_signed_county_verifies_and_no_act_was_unlawful(
    signed_session: Session,
) -> None:
    batches = list(signed_session.store.read_batches())
    leaves = [row[6] for row in signed_session.store.read()]
    entries = recorded_all(signed_session.store.read())
    for batch in batches[1:]:
        actor = entries[batch.position].actor
        span = slice(batch.position, batch.position + batch.count)

        assert {actor} == {entry.actor for entry in entries[span]}
        assert verify_batch(
            key_of(signed_session, actor),
            ORIGIN,
            leaves[span],
            parse_batch_signature(batch.signature),
        )
    assert 10 < len(batches)
    assert (None, None) == (batches[0].signature, batches[0].key_id)
    assert () == replay_powers(signed_session).findings


def test_a_batch_names_the_newest_checkpoint_that_the_store_has(signed_session: Session) -> None:
    size, root = signed_session.store.head().size, signed_session.store.head().root
    signer = SeedSigner(ORIGIN, KeyKind.NOTE, bytes(range(32)))
    notes = [
        (checkpoint_text(ORIGIN, size - 1, bytes(32)), size - 1),
        (checkpoint_text(ORIGIN, size, root), size),
        (checkpoint_text("another/log", size, bytes(32)), size),
        (checkpoint_text(ORIGIN, size + 9, bytes(32)), size + 9),
    ]
    for text, of_size in notes:
        note = sign_note(Note(text, ()), signer).encode()
        signed_session.store.add_checkpoint(size=of_size, root=root, note=note)
    signed_session.store.add_checkpoint(size=size, root=root, note=b"hostile")
    done(signed_session, applied())
    batch, leaves = last_batch(signed_session)
    signed = parse_batch_signature(batch.signature)

    assert (size, root) == signed.seen
    assert verify_batch(key_of(signed_session, CLERK_OF), ORIGIN, leaves, signed)
    assert not verify_batch(
        key_of(signed_session, CLERK_OF), ORIGIN, leaves, signed._replace(seen=None)
    )


@pytest.mark.parametrize("engine", ["postgresql"])
def test_the_same_seed_gives_the_same_bytes_on_both_engines(
    engine: str,
    signed_location: str,
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with open_session(signed_location) as session:
        here = [(b.root, b.signature, b.key_id) for b in session.store.read_batches()]
    monkeypatch.setenv("AIDLEDGER_SECRETS", str(tmp_path / f"{engine}.secrets"))
    monkeypatch.setenv("AIDLEDGER_KEYS", str(tmp_path / f"{engine}.keys"))
    url = request.getfixturevalue("postgres_url")
    make(url)
    with open_session(url) as session:
        there = [(b.root, b.signature, b.key_id) for b in session.store.read_batches()]

    assert here == there


# repeated, rehearsed, raced -----------------------------------------------------------------------


def test_a_repeated_request_gets_its_first_receipt_with_its_assurance(
    signed_session: Session, signed_location: str
) -> None:
    first = done(signed_session, applied())
    key_path(keys_path(signed_location), CLERK_OF).unlink()
    with at(signed_location) as later:
        again = record(later, [applied()], cause="c1")
        resolved = acknowledged(later, later.store.resolve("c1"))

    assert Committed(receipt=first, replayed=True) == again == resolved


def test_a_rehearsal_asks_for_power_and_signs_nothing(signed_session: Session) -> None:
    size = signed_session.store.head().size
    with pytest.raises(RefusedError):
        rehearse(signed_session, [applied(SURVEYOR_OF)], cause="r")

    assert 1 == len(rehearse(signed_session, [applied()], cause="r"))
    assert size == signed_session.store.head().size


def test_a_key_revoked_by_another_process_is_noticed_before_the_commit(
    signed_session: Session, signed_location: str
) -> None:
    done(signed_session, applied(), cause="before")
    with at(signed_location) as other:
        size = other.store.head().size
        revoked = KeyRevoked(from_position=size, key=CLERK_OF, reason="compromised")
        done(other, registry(revoked), cause="revoked")
    with pytest.raises(ServiceError, match="is not in force at position"):
        record(signed_session, [applied(number=2)], cause="after")


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
        asked: list[dict[str, Any]] = []
        read_page = session.store.read_page

        def counted(**given: Any) -> Any:
            asked.append(given)
            return read_page(**given)

        session.store.read_page = counted
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
