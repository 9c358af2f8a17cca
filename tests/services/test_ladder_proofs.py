"""The rung of proofs: what people kept fits the log, or is damage, or says nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.services.signedledger import SignedLedger, check, codes, outside, status

from aidledger.services.outside import read_outside
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
