"""What is left out of a bundle, or laid beside it, under hashes made anew is found by both verifiers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.services.bundled import Bundled, files_of, resealed
from tests.services.test_bundle_edits import Files, both, found_by_both, of_line


@pytest.fixture(scope="module")
def whole(evidence: Bundled) -> Files:
    return files_of(evidence.folder)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("changed")


def without_line(name: str, number: int) -> Callable[[Files], Files]:
    """Take a line out of a file."""

    def cut(files: Files) -> Files:
        lines = files[f"data/{name}"].splitlines(keepends=True)
        return {**files, f"data/{name}": b"".join(lines[: number - 1] + lines[number:])}

    return cut


def twice(files: Files) -> Files:
    first = files["data/timeline.jsonl"].splitlines(keepends=True)[0]
    return {**files, "data/timeline.jsonl": first + files["data/timeline.jsonl"]}


def other_pack(said: dict[str, Any]) -> None:
    said["pack"] = "gz-county-2099"


def other_outcome(said: dict[str, Any]) -> None:
    said["clauses"][0]["outcome"] = "failed"


LEFT_OUT: dict[str, tuple[Callable[[Files], Files], str]] = {
    "a timeline that leaves an entry out": (
        without_line("timeline.jsonl", 3),
        "data/timeline.jsonl",
    ),
    "a timeline that tells an entry twice": (twice, "data/timeline.jsonl"),
    "a decision left out": (without_line("decisions.jsonl", 2), "data/decisions.jsonl"),
    "all decisions left out": (
        lambda files: {**files, "data/decisions.jsonl": b""},
        "data/decisions.jsonl",
    ),
    "a decision under another pack": (
        of_line("decisions.jsonl", 1, other_pack),
        "data/decisions.jsonl",
    ),
    "a clause that failed": (of_line("decisions.jsonl", 1, other_outcome), "data/decisions.jsonl"),
    "a manifest of an earlier day": (
        of_line("manifest.json", 1, lambda said: said.update(recorded_at="2022-01-01")),
        "data/manifest.json",
    ),
    "a manifest that ends within its line": (
        lambda files: {**files, "data/manifest.json": files["data/manifest.json"][:-1]},
        "data/manifest.json",
    ),
}


def test_what_lies_beside_a_bundle_under_hashes_of_its_own_is_refused_by_both(
    whole: Files, place: Path
) -> None:
    for name in ("fetch.txt", "READ ME FIRST.html"):
        ours, _ = both(resealed({**whole, name: b"proven by the auditor"}), place)

        assert "damaged" == ours.verdict
        assert name in [flaw.file for flaw in ours.flaws]


@pytest.mark.parametrize("name", LEFT_OUT)
def test_what_is_left_out_or_told_otherwise_is_found_by_both(
    name: str, whole: Files, place: Path
) -> None:
    forge, file = LEFT_OUT[name]
    found_by_both(resealed(forge(whole)), file, place)
