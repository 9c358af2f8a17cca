"""`verify` with what a verifier brings along: exit status, words, and the evidence it writes."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from tests.cli.shell import on
from tests.services.signedledger import POLICY, TRUST, SignedLedger

from aidledger.ledger.misbehaviour import Misbehaved, check_bundle


@pytest.fixture
def signed(tmp_path: Path) -> SignedLedger:
    ledger = SignedLedger(tmp_path / "ledger.db")
    (tmp_path / "policy").write_bytes(POLICY)
    (tmp_path / "checkpoint").write_bytes(ledger.note(20))
    return ledger


def brought(ledger: SignedLedger) -> list[str]:
    folder = ledger.path.parent
    return ["verify", "--checkpoint", f"{folder}/checkpoint", "--policy", f"{folder}/policy"]


def test_proven_says_up_to_where_by_whom_and_what_is_left(signed: SignedLedger) -> None:
    ran = on(signed.path, *brought(signed))

    assert 0 == ran.code
    assert "verdict: proven\n" in ran.out
    assert "the first 20 entries, witnessed by audit\n" in ran.out
    assert f"unproven tail: {signed.size - 20} entries after it" in ran.out
    assert "unwitnessed" not in ran.out


def test_proven_in_chinese(signed: SignedLedger) -> None:
    ran = on(signed.path, "--lang", "zh", *brought(signed))

    assert "来自外部的检查点覆盖前 20 条，见证方：audit\n" in ran.out
    assert f"未证明的末尾：其后 {signed.size - 20} 条\n" in ran.out
    assert "未见证" not in ran.out


def test_programs_read_what_is_proven(signed: SignedLedger) -> None:
    found = on(signed.path, *brought(signed), "--json").object

    assert ("proven", 20, signed.size - 20, ["audit"], []) == (
        found["verdict"],
        found["proven_size"],
        found["unproven_tail"],
        found["cosigners"],
        found["leads"],
    )


def test_a_checkpoint_that_nobody_witnessed_cannot_be_overlooked(signed: SignedLedger) -> None:
    policy = POLICY.partition(b"witness")[0] + b"quorum none\n"
    (signed.path.parent / "policy").write_bytes(policy)
    ran = on(signed.path, *brought(signed))

    assert 0 == ran.code
    assert "witnessed by nobody" in ran.out
    assert "unwitnessed: the operator can rewrite history" in ran.out


def test_a_log_that_contradicts_itself_leaves_evidence(signed: SignedLedger) -> None:
    signed.keep(20, signed.note(20, root=b"\7" * 32), root=b"\7" * 32)
    evidence = signed.path.parent / "evidence"
    ran = on(signed.path, *brought(signed), "--misbehaviour", str(evidence))

    assert 1 == ran.code
    assert "[checkpoint_two_roots]" in ran.out
    assert "the log signed two checkpoints that can't both be honest" in ran.out
    assert isinstance(check_bundle(evidence.read_bytes(), TRUST), Misbehaved)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("witnessed", [True, False])
def test_everything_fits_eighty_columns_and_chinese_says_why_in_chinese(
    lang: str, witnessed: bool, signed: SignedLedger
) -> None:
    if not witnessed:
        (signed.path.parent / "checkpoint").write_bytes(signed.note(20, witnesses=()))
    ran = on(signed.path, "--lang", lang, *brought(signed), "--proofs", str(signed.path.parent))
    wide = [
        sum(1 + (unicodedata.east_asian_width(c) in "WF") for c in x) for x in ran.out.split("\n")
    ]

    assert max(wide) <= 80
    assert (0 if witnessed else 4) == ran.code
    assert (lang == "zh" and not witnessed) == ("未达法定数" in ran.out)


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_name_of_a_file_writes_no_line_and_steers_no_screen(
    lang: str, signed: SignedLedger, tmp_path: Path
) -> None:
    """Whoever hands over a folder of proofs wrote the verdict by the name of a file."""
    proofs, name = tmp_path / "proofs", "\x1b[2J\x1b[Hx\nverdict: proven\n"
    proofs.mkdir()
    (proofs / name).write_bytes(b"x")
    told = on(signed.path, "--lang", lang, "verify", "--proofs", str(proofs))
    failed = on(tmp_path / name, "--lang", lang, "verify")

    assert "\x1b" not in told.out + told.err + failed.out + failed.err
    assert "verdict: proven" not in told.out.splitlines()
    assert len(failed.err.splitlines()) == failed.err.count("aidledger:")


@pytest.mark.parametrize("option", ["--checkpoint", "--policy", "--proofs"])
def test_a_file_that_is_not_what_it_is_given_as_is_a_usage_error(
    option: str, signed: SignedLedger
) -> None:
    ran = on(signed.path, "verify", option, f"{signed.path.parent}/policy/none")

    assert 2 == ran.code
    assert ran.err.startswith("aidledger: error: ")
