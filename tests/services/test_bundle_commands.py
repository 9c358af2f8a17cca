"""Bundles made and verified by whoever types the commands, in both languages."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from tests.cli.shell import aidledger, on
from tests.ledger.signers import signer
from tests.services.bundled import POLICY, Bundled, resealed, written

from aidledger.ledger.keys import KeyKind


@pytest.fixture
def desk(evidence: Bundled, tmp_path: Path) -> Path:
    """A folder with a bundle and a policy, and no ledger."""
    shutil.copytree(evidence.folder, tmp_path / "evidence")
    (tmp_path / "policy.txt").write_bytes(POLICY)
    (tmp_path / "kept").write_bytes((evidence.folder / "data/checkpoint").read_bytes())
    return tmp_path


def test_a_bundle_is_made_and_says_what_it_could_not_have(evidence: Bundled, desk: Path) -> None:
    words = ("bundle", "create", evidence.case, "--policy", desk / "policy.txt", "--to")
    said = on(Path(evidence.location), *words, desk / "again")
    told = on(Path(evidence.location), *words, desk / "object", "--json").object
    there = on(Path(evidence.location), "--lang", "zh", *words, desk / "again")

    assert 0 == said.code
    assert "open its index.html in a browser" in said.err
    assert "185 entries of a log of 1,855" in said.out
    assert "– payments of months not closed, proven in no total: 17" in said.out
    assert ("case", evidence.case, 0) == (told["kind"], told["subject"], told["newer"])
    assert told["digest"] in said.out
    assert ("", False) == (told["unaccepted"], "does not accept" in said.out)
    assert 2 == there.code
    assert "请换一个" in there.err


def test_a_checkpoint_that_the_policy_does_not_accept_is_told_when_the_bundle_is_made(
    evidence: Bundled, desk: Path
) -> None:
    """Else whoever is handed it is the first to hear that it is not to be relied on."""
    policy, witness = desk / "strict.txt", signer("strict.example", KeyKind.COSIGNATURE).key.vkey()
    lines = POLICY.decode().splitlines()
    kept = [one for one in lines if not one.startswith("quorum")]
    policy.write_text("\n".join([*kept, f"witness strict {witness}", "quorum strict", ""]))
    words = ("bundle", "create", evidence.case, "--policy", policy, "--to")
    said = on(Path(evidence.location), *words, desk / "again")
    chinese = on(Path(evidence.location), "--lang", "zh", *words, desk / "zh")
    told = on(Path(evidence.location), *words, desk / "object", "--json").object

    assert "the policy with it does not accept its checkpoint" in " ".join(said.out.split())
    assert "尚不接受其检查点（4个见证方中有3个联署，未达法定数）" in "".join(chinese.out.split())
    assert told["unaccepted"].endswith("witnesses cosigned: no quorum")
    assert 1 == aidledger("bundle", "verify", desk / "again", "--policy", policy).code


def test_a_bundle_is_proven_by_ones_own_policy_alone(desk: Path) -> None:
    policy = ("--policy", desk / "policy.txt", "--checkpoint", desk / "kept")
    own = aidledger("bundle", "verify", desk / "evidence", *policy)
    none = aidledger("--lang", "zh", "bundle", "verify", desk / "evidence")
    told = aidledger("bundle", "verify", desk / "evidence", *policy, "--json")

    assert (0, "") == (own.code, own.err)
    assert own.out.endswith("proven\n")
    assert "✓ agrees with the checkpoint brought along" in own.out
    assert 4 == none.code
    assert none.out.endswith("未证明：没有自己的信任策略（--policy）\n")
    assert [] == re.findall(r"[a-z]{3,} [a-z]{3,}", none.out)
    assert ("proven", []) == (told.object["verdict"], told.object["flaws"])
    assert max(map(len, own.out.splitlines())) <= 80


def test_a_changed_bundle_is_named_by_file_and_line_and_no_folder_is_one(desk: Path) -> None:
    entries = desk / "evidence/data/entries.jsonl"
    lines = entries.read_bytes().split(b"\n")
    lines[99] = lines[99].replace(b"2022", b"2023", 1)
    entries.write_bytes(b"\n".join(lines))
    policy = ("--policy", desk / "policy.txt")
    en = aidledger("bundle", "verify", desk / "evidence", *policy)
    zh = aidledger("--lang", "zh", "bundle", "verify", desk / "evidence", *policy)
    none = aidledger("--lang", "zh", "bundle", "verify", desk)

    assert [1, 1] == [en.code, zh.code]
    assert "✗ data/entries.jsonl, line 100:" in en.out
    assert "✗ data/entries.jsonl 第 100 行：" in zh.out
    assert zh.out.endswith("不能采信\n")
    assert 3 == none.code
    assert "不是证据包" in none.err


def test_a_page_that_is_another_is_told_in_the_last_line(desk: Path) -> None:
    """Whoever is handed a bundle opens the page, and reads of a verdict its end."""
    folder = desk / "evidence"
    files = {
        one.relative_to(folder).as_posix(): one.read_bytes()
        for one in folder.rglob("*")
        if one.is_file()
    }
    written(resealed({**files, "index.html": b"<h1>paid</h1>"}), folder)
    policy = ("--policy", desk / "policy.txt")
    en = aidledger("bundle", "verify", folder, *policy)
    zh = aidledger("--lang", "zh", "bundle", "verify", folder, *policy)

    assert en.out.endswith("\nproven; but not index.html: do not rely on what it shows\n")
    assert zh.out.endswith("\n已证明；但 index.html 不是由这些数据写出，不要依据它\n")


def test_a_release_that_lacks_a_word_is_refused_before_anything_is_opened(
    evidence: Bundled, desk: Path
) -> None:
    ran = on(
        Path(evidence.location),
        *("bundle", "create", evidence.case, "--to", desk / "named", "--reveal", "name"),
    )

    assert 2 == ran.code
    assert "--purpose" in ran.err
    assert not (desk / "named").exists()
