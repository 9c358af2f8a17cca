"""The rung of proofs: what people kept fits the log, or is damage, or says nothing."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.ledger.signers import signer
from tests.services.signedledger import LOG, ORIGIN, SignedLedger, check, codes, outside, status

from aidledger.ledger.cosignature import sign_checkpoint
from aidledger.ledger.misbehaviour import Bundle
from aidledger.ledger.note import parse_note
from aidledger.ledger.proof import consistency_proof
from aidledger.ledger.signing import SeedSigner
from aidledger.services.ladder.checkpointcheck import NO_LOG_KEY
from aidledger.services.ladder.outside import Outside, read_outside
from aidledger.services.ladder.proofcheck import ProofCheck
from aidledger.services.problems import ServiceError


def test_receipts_and_proofs_of_the_log_fit_it(copy: SignedLedger) -> None:
    note = copy.note(20)
    files = tuple(
        (f"file {n}", data)
        for n, data in enumerate([copy.receipt(4), copy.proof(6, note, 20), note])
    )
    report = check(copy, outside(proofs=files))

    assert ("proven", 20, "ok") == (report.verdict, report.proven_size, status(report)["proofs"])


def test_a_rewritten_entry_is_found_by_its_receipt_and_its_proof(
    copy: SignedLedger, signed_ledger: SignedLedger
) -> None:
    note = signed_ledger.note(20)
    record = signed_ledger.records()[6].replace(b'"normal":true', b'"normal":false')
    assert record != signed_ledger.records()[6]
    number = next(n for n, (start, count, _) in enumerate(copy.spans) if start <= 6 < start + count)
    copy.run("UPDATE entries SET record = ? WHERE position = 6", record)
    files = (("slip", signed_ledger.receipt(number)), ("proof", signed_ledger.proof(6, note, 20)))
    report = check(copy, outside(proofs=files))
    found = set(codes(report))

    assert {("receipt_missing", 6), ("proof_differs", 6)} <= found
    assert "damaged" == status(report)["proofs"]


def test_a_file_that_proves_nothing_says_nothing_of_the_ledger(copy: SignedLedger) -> None:
    note = copy.note(20)
    for data in (
        b"noise",
        copy.receipt(4)[:-1],
        copy.proof(6, note, 20).replace(b"index 6", b"index 7"),
        copy.proof(6, copy.note(20, root=b"\1" * 32).replace(b"\n20\n", b"\n21\n"), 20),
        b'{"$proof":"aidledger/case-proof/v1"}',
        b'{"$proof":"aidledger/payment-proof/v1"}',
    ):
        report = check(copy, outside(proofs=(("file", data),)))

        assert [] == report.findings
        assert "not_made" == status(report)["proofs"]
        assert [("file_unused", "file")] == [(one.code, one.field) for one in report.leads]


def two_roots(ledger: SignedLedger, signers: tuple[SeedSigner, ...] = (LOG,)) -> bytes:
    notes = [sign_checkpoint(ORIGIN, 9, root, signers, 1) for root in (ledger.root(9), b"\7" * 32)]
    return Bundle(older=notes[0], newer=notes[1]).encode()


def rewritten(ledger: SignedLedger, *, backwards: bool = False) -> bytes:
    """Of two sizes: the older note is of another history than the newer, which is the ledger's."""
    older = sign_checkpoint(ORIGIN, 9, b"\7" * 32, [LOG], 1)
    newer = sign_checkpoint(ORIGIN, 20, ledger.root(20), [LOG], 1)
    hashes = consistency_proof(ledger.leaves[:20], 9)
    proof = tuple(reversed(hashes) if backwards else hashes)
    return Bundle(older=older, newer=newer, root=ledger.root(9), proof=proof).encode()


@pytest.mark.parametrize("made", [two_roots, rewritten])
def test_a_bundle_that_convicts_the_log_is_damage_whatever_the_entries_are(
    copy: SignedLedger, made: Callable[[SignedLedger], bytes]
) -> None:
    report = check(copy, outside(copy.note(20), proofs=(("from the press", made(copy)),)))

    assert [("misbehaviour_shown", None)] == codes(report)
    assert ("damaged", "damaged") == (report.verdict, status(report)["proofs"])
    assert report.findings[0].found.endswith(
        f"here lies that of the {'older' if made is two_roots else 'newer'}"
    )


OTHER = signer(ORIGIN, number=7)
BAD_BUNDLES: dict[str, tuple[Callable[[SignedLedger], bytes], str]] = {
    "another key": (lambda led: two_roots(led, (OTHER,)), "not the log's"),
    "another log": (
        lambda led: two_roots(led).replace(ORIGIN.encode(), b"example/sugned"),
        "names no log of this origin",
    ),
    "the same twice": (
        lambda led: Bundle(older=parse_note(led.note(9)), newer=parse_note(led.note(9))).encode(),
        "the same root",
    ),
    "a proof that leads nowhere": (
        lambda led: rewritten(led, backwards=True),
        "does not lead to the newer",
    ),
    "an honest pair": (
        lambda led: Bundle(
            older=parse_note(led.note(9)),
            newer=parse_note(led.note(20)),
            root=led.root(9),
            proof=tuple(consistency_proof(led.leaves[:20], 9)),
        ).encode(),
        "extends the older",
    ),
    "cut short": (lambda led: two_roots(led)[:-60], ""),
}


@pytest.mark.parametrize("name", BAD_BUNDLES)
def test_a_bundle_that_convicts_nobody_is_named_and_no_damage(
    copy: SignedLedger, name: str
) -> None:
    made, why = BAD_BUNDLES[name]
    report = check(copy, outside(copy.note(20), proofs=((name, made(copy)),)))

    assert ("proven", [], "not_made") == (
        report.verdict,
        report.findings,
        status(report)["proofs"],
    )
    assert [("file_unused", name)] == [(one.code, one.field) for one in report.leads]
    assert why in report.leads[0].found


def test_without_a_key_of_the_log_a_bundle_convicts_nobody(copy: SignedLedger) -> None:
    report = check(copy, Outside(proofs=(("bundle", two_roots(copy)),)))

    assert [] == report.findings
    assert [NO_LOG_KEY] == [one.found for one in report.leads]


def test_without_the_rung_the_bundle_would_be_passed_over(
    copy: SignedLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ProofCheck, "_bundle", lambda *_: None)
    report = check(copy, outside(copy.note(20), proofs=(("bundle", two_roots(copy)),)))

    assert "proven" == report.verdict


def test_each_file_is_judged_or_named(copy: SignedLedger) -> None:
    note, record = copy.note(20), copy.records()[6]
    good = {
        "receipt": copy.receipt(4),
        "proof": copy.proof(6, note, 20),
        "record": record,
        "checkpoint": note,
    }
    bad = {
        "noise": b"noise",
        "empty": b"",
        "pipe": None,
        "not a record": b'{"$type":"VisitMade"}',
        "another record": record.replace(b'"version":', b'"version":1'),
        "receipt cut": copy.receipt(4)[:-1],
        "another log": note.replace(ORIGIN.encode(), b"example/sugned"),
        "unsigned": note.partition(b"\n\n")[0] + b"\n\n",
        "stranger": copy.note(5).replace(b"\n5\n", b"\n6\n"),
    }
    report = check(copy, outside(proofs=tuple({**good, **bad}.items())))

    assert ("proven", []) == (report.verdict, report.findings)
    assert set(bad) == {one.field for one in report.leads}
    assert {"file_unused"} == {one.code for one in report.leads}


def test_a_record_that_was_proven_and_is_no_longer_there_is_found_by_its_proof(
    copy: SignedLedger, signed_ledger: SignedLedger
) -> None:
    record = signed_ledger.records()[6]
    proof = signed_ledger.proof(6, signed_ledger.note(20), 20)
    copy.run("UPDATE entries SET record = ? WHERE position = 6", record.replace(b"true", b"false"))
    report = check(copy, outside(proofs=(("record", record), ("proof", proof))))

    assert ("proof_differs", 6) in codes(report)
    assert () == report.leads  # the record is judged: its proof stands for it


def test_a_checkpoint_that_counts_for_nothing_is_named_beside_one_that_proves(
    copy: SignedLedger,
) -> None:
    forged = copy.note(5).replace(b"\n5\n", b"\n6\n")
    report = check(copy, outside(copy.note(20), forged))

    assert ("proven", []) == (report.verdict, report.findings)
    assert [("file_unused", "outside 1")] == [(one.code, one.field) for one in report.leads]


def test_a_folder_is_read_whole_and_what_is_no_file_is_kept_by_name(tmp_path: Path) -> None:
    below = tmp_path / "stick" / "case"
    below.mkdir(parents=True)
    (tmp_path / "stick" / "a").write_bytes(b"1")
    (below / "b").write_bytes(b"2")
    (below / "link").symlink_to(below / "b")
    (below / "nowhere").symlink_to(tmp_path / "missing")
    (below / "round").symlink_to(tmp_path / "stick")
    os.mkfifo(below / "pipe")

    assert {
        "a": b"1",
        "case/b": b"2",
        "case/link": b"2",
        "case/nowhere": None,
        "case/round": None,
        "case/pipe": None,
    } == dict(read_outside(proofs=str(tmp_path / "stick")).proofs or ())


def test_files_that_are_not_what_they_are_given_as_are_usage_errors(tmp_path: Path) -> None:
    noise = tmp_path / "noise"
    noise.write_bytes(b"noise")
    for given in (
        {"checkpoints": [str(noise)]},
        {"policy": str(noise)},
        {"policy": str(tmp_path / "missing")},
        {"proofs": str(noise)},
    ):
        with pytest.raises(ServiceError) as caught:
            read_outside(**given)

        assert 2 == caught.value.exit_code
