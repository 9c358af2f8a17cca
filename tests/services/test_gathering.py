"""A log over the counties' logs: what is gathered follows from what was, and a forged entry is found."""

from __future__ import annotations

import base64
from datetime import date
from pathlib import Path

import pytest
from tests.ledger import parties
from tests.ledger.signers import signer
from tests.lone import ALONE
from tests.services.conftest import Office

from aidledger.domain.events.base import Event
from aidledger.domain.events.gathered import (
    CheckpointContradicted,
    CheckpointGathered,
    CountyLogTrusted,
)
from aidledger.ledger.keys import VerifierKey
from aidledger.ledger.note import Note
from aidledger.ledger.proof import consistency_proof
from aidledger.ledger.witnessing import Request
from aidledger.services.acts.recording import record
from aidledger.services.acts.who import Who
from aidledger.services.generations.rebuilding import read_model
from aidledger.services.ladder.verifying import verify
from aidledger.services.problems import ServiceError
from aidledger.services.provinces.gatheredcheck import gathered, gathered_findings
from aidledger.services.provinces.gathering import ContradictedError, gather, trust_county
from aidledger.store.outcome import Committed

KEEPER = Who(actor="c0", office="520123", on="2022-01-01")
STREAM = "log/520124"
FORK = bytes(range(32))


def request(old: int, size: int, *, root: bytes | None = None) -> bytes:
    """What the county's operator sends: its checkpoint of a size, proven from an old one."""
    note = parties.checkpoint(size, root=root)
    proof = tuple(consistency_proof(parties.LEAVES[:size], old)) if 0 < old < size else ()
    return Request(old_size=old, proof=proof, note=note).encode()


def trusted(office: Office, *keys: VerifierKey) -> None:
    """The province trusts the county's log."""
    done = trust_county(office.session, "520124", list(keys or (parties.LOG.key,)), by=KEEPER)

    assert isinstance(done, Committed)


def taken(office: Office, data: bytes) -> bool:
    """Whether a checkpoint is gathered."""
    return isinstance(gather(office.session, "520124", data, by=KEEPER), Committed)


def forge(office: Office, event: Event, stream: str = STREAM) -> int:
    """Record an entry past all that is asked; return its position."""
    said = KEEPER.says(stream, event)
    head = office.session.store.head().size

    assert isinstance(record(office.session, [said], cause=f"forged-{head}"), Committed)
    return head


def entry(old: int, size: int, *, note: Note | None = None) -> CheckpointGathered:
    """The entry of a checkpoint that extends an old one."""
    proof = consistency_proof(parties.LEAVES[:size], old) if 0 < old < size else []
    note = note or parties.checkpoint(size)
    return CheckpointGathered(
        extends=old,
        note=base64.b64encode(note.encode()).decode(),
        proof=tuple(one.hex() for one in proof),
        root=parties.ROOTS[size].hex(),
        size=size,
    )


def test_a_county_s_checkpoints_are_kept_as_long_as_each_extends_the_last(office: Office) -> None:
    """S4-117: who supervises has something to hold a county's log against."""
    trusted(office)

    assert taken(office, request(0, 5))
    assert taken(office, request(5, 12))
    assert taken(office, request(5, 12)), "sent again: the same receipt"
    assert [5, 12] == [one.size for one in gathered(office.session.store, STREAM).roots]
    assert [] == list(gathered_findings(office.session.store))
    columns, rows = read_model(office.session, "county_logs")
    row = dict(zip(columns, rows[0], strict=True))
    assert (12, parties.ROOTS[12].hex(), 2, 0) == (
        *(row["size"], row["root"]),
        *(row["checkpoints"], row["contradictions"]),
    )


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (request(0, 12), "expected a proof from the 5 entries"),
        (request(3, 12), "expected a proof from the 5 entries"),
        (request(0, 4), "expected a checkpoint of 5 entries or more, found one of 4"),
        (request(9, 4), "expected a checkpoint of 5 entries or more, found one of 4"),
        (request(5, 12, root=FORK), "root"),
        (b"old 5\n", "request"),
        (request(5, 12).replace(parties.LOG.key.name.encode(), b"another.example"), "another"),
        (request(5, 12)[:-9] + b"AAAAAAA=\n", "signature"),
    ],
)
def test_what_does_not_extend_it_is_refused_and_nothing_is_recorded(
    office: Office, data: bytes, said: str
) -> None:
    trusted(office)
    taken(office, request(0, 5))
    before = office.session.store.head()

    with pytest.raises(ServiceError, match=said):
        taken(office, data)
    assert before == office.session.store.head()


def test_two_roots_at_one_size_are_recorded_with_both_notes(office: Office) -> None:
    trusted(office)
    taken(office, request(0, 5))
    taken(office, request(5, 12))

    for _ in range(2):  # told again, recorded once
        with pytest.raises(ContradictedError, match="two roots at 5 entries"):
            taken(office, request(0, 5, root=FORK))
    assert [] == list(gathered_findings(office.session.store))
    columns, rows = read_model(office.session, "county_logs")
    assert 1 == rows[0][columns.index("contradictions")]


def test_a_county_that_is_late_shows_by_how_many_days(office: Office) -> None:
    trusted(office)

    def waited(day: str) -> object:
        columns, rows = read_model(office.session, "county_logs", as_of=date.fromisoformat(day))
        return rows[0][columns.index("days_since")]

    assert 9 == waited("2022-01-10"), "its keys are known, and it showed nothing yet"
    taken(office, request(0, 5))
    assert (0, 31) == (waited("2022-01-01"), waited("2022-02-01"))


def test_only_one_log_of_known_keys_stands_for_a_county(office: Office) -> None:
    with pytest.raises(ServiceError, match="expected a county whose log is trusted"):
        taken(office, request(0, 5))
    with pytest.raises(ServiceError, match="expected keys of one log"):
        trusted(office, parties.LOG.key, signer("another.example").key)
    trusted(office)
    with pytest.raises(ServiceError, match=r"another\.example"):
        trusted(office, signer("another.example").key)


def test_a_log_is_gathered_for_one_county(office: Office) -> None:
    """Two streams of one log could each grow in another way, and neither would contradict itself."""
    trusted(office)
    twin = [parties.LOG.key]
    assert isinstance(trust_county(office.session, "520125", twin, by=KEEPER), Committed)
    taken(office, request(0, 5))
    with pytest.raises(ServiceError, match="expected a log of its own, found that of 520124"):
        gather(office.session, "520125", request(0, 12), by=KEEPER)
    with pytest.raises(ServiceError, match="expected a log of its own, found that of 520124"):
        trust_county(office.session, "520126", twin, by=KEEPER)
    assert [] == list(gathered_findings(office.session.store))


@pytest.mark.parametrize("county", ["520125", "520124"])
def test_two_histories_of_one_log_in_two_streams_are_found_by_both_verifiers(
    office: Office, county: str
) -> None:
    trusted(office)
    taken(office, request(0, 5))
    again = CountyLogTrusted(
        county=county, origin=parties.LOG.key.name, vkeys=(parties.LOG.key.vkey(),)
    )
    at = forge(office, again, "log/520125")
    forge(office, entry(0, 12), "log/520125")

    wrong = {("gathered_false", at + 1)} | ({("gathered_false", at)} if county in STREAM else set())
    assert wrong == {(one.code, one.position) for one in verify(office.location).findings}
    if "://" not in office.location:
        found = ALONE.verify_ledger(Path(office.location), ALONE.Outside(None, {})).findings
        assert wrong == {(one["code"], one["position"]) for one in found}


def test_a_new_key_takes_the_place_of_the_old_one(office: Office) -> None:
    trusted(office)
    taken(office, request(0, 5))
    trusted(office, signer(parties.LOG.key.name, number=1).key)

    with pytest.raises(ServiceError, match="signature"):
        taken(office, request(5, 12))


@pytest.mark.parametrize(
    "event",
    [
        pytest.param(entry(0, 12), id="passes over what was gathered"),
        pytest.param(entry(5, 12, note=parties.checkpoint(12, root=FORK)), id="another note"),
        pytest.param(
            CheckpointContradicted(
                note=base64.b64encode(parties.checkpoint(5).encode()).decode(),
                root=parties.ROOTS[5].hex(),
                size=5,
            ),
            id="no contradiction",
        ),
        pytest.param(
            CountyLogTrusted(
                county="520124",
                origin="another.example",
                vkeys=(signer("another.example").key.vkey(),),
            ),
            id="another log",
        ),
    ],
)
def test_an_entry_that_does_not_follow_is_found_by_both_verifiers(
    office: Office, event: Event
) -> None:
    trusted(office)
    taken(office, request(0, 5))
    at = forge(office, event)
    report = verify(office.location)

    assert ("gathered_false", at) in {(one.code, one.position) for one in report.findings}
    assert "damaged" == report.verdict
    if "://" not in office.location:
        found = ALONE.verify_ledger(Path(office.location), ALONE.Outside(None, {})).findings
        assert ("gathered_false", at) in {(one["code"], one["position"]) for one in found}
