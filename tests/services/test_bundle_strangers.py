"""Files that are none of a bundle's, and their names."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.lone import ALONE
from tests.services.bundled import POLICY, Bundled, files_of, resealed
from tests.services.test_bundle_edits import Files, both, found_by_both, lone, of_line

from aidledger.ledger.trust import parse_policy
from aidledger.services.bundles.verifying import verify_bundle


@pytest.fixture
def whole(evidence: Bundled) -> Files:
    return files_of(evidence.folder)


def test_a_page_put_beside_that_of_the_bundle_is_no_file_of_it_though_its_hash_is_listed(
    whole: Files, tmp_path: Path
) -> None:
    """`read me first.html` told of other payments, and the program said proven."""
    ours, _ = both(resealed({**whole, "read me first.html": b"<h1>paid</h1>"}), tmp_path)

    assert ["read me first.html"] == [flaw.file for flaw in ours.flaws]


@pytest.mark.parametrize("name", ["\x1b[2J\x1b[1;1Hproven", "\u202enevorp", "a\nproven"])
def test_a_name_of_a_file_is_obeyed_by_no_screen(name: str, whole: Files, tmp_path: Path) -> None:
    """Whoever made the bundle wrote the verdict of the verifier in one file."""
    _, theirs = both({**whole, f"data/{name}": b"x"}, tmp_path)
    told = ALONE.as_text(theirs, "en")

    assert name not in told
    assert "damaged" == told.splitlines()[-1]
    assert all(one.isprintable() for one in told.splitlines())


def test_a_policy_that_asks_for_nobody_makes_no_witness_of_who_cosigned(
    whole: Files, tmp_path: Path
) -> None:
    """The one said that the operator can rewrite history, the other that three offices had seen it."""
    policy = re.sub(rb"(?m)^quorum .*$", b"quorum none", POLICY)
    ours = verify_bundle(whole, parse_policy(policy))
    theirs = lone(whole, tmp_path, policy)

    assert ["proven", "proven"] == [ours.verdict, theirs.verdict]
    assert not ours.witnessed
    assert [] == theirs.cosigners
    assert "unwitnessed: the operator can rewrite history" in ALONE.as_text(theirs, "en")


UNREAD: dict[str, tuple[str, Callable[[dict[str, Any]], None]]] = {
    "in a batch": ("batches.jsonl", lambda said: said.update(more="x")),
    "in an entry of a batch": ("batches.jsonl", lambda said: said["entries"][0].update(more="x")),
    "in a proof": ("proofs.jsonl", lambda said: said.update(more="x")),
    "a file listed twice": ("manifest.json", lambda said: said["files"].append(said["files"][0])),
    "a file listed with more": ("manifest.json", lambda said: said["files"][0].update(more="x")),
}


@pytest.mark.parametrize("where", UNREAD)
def test_a_field_that_nobody_reads_has_no_place_in_a_bundle(
    where: str, whole: Files, tmp_path: Path
) -> None:
    """Of a proof the one refused it and the other did not; of a batch neither did."""
    file, change = UNREAD[where]
    found_by_both(resealed(of_line(file, 1, change)(whole)), f"data/{file}", tmp_path)
