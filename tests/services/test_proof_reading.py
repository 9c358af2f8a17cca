"""Proofs read together: one log, one history, and nothing that was not proven counts."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.ledger.parties import POLICY, RECORDS, checkpoint
from tests.services.witnessed import keep_checkpoint, policy_text
from tests.store.drafts import drafts, record

from aidledger.ledger.checkpoint import parse_checkpoint
from aidledger.ledger.proof import inclusion_proof
from aidledger.ledger.receipt import Receipt
from aidledger.ledger.tlog_proof import TlogProof, parse_proof
from aidledger.ledger.tree import leaf_hash
from aidledger.ledger.trust import parse_policy
from aidledger.services.proofs.bundle import Files, entry_files
from aidledger.services.proofs.reading import check_files
from aidledger.store.opening import create

ORIGIN, OTHER = "example.com/520123", "example.com/other"
BOTH = parse_policy(
    b"".join(
        line + b"\n"
        for line in dict.fromkeys(
            (policy_text(ORIGIN).split(b"\n")[0] + b"\n" + policy_text(OTHER)).splitlines()
        )
    )
)


def proven(folder: Path, position: int, *, origin: str = ORIGIN, streams: int = 7) -> Files:
    """Return the files of one entry of a log of 20."""
    store = create(folder / "ledger.sqlite", origin=origin)
    record(store, drafts(20, streams=streams))
    keep_checkpoint(store)
    files = entry_files(store, position)
    store.close()
    return files


def renamed(files: Files, name: str) -> Files:
    return {f"{name}-{old}": data for old, data in files.items()}


@pytest.fixture
def places(tmp_path: Path) -> list[Path]:
    made = [tmp_path / name for name in "ab"]
    for one in made:
        one.mkdir()
    return made


def test_two_histories_of_one_log_are_not_read_as_one(places: list[Path]) -> None:
    first, second = proven(places[0], 9), proven(places[1], 9, streams=4)

    answers = check_files({**renamed(first, "a"), **renamed(second, "b")}, BOTH)

    assert ["proven", "refused"] == [answer.status for answer in answers]
    assert "two histories" in answers[1].why


def test_proofs_of_two_logs_are_not_mixed(places: list[Path]) -> None:
    first, second = proven(places[0], 9), proven(places[1], 3, origin=OTHER)

    answers = check_files({**renamed(first, "a"), **renamed(second, "b")}, BOTH)

    assert ["proven", "refused"] == [answer.status for answer in answers]
    assert "another log" in answers[1].why
    assert ["proven"] == [answer.status for answer in check_files(second, BOTH)]


def test_one_entry_is_for_one_proof(places: list[Path]) -> None:
    first, second = proven(places[0], 9), proven(places[1], 3)
    entry = first["entry-9.record"]

    alone = check_files({"x": first["entry-9.tlog-proof"]}, BOTH, entry=entry)
    both = check_files({**first, **second}, BOTH, entry=entry)

    assert ["proven"] == [answer.status for answer in alone]
    assert {"refused"} == {answer.status for answer in both}


def test_an_entry_that_nothing_proves_is_refused_in_whatever_company(places: list[Path]) -> None:
    files, stranger = proven(places[0], 9), proven(places[1], 3, streams=4)

    answers = check_files({**files, "entry-3.record": stranger["entry-3.record"]}, BOTH)

    assert [("entry-9.tlog-proof", "proven"), ("entry-3.record", "refused")] == [
        (answer.file, answer.status) for answer in answers
    ]
    assert [] == check_files({"entry-3.record": stranger["entry-3.record"]}, BOTH)


def test_a_receipt_is_redeemed_by_the_proofs_beside_it(places: list[Path]) -> None:
    files, other = proven(places[0], 9), proven(places[1], 3, streams=4)

    log = parse_checkpoint(parse_proof(files["entry-9.tlog-proof"]).checkpoint.text)

    def receipt(position: int, record: bytes) -> bytes:
        return Receipt(
            assurance="low",
            cause="c",
            position=position,
            count=1,
            size=log.size,
            root=log.root.hex(),
            recorded_at="2022-01-04T02:31:05.123456Z",
            leaf_hashes=(leaf_hash(record).hex(),),
            origin=ORIGIN,
        ).encode()

    kept, lost = receipt(9, files["entry-9.record"]), receipt(3, other["entry-3.record"])

    answers = check_files({**files, "kept.json": kept, "lost.json": lost}, BOTH)

    assert [("entry", "proven"), ("receipt", "proven"), ("receipt", "refused")] == [
        (answer.what, answer.status) for answer in answers
    ]
    assert "entry 3: no proof was given" == answers[2].why


@settings(max_examples=100)
@given(
    st.binary(max_size=200),
    st.sampled_from(
        [b"", b"c2sp.org/tlog-proof@v1\n", b'{"$proof":"aidledger/case-proof/', b'{"$type":"',
         b'{"$proof":"aidledger/payment-proof/v1",']
    ),
)  # fmt: skip
def test_any_bytes_are_refused(data: bytes, beginning: bytes) -> None:
    answers = check_files({"x.tlog-proof": beginning + data, "x.record": data}, POLICY)

    assert {"refused"} >= {answer.status for answer in answers}


def test_a_record_that_is_no_entry_is_refused_though_proven() -> None:
    hashes = tuple(inclusion_proof([leaf_hash(one) for one in RECORDS], 4))
    proof = TlogProof(index=4, hashes=hashes, checkpoint=checkpoint(20, 0, 1)).encode()

    [answer, *_] = check_files({"x.tlog-proof": proof, "x.record": RECORDS[4]}, POLICY)

    assert "refused" == answer.status
