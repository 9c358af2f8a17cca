from __future__ import annotations

import os
import re
import shlex
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.cli.shell import ENVIRONMENT, Ran, aidledger, on
from tests.store.drafts import APPEND_ONLY

from aidledger.interfaces.cli import layout
from aidledger.ledger.misbehaviour import Misbehaved, check_bundle
from aidledger.ledger.trust import parse_policy

SMALL = ("--cases", "12", "--months", "4")
COMMAND = re.compile(r"^\$ (.*(?:(?<=\\)\n.*|(?<=<<END)\n(?:.*\n)+?END)*)$", re.MULTILINE)


class Tour(NamedTuple):
    folder: Path
    ran: Ran
    typed: list[str]


@pytest.fixture(scope="module")
def tour(tmp_path_factory: pytest.TempPathFactory) -> Tour:
    """A small tour whose files are kept; tests read them only."""
    folder = tmp_path_factory.mktemp("tour") / "kept"
    ran = aidledger("demo", *SMALL, "--keep", folder)

    assert 0 == ran.code, ran.err
    return Tour(folder, ran, COMMAND.findall(ran.out))


def reading(typed: list[str]) -> list[list[str]]:
    """The commands that only read, as words."""
    words = [shlex.split(one.replace("\\\n", "")) for one in typed]
    kinds = ({"verify"}, {"proof", "check"}, {"case", "show"}, {"case", "explain"}, {"list"})
    return [one[1:] for one in words if any(kind <= set(one) for kind in kinds)]


def test_the_tour_proves_a_ledger_and_finds_both_attacks(tour: Tour) -> None:
    out = tour.ran.out
    verdicts = re.findall(r"^verdict: (.*)$", out, re.MULTILINE)

    for number in range(1, 11):
        assert f"━━ {number}  " in out
    assert f"$ cd {tour.folder}\n" in out
    assert ["proven", "damaged", "damaged", "consistent, but unproven", "damaged"] == verdicts
    assert "witnessed by audit, finance, supervision" in layout.plain(out)
    assert "✓ 520123-2022-" in out
    for code in ("leaf_hash_differs", "signature_invalid", "checkpoint_root"):
        assert f"[{code}]" in out
    assert 1 == layout.plain(out).count("is not of these entries: history was rewritten")
    assert "assurance=low" in out


def test_the_keys_and_the_stick_lie_where_the_tour_says(tour: Tour) -> None:
    names = {str(path.relative_to(tour.folder)) for path in tour.folder.rglob("*")}
    policy = (tour.folder / "stick/policy.txt").read_text()

    assert {"county.db", "stick/checkpoint", "offices/audit/keys", "misbehaviour.bundle"} <= names
    assert 0o700 == (tour.folder / "county.db.keys").stat().st_mode & 0o777
    assert 4 == len((tour.folder / "stick/checkpoint").read_text().split("\n— ")) - 1
    assert policy.endswith("group offices 2 audit finance supervision\nquorum offices\n")


def test_the_byte_that_is_typed_is_the_one_that_was_changed(tour: Tour, tmp_path: Path) -> None:
    [copied, changed] = [one for one in tour.typed if re.match(r"cp |printf ", one)]
    shutil.copyfile(tour.folder / "county.db", tmp_path / "county.db")
    done = run_piped("sh", "-c", f"{copied}\n{changed}", cwd=tmp_path, environ={})

    assert (0, "") == (done.returncode, done.stderr)
    mine, theirs = ((at / "tampered.db").read_bytes() for at in (tmp_path, tour.folder))
    before = (tour.folder / "county.db").read_bytes()
    assert theirs == mine
    assert 1 == sum(one != other for one, other in zip(mine, before, strict=True))


def test_the_forged_ledger_is_sound_in_all_that_its_operator_can_make(tour: Tour) -> None:
    def codes(name: str) -> set[str]:
        return {
            found["code"] for found in on(tour.folder / name, "verify", "--json").object["findings"]
        }

    assert {"signature_invalid"} == codes("forged.db")
    assert set() == codes("resigned.db")
    with closing(sqlite3.connect(tour.folder / "resigned.db")) as connection:
        for table in APPEND_ONLY:
            if connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]:
                with pytest.raises(sqlite3.IntegrityError, match="never changed"):
                    connection.execute(f"DELETE FROM {table}")


def test_the_evidence_of_the_attack_convinces_a_third_party(tour: Tour) -> None:
    policy = parse_policy((tour.folder / "stick/policy.txt").read_bytes())
    bundle = (tour.folder / "misbehaviour.bundle").read_bytes()

    assert isinstance(check_bundle(bundle, policy), Misbehaved)


def test_what_reads_can_be_typed_again_in_the_kept_folder(
    tour: Tour, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tour.folder)
    again = [(words, aidledger(*words)) for words in reading(tour.typed)]

    assert 9 == len(again)
    for words, ran in again:
        assert ran.code == (4 if words[1] == "resigned.db" and len(words) == 3 else ran.code)
        assert ran.code in (0, 1, 4), (words, ran.err)
        if not {"explain", "list"} & set(words):  # of these the tour shows a part
            assert ran.out in tour.ran.out, words


def test_all_that_is_typed_makes_and_proves_the_same_ledger_in_an_empty_folder(
    tour: Tour, tmp_path: Path
) -> None:
    (tmp_path / "bin").mkdir()
    shim = tmp_path / "bin/aidledger"
    shim.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m aidledger "$@"\n')
    shim.chmod(0o700)
    folder = tmp_path / "mine"
    folder.mkdir()
    until = next(at for at, one in enumerate(tour.typed) if " rebuild " in one)
    path = {"PATH": f"{shim.parent}:{os.environ['PATH']}"}
    done = run_piped("sh", "-c", "\n".join(tour.typed[1:until]), cwd=folder, environ=path)
    made = re.search(r"^  root +[0-9a-f]{64}$", tour.ran.out, re.MULTILINE)

    assert "error" not in done.stderr
    assert "\nverdict: proven\n" in done.stdout
    assert 2 == done.stdout.count("✓ entry-") + done.stdout.count(".case-proof: these are all")
    assert made is not None
    assert made[0] in done.stdout


def test_no_line_of_the_tour_is_wider_than_a_narrow_terminal() -> None:
    tour = [sys.executable, "-m", "aidledger", "--lang", "zh", "demo", *SMALL]
    zh = run_piped(*tour, cwd=None, environ={})
    typed = COMMAND.findall(zh.stdout)

    assert 0 == zh.returncode, zh.stderr
    assert "结论：已证明" in zh.stdout
    assert {"--lang"} == {one.split()[1] for one in typed if one.startswith("aidledger")}
    assert [] == [line for line in zh.stdout.splitlines() if layout.width(line) > 80]


def run_piped(
    *words: str, cwd: Path | None, environ: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    """Run a program as a pipe does: nobody says how wide a terminal is."""
    kept = {**os.environ, **ENVIRONMENT, **environ}
    del kept["COLUMNS"]
    return subprocess.run(words, cwd=cwd, env=kept, capture_output=True, text=True, check=False)


def test_the_tour_leaves_the_keys_of_others_alone(tmp_path: Path) -> None:
    ran = aidledger("demo", environ={"AIDLEDGER_KEYS": str(tmp_path)})

    assert 2 == ran.code
    assert [] == list(tmp_path.iterdir())


def test_the_tour_does_not_touch_a_directory_with_something_in_it(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    ran = aidledger("demo", "--keep", tmp_path)

    assert 2 == ran.code
    assert ["letter.txt"] == [path.name for path in tmp_path.iterdir()]


def test_a_tour_without_an_approved_case_says_so() -> None:
    ran = aidledger("demo", "--cases", "0", "--months", "1")

    assert 2 == ran.code
    assert "no case was approved" in ran.err
