"""Two verifiers that share no code agree on every bundle, whole or changed, and name the place."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.lone import ALONE
from tests.services.bundled import (
    POLICY,
    Bundled,
    digest,
    files_of,
    remade,
    resealed,
    with_line,
    written,
)

from aidledger.ledger.trust import parse_policy
from aidledger.services.bundles.reading import Flaw, read_bundle
from aidledger.services.bundles.verifying import Answer, verify_bundle
from aidledger.services.problems import ServiceError

TRUSTED = parse_policy(POLICY)
Files = dict[str, bytes]
Place = tuple[int, int, list[int]]
"""Which file, which of its lines, and where in what it says."""


@pytest.fixture(scope="module")
def whole(evidence: Bundled) -> Files:
    return files_of(evidence.folder)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("changed")


def lone(files: Files, folder: Path, policy: bytes | None = POLICY) -> Any:
    """Ask the other verifier, with the changed files alone written anew."""
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and files.get(name) != path.read_bytes():
            path.unlink()
    written({n: c for n, c in files.items() if not (folder / n).is_file()}, folder)
    trusted = None if policy is None else ALONE.read_policy(policy)
    return ALONE.verify_bundle(folder, ALONE.Outside(trusted, {}))


def both(files: Files, folder: Path) -> tuple[Answer, Any]:
    ours, theirs = verify_bundle(files, TRUSTED), lone(files, folder)
    assert ours.verdict == theirs.verdict, (ours.flaws, theirs.findings)
    return ours, theirs


def found_by_both(files: Files, file: str, folder: Path) -> None:
    """Both verifiers call these files damaged, and name this one."""
    ours, theirs = both(files, folder)

    assert "damaged" == ours.verdict
    assert file in [flaw.file for flaw in ours.flaws]
    assert any(one["field"].startswith(file) for one in theirs.findings)


def places(flaws: tuple[Flaw, ...]) -> list[tuple[str, int | None]]:
    return [(flaw.file, flaw.line) for flaw in flaws]


def test_both_prove_a_whole_bundle_under_a_policy_of_ones_own_and_not_without(
    whole: Files, place: Path
) -> None:
    ours, theirs = both(whole, place)
    own, none = verify_bundle(whole), lone(whole, place, policy=None)

    assert ("proven", ()) == (ours.verdict, ours.flaws)
    assert ["audit", "finance", "supervision"] == list(ours.witnesses) == theirs.cosigners
    assert ours.entries == theirs.entries == whole["data/entries.jsonl"].count(b"\n")
    assert ["unproven", "unproven"] == [own.verdict, none.verdict]


def test_the_first_changed_line_of_every_file_of_text_is_named(whole: Files, place: Path) -> None:
    for name, content in whole.items():
        if not name.startswith("data/") or name.endswith((".pdf", "lines.txt")):
            continue
        number = content.count(b"\n") // 2 + 1
        number = min(number, len(content.rstrip(b"\n").split(b"\n")))
        changed = with_line(
            content, number, lambda line: line[:-1] + bytes([line[-1] ^ 1]) if line else b"#"
        )
        ours, theirs = both({**whole, name: changed}, place)

        assert "damaged" == ours.verdict
        assert (name, number) in places(ours.flaws)
        assert f"{name}, line {number}" in [one["field"] for one in theirs.findings]


@settings(max_examples=8)
@given(which=st.integers(0, 99), share=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_bundle_with_any_byte_of_any_file_changed_is_refused_by_both(
    whole: Files, place: Path, which: int, share: float, bit: int
) -> None:
    name = sorted(whole)[which % len(whole)]
    content = bytearray(whole[name])
    content[int(share * len(content))] ^= 1 << bit
    ours, theirs = both({**whole, name: bytes(content)}, place)

    assert "damaged" == ours.verdict
    assert "manifest" in name or name in [flaw.file for flaw in ours.flaws]
    assert theirs.findings


def test_a_file_taken_away_or_put_in_is_named_by_both(whole: Files, place: Path) -> None:
    for name in ("data/case.case-proof", "data/proofs.jsonl", "index.html", "bag-info.txt"):
        without = {one: content for one, content in whole.items() if one != name}
        ours, _ = both(without, place)

        assert name in [flaw.file for flaw in ours.flaws]

    added, _ = both({**whole, "data/packs/other.toml": b"x"}, place)

    assert "data/packs/other.toml" in [flaw.file for flaw in added.flaws]


def of_line(
    name: str, number: int, change: Callable[[dict[str, Any]], None]
) -> Callable[[Files], Files]:
    """Change what one line says, and write the line canonically again."""

    def edited(line: bytes) -> bytes:
        said = json.loads(line)
        change(said)
        return json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()

    return lambda files: {**files, f"data/{name}": with_line(files[f"data/{name}"], number, edited)}


def other_time(said: dict[str, Any]) -> None:
    said["recorded_at"] = "2022-01-01T00:00:00.000000Z"


def other_actor(said: dict[str, Any]) -> None:
    said["actor"] = "520123-u1"


def other_count(said: dict[str, Any]) -> None:
    said["rows"][0]["count"] -= 1


def swapped_entries(said: dict[str, Any]) -> None:
    said["entries"] = [*said["entries"][::-1], said["entries"][0] | {"position": 1}]


def no_entries(said: dict[str, Any]) -> None:
    said["entries"] = ""


def path_that_is_none(said: dict[str, Any]) -> None:
    said["entries"][0]["path"] = ""


def other_signature(said: dict[str, Any]) -> None:
    said["signature"] = "A" * 86 + "=="


def other_amount(said: dict[str, Any]) -> None:
    said["amount_fen"] = 1


def dropped_last_entry(files: Files) -> Files:
    """Leave the case's last entry out, with its proof, its act of the timeline, its signature."""
    entries = files["data/entries.jsonl"].rstrip(b"\n").split(b"\n")
    last = max(
        (at for at, one in enumerate(entries) if b'"stream":"case/' in one),
        key=lambda at: json.loads(entries[at])["version"],
    )
    proofs = files["data/proofs.jsonl"].rstrip(b"\n").split(b"\n")
    position = json.loads(proofs[last])["position"]
    del entries[last], proofs[last]
    changed = {"entries": entries, "proofs": proofs}
    for name in ("timeline", "batches"):
        rows = files[f"data/{name}.jsonl"].rstrip(b"\n").split(b"\n")
        changed[name] = [one for one in rows if f'"position":{position},'.encode() not in one]
    for one in changed["batches"][:]:
        if any(entry["position"] == position for entry in json.loads(one)["entries"]):
            changed["batches"].remove(one)
    return files | {
        f"data/{name}.jsonl": b"".join(one + b"\n" for one in rows)
        for name, rows in changed.items()
    }


def mutated(value: Any, path: list[int], other: Any) -> Any:
    """Put another value somewhere into a value: the path's numbers say where, as far as they lead."""
    if not path or not isinstance(value, (dict, list)) or not value:
        return other
    if isinstance(value, list):
        at = path[0] % len(value)
        return [*value[:at], mutated(value[at], path[1:], other), *value[at + 1 :]]
    name = sorted(value)[path[0] % len(value)]
    return {**value, name: mutated(value[name], path[1:], other)}


@settings(max_examples=8)
@given(
    at=st.tuples(
        st.integers(0, 99), st.integers(0, 9), st.lists(st.integers(0, 19), min_size=1, max_size=3)
    ),
    other=st.sampled_from([None, True, -1, 2**53 - 1, "", "x", [], {}, [[1]], {"a": "b"}]),
)
def test_hostile_values_are_flaws_and_never_an_error_in_either_verifier(
    whole: Files, place: Path, at: Place, other: Any
) -> None:
    which, line, path = at
    names = sorted(name for name in whole if name.endswith((".jsonl", ".json", "-proof")))
    name = names[which % len(names)].removeprefix("data/")
    content = whole[f"data/{name}"].rstrip(b"\n").split(b"\n")
    said = mutated(json.loads(content[line % len(content)]), path, other)
    content[line % len(content)] = json.dumps(
        said, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()
    ending = b"" if name.endswith("-proof") else b"\n"
    files = resealed({**whole, f"data/{name}": b"\n".join(content) + ending})
    ours, theirs = verify_bundle(files, TRUSTED), lone(files, place)

    assert (ours.verdict == "proven") <= (theirs.verdict == "proven")
    assert files == whole or "damaged" == ours.verdict or name in UNPROVEN


UNPROVEN = ("manifest.json", "findings.jsonl")
"""Files in which something may be another without anything being wrong."""
PAYMENT = "payments/payment-"
FORGED: dict[str, tuple[Callable[[Files], Files], str]] = {
    "an entry of another time": (of_line("entries.jsonl", 100, other_time), "data/entries.jsonl"),
    "a timeline that says another actor": (
        of_line("timeline.jsonl", 9, other_actor),
        "data/timeline.jsonl",
    ),
    "a case with one entry less": (
        of_line("case.case-proof", 1, other_count),
        "data/case.case-proof",
    ),
    "a case whose last entry is left out": (dropped_last_entry, "data/case.case-proof"),
    "a batch with an entry that is not its own": (
        of_line("batches.jsonl", 2, swapped_entries),
        "data/batches.jsonl",
    ),
    "a batch that names no entries": (
        of_line("batches.jsonl", 1, no_entries),
        "data/batches.jsonl",
    ),
    "a batch whose path is no list": (
        of_line("batches.jsonl", 1, path_that_is_none),
        "data/batches.jsonl",
    ),
    "a batch that somebody else signed": (
        of_line("batches.jsonl", 3, other_signature),
        "data/batches.jsonl",
    ),
    "a decision of another amount": (
        of_line("decisions.jsonl", 4, other_amount),
        "data/decisions.jsonl",
    ),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forger_who_makes_the_bags_hashes_anew_is_found_by_both(
    name: str, whole: Files, place: Path
) -> None:
    forge, file = FORGED[name]
    found_by_both(resealed(forge(whole)), file, place)


def test_a_payment_of_another_amount_or_a_pack_of_other_words_is_found_by_both(
    whole: Files, place: Path
) -> None:
    payment = next(name for name in whole if name.startswith(f"data/{PAYMENT}"))
    pack = next(name for name in whole if name.startswith("data/packs/"))
    for forged in (
        of_line(payment.removeprefix("data/"), 1, other_amount)(whole),
        {**whole, pack: whole[pack].replace(b"text_zh", b"text_zh ", 1)},
    ):
        ours, theirs = both(resealed(forged), place)

        assert "damaged" == ours.verdict
        assert {payment, pack} & {flaw.file for flaw in ours.flaws}
        assert theirs.findings


def test_words_of_a_decision_that_the_pack_does_not_have_are_found(whole: Files) -> None:
    def other_words(said: dict[str, Any]) -> None:
        said["clauses"][0]["text_zh"] = "无须公示。"

    def other_difference(said: dict[str, Any]) -> None:
        said["differences"][0]["found"] = "case.amount_fen"

    for change in (other_words, other_difference):
        forged = verify_bundle(resealed(of_line("decisions.jsonl", 1, change)(whole)), TRUSTED)

        assert [("data/decisions.jsonl", 1)] == places(forged.flaws)


def test_a_page_that_was_not_written_of_the_data_is_said_to_be_none(whole: Files) -> None:
    page = whole["index.html"].replace(b"<td>2022-01-13</td>", b"<td>2022-01-12</td>")
    answer = verify_bundle(resealed({**whole, "index.html": page}), TRUSTED)

    assert "not" == next(check.state for check in answer.checks if check.name == "page")


def test_a_log_that_shows_the_auditor_two_roots_at_one_size_is_found_by_both(
    evidence: Bundled, whole: Files, place: Path
) -> None:
    note = whole["data/checkpoint"]
    root = note.split(b"\n")[2]
    other = note.replace(root, b"A" * 43 + b"=")
    ours = verify_bundle(whole, TRUSTED, other)
    lone(whole, place)
    theirs = ALONE.verify_bundle(place, ALONE.Outside(ALONE.read_policy(POLICY), {"kept": other}))

    assert "damaged" == ours.verdict == theirs.verdict
    assert "proven" == verify_bundle(whole, TRUSTED, note).verdict


def test_a_checkpoint_that_too_few_cosigned_is_refused_by_both(
    evidence: Bundled, place: Path
) -> None:
    files = remade(evidence, POLICY)
    lines = files["data/checkpoint"].split(b"\n")
    files["data/checkpoint"] = b"\n".join(
        one for one in lines if not one.startswith(("— audit".encode(), "— finance".encode()))
    )
    ours, theirs = both(resealed(files), place)

    assert "damaged" == ours.verdict
    assert [("data/checkpoint", None)] == places(ours.flaws)
    assert ["the quorum of witnesses is not met"] == [one["message"] for one in theirs.findings]


def called(**other: Any) -> Callable[[Files], Files]:
    """Call a bundle after something else."""
    return of_line("manifest.json", 1, lambda said: said.update(other))


@pytest.mark.parametrize(
    "other",
    [
        {"subject": "case/520123-2022-000001"},
        {"kind": "month"},
        {"kind": "list"},
        {"kind": "else"},
        {"case": None},
        {"month": "2022-06"},
        {"streams": []},
    ],
)
def test_a_bundle_that_is_called_after_another_case_than_it_holds_is_refused_by_both(
    other: dict[str, Any], whole: Files, place: Path
) -> None:
    ours, theirs = both(resealed(called(**other)(whole)), place)

    assert "damaged" == ours.verdict
    assert ("data/manifest.json", 1) in places(ours.flaws)
    assert "data/manifest.json, line 1" in [one["field"] for one in theirs.findings]


def test_findings_about_another_subject_are_refused_by_both(
    evidence: Bundled, whole: Files, place: Path
) -> None:
    rule = b"-- a rule\n"
    one = {"positions": [], "rule": "X001", "subject": "person/other"}
    finding = {**whole, "data/rule.sql": rule}
    finding["data/findings.jsonl"] = json.dumps(one, separators=(",", ":")).encode() + b"\n"
    told = {"as_of": "2024-01-15", "id": "X001", "sha256": digest(rule)}
    more = [{"en": "", "path": name, "zh": ""} for name in ("rule.sql", "findings.jsonl")]
    said = json.loads(whole["data/manifest.json"])
    forged = called(kind="finding", rule=told, files=said["files"] + more)(finding)
    ours, theirs = both(resealed(forged), place)

    assert [("data/findings.jsonl", 1)] == places(ours.flaws)
    assert ["data/findings.jsonl, line 1"] == [one["field"] for one in theirs.findings]


def test_files_with_holes_do_not_fill_the_memory(evidence: Bundled, tmp_path: Path) -> None:
    """Sixty of them made both verifiers take four gigabytes, and cost whoever made them nothing."""
    place = written(files_of(evidence.folder), tmp_path / "evidence")
    for number in range(9):
        with (place / f"data/x{number}.bin").open("wb") as file:
            file.truncate(2**26)
    with pytest.raises(ServiceError, match="at most 536870912 bytes"):
        read_bundle(place)
    with pytest.raises(ALONE.CannotRunError, match="more than"):
        ALONE.verify_bundle(place, ALONE.Outside(None, {}))
