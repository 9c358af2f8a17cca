"""A bundle that lacks something of its own, or of which nothing is proven: what both verifiers say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.lone import ALONE
from tests.services.bundled import POLICY, Bundled, files_of, resealed, written

from aidledger.ledger.trust import parse_policy
from aidledger.services.bundles.reading import read_bundle
from aidledger.services.bundles.verifying import verify_bundle

TRUSTED = parse_policy(POLICY)
Files = dict[str, bytes]


@pytest.fixture(scope="module")
def whole(evidence: Bundled) -> Files:
    return files_of(evidence.folder)


@pytest.mark.parametrize(
    "name", ["bagit.txt", "manifest-sha256.txt", "data/manifest.json", "data/checkpoint"]
)
def test_a_bundle_that_lacks_a_file_of_its_own_is_damaged_and_the_file_is_named_without_a_cascade(
    name: str, whole: Files, tmp_path: Path
) -> None:
    folder = written({one: data for one, data in whole.items() if one != name}, tmp_path / "it")
    answer = verify_bundle(read_bundle(folder), TRUSTED)
    report = ALONE.verify(folder, ALONE.Outside(ALONE.read_policy(POLICY), {}))
    named = [one["field"] for one in report.findings]

    assert ("damaged", "damaged") == (answer.verdict, report.verdict)
    assert (name, "is missing") in [(flaw.file, flaw.en) for flaw in answer.flaws]
    assert name in named
    assert len(answer.flaws) < 6
    assert len(named) < 6
    assert not [one for one in report.findings if one["message"].startswith("'")]


def test_a_bundle_without_one_proven_entry_is_damaged_and_nothing_else_of_it_is_said(
    whole: Files, tmp_path: Path
) -> None:
    nothing = {f"data/{name}.jsonl": b"" for name in ("entries", "proofs")}
    files = resealed({**whole, **nothing})
    ours = verify_bundle(files, TRUSTED)
    folder = written(files, tmp_path / "it")
    theirs = ALONE.verify(folder, ALONE.Outside(ALONE.read_policy(POLICY), {}))

    assert ("damaged", "damaged") == (ours.verdict, theirs.verdict)
    assert [("data/entries.jsonl", None)] == [(flaw.file, flaw.line) for flaw in ours.flaws]
    assert "complete" not in [check.name for check in ours.checks]
    assert ["data/entries.jsonl"] == [one["field"] for one in theirs.findings]


def test_the_other_verifier_says_why_in_chinese_and_tells_of_few_lines_of_one_file(
    whole: Files, tmp_path: Path
) -> None:
    note = whole["data/checkpoint"].split(b"\n")
    note[2] = b"A" * 43 + b"="
    folder = written(resealed({**whole, "data/checkpoint": b"\n".join(note)}), tmp_path / "it")
    report = ALONE.verify(folder, ALONE.Outside(ALONE.read_policy(POLICY), {}))
    text = ALONE.as_text(report, "zh")

    assert len(report.findings) > 180
    assert len(text.splitlines()) < 20
    assert "✗ data/entries.jsonl: 另有 180 行，--json 全部列出" in text
    assert [] == re.findall(r"\] .*[a-z]{3,} [a-z]{3,}", text)
