"""``aidledger attack`` at the prompt: what it prints, how it ends, and what auditors bring along."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.adversary.removals import REMOVALS
from tests.cli.shell import ENVIRONMENT, on
from tests.services.signed import ORIGIN
from tests.services.witnessed import AUDIT, FINANCE, TIME

from aidledger.interfaces.cli import layout
from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.attacks import _show, report_object
from aidledger.interfaces.cli.language import Language
from aidledger.ledger.cosignature import cosign, sign_checkpoint
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.note import add_signatures
from aidledger.ledger.signing import SeedSigner
from aidledger.services.adversary.running import AttackReport
from aidledger.store.keyfiles import create_key
from aidledger.store.opening import open_ledger

LOG = SeedSigner(ORIGIN, KeyKind.NOTE, b"\x07" * 32)


def test_the_object_says_of_every_row_what_was_found_and_where(county: str) -> None:
    asked = ["--operator", "rewrite:entry", "--operator", "limit:no_checkpoint"]
    ran = on(Path(county), "attack", "--json", *asked)
    said = ran.object

    assert 0 == ran.code, ran.err
    assert ("aidledger/attack/v1", "sqlite", "made") == (
        said["schema"],
        said["engine"],
        said["anchors"],
    )
    assert {"findings": 0} == said["clean"]
    assert [] == said["not_run"]
    assert [
        ("rewrite:entry", "none"),
        ("rewrite:entry", "log"),
        ("rewrite:entry", "officer"),
        ("limit:no_checkpoint", "log"),
    ] == [(one["name"], one["attacker"]) for one in said["operators"]]
    *found, limit = said["operators"]
    for one in found:
        assert one["found"]
        assert one["position"] in one["expected"]
        assert one["coalition"] is None
    assert (False, None, []) == (limit["found"], limit["position"], limit["codes"])
    assert "the operator alone" == limit["coalition"]


def test_the_whole_report_as_an_object_has_no_coalition_where_something_was_found(
    county: str, everything: AttackReport
) -> None:
    said = report_object(App(lang="zh", ledger=county), county, everything)

    assert all((one["coalition"] is None) == one["found"] for one in said["operators"])
    assert {"absent"} == {one["code"] for one in said["not_run"]}
    assert len(said["operators"]) == len(everything.tried)


def test_an_address_is_shown_without_its_password(everything: AttackReport) -> None:
    where = "postgresql://clerk:secret@db.example/county"

    said = report_object(App(lang="en", ledger=where), where, everything)["ledger"]

    assert "postgresql://clerk@db.example/county" == said


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_whole_report_fits_a_terminal(
    lang: Language,
    everything: AttackReport,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    _show(App(lang=lang, ledger=None), everything)
    out = capsys.readouterr().out

    assert [] == [line for line in out.splitlines() if layout.width(line) > 80]
    assert ("未见证，运营方可改写历史" if lang == "zh" else "unwitnessed") in out
    assert ("无法发现，须由：" if lang == "zh" else "it takes the operator alone") in out
    assert "✗" not in out


def test_a_short_run_is_shown_like_this(county: str) -> None:
    ran = on(Path(county), "--lang", "en", "attack", "--operator", "column:head.*")
    text = re.sub(r"\d{3}", "NNN", ran.out)

    assert 0 == ran.code
    assert text.splitlines() == SHORT.splitlines()


SHORT = """NNN entries (sqlite)
no checkpoint was given: a log key and three witnesses (quorum 2), made for this
trial and thrown away, signed checkpoints of the copy; they prove nothing of the
ledger itself
unwitnessed: the operator can rewrite history

each column of the database
   attack                                              who       result
─  ──────────────────────────────────────────────────  ────────  ───────────────
✓  change the column head.size [column:head.size]      database  at position NNN
✓  change the column head.root [column:head.root]      database  found
✓  change the column head.frontier                     database  at position NNN
   [column:head.frontier]
✓  change the column head.recorded_at                  database  at position NNN
   [column:head.recorded_at]
✓  change the column head.origin [column:head.origin]  database  at position 0

5 found, 0 can't be found, 0 missed, 0 could not be tried
"""


def test_a_missed_attack_is_said_and_sets_the_exit_status(
    county: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    REMOVALS["head_root"](monkeypatch)
    REMOVALS["behind_mark"](monkeypatch)
    ran = on(Path(county), "--lang", "en", "attack", "--operator", "column:head.root")

    assert 1 == ran.code
    assert "✗" in ran.out
    assert "NOT FOUND" in ran.out
    assert "1 missed" in ran.out


def test_the_operators_are_listed_without_a_ledger() -> None:
    ran = on(Path("nowhere.db"), "--lang", "zh", "attack", "--list", "--operator", "delete:*")

    assert 0 == ran.code
    assert "删除整个个案" in ran.out
    listed = on(Path("nowhere.db"), "attack", "--list", "--json").object["operators"]
    assert len(listed) > 400
    assert {"name", "kind", "attackers", "title", "findable"} == set(listed[0])


def test_an_unknown_operator_is_wrong_usage(county: str) -> None:
    ran = on(Path(county), "attack", "--operator", "sing")

    assert 2 == ran.code
    assert "--list" in ran.err


def test_no_ledger_there_has_its_own_status(tmp_path: Path) -> None:
    assert 10 == on(tmp_path / "none.db", "attack").code


def checkpoints(location: str, folder: Path, sizes: list[int]) -> list[str]:
    """Write the auditor's files: checkpoints at the ends of batches, and a policy."""
    store = open_ledger(location, read_only=True)
    ends = [(row.position + row.count, row.root) for row in store.read_batches()]
    store.close()
    words = []
    for share in sizes:
        size, root = ends[len(ends) * share // 10 - 1]
        note = sign_checkpoint(ORIGIN, size, root, [LOG], TIME)
        note = add_signatures(note, [cosign(note.text, one, TIME) for one in (AUDIT, FINANCE)])
        path = folder / f"{size}.checkpoint"
        path.write_bytes(note.encode())
        words += ["--checkpoint", str(path)]
    policy = folder / "policy.txt"
    policy.write_text(
        f"log {LOG.key.vkey()}\nwitness audit {AUDIT.key.vkey()}\n"
        f"witness finance {FINANCE.key.vkey()}\ngroup offices all audit finance\nquorum offices\n"
    )
    return [*words, "--policy", str(policy)]


GIVEN = ["rewrite:*", "truncate:*", "fork:*", "limit:uncovered_tail", "note:no_quorum"]


def test_the_auditors_own_checkpoints_find_it_too(copy: str, tmp_path: Path) -> None:
    create_key(Path(f"{copy}.keys"), ORIGIN, KeyKind.NOTE, passphrase=None, seed=b"\x07" * 32)
    words = checkpoints(copy, tmp_path, [7, 8, 9])
    asked = [word for name in GIVEN for word in ("--operator", name)]
    ran = on(Path(copy), "attack", "--json", *words, *asked)
    said = ran.object

    assert "given" == said["anchors"]
    assert [] == said["not_run"]
    assert [] == [
        one["name"] for one in said["operators"] if one["found"] == (one["coalition"] is not None)
    ]
    assert 0 == ran.code
    shown = on(Path(copy), "--lang", "en", "attack", *words, "--operator", "delete:first").out
    assert "unwitnessed" not in shown


def test_without_the_logs_true_key_its_thief_is_not_tried(copy: str, tmp_path: Path) -> None:
    words = checkpoints(copy, tmp_path, [8])
    ran = on(Path(copy), "attack", "--json", *words, "--operator", "fork:*")

    assert 3 == ran.code
    assert {"no_key"} == {one["code"] for one in ran.object["not_run"]}


def test_checkpoints_that_count_for_nothing_are_named_as_the_reason(
    copy: str, tmp_path: Path
) -> None:
    *words, _, policy = checkpoints(copy, tmp_path, [8])
    other = SeedSigner(ORIGIN, KeyKind.NOTE, b"\x09" * 32)
    text = Path(policy).read_text().replace(LOG.key.vkey(), other.key.vkey())
    Path(policy).write_text(text)
    ran = on(
        Path(copy), "attack", "--json", *words, "--policy", policy, "--operator", "rewrite:entry"
    )

    assert 3 == ran.code
    assert {"unanchored"} == {one["code"] for one in ran.object["not_run"]}
