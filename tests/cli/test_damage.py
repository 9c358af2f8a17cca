from __future__ import annotations

import json
import os
import shutil
import sqlite3
from pathlib import Path

import pytest
from tests.cli.shell import on

from aidledger.interfaces.cli.main import run


@pytest.fixture
def copy(county: Path, tmp_path: Path) -> Path:
    """A copy of the county that an attacker holds, without its mark."""
    path = tmp_path / "copy.db"
    for ending in ("", "-wal"):
        if Path(f"{county}{ending}").exists():
            shutil.copyfile(f"{county}{ending}", f"{path}{ending}")
    return path


def attack(path: Path, *statements: str) -> None:
    """Change a database as its owner can: triggers are dropped first."""
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        for (name,) in rows.fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
    connection.close()


@pytest.mark.parametrize(
    ("statement", "position"),
    [
        (
            "UPDATE entries SET record = CAST(replace(CAST(record AS TEXT), '$type', '$typf') AS BLOB) WHERE position = 300",
            300,
        ),
        ("UPDATE entries SET stream = 'case/x' WHERE position = 300", 300),
        ("UPDATE entries SET leaf_hash = zeroblob(32) WHERE position = 300", 300),
        ("DELETE FROM entries WHERE position = 300", 300),
        ("UPDATE batches SET root = zeroblob(32) WHERE position = 0", 0),
        ("UPDATE batches SET cause = 'another' WHERE position = 0", 0),
        ("UPDATE batches SET recorded_at = 'x' WHERE position = 0", 0),
        ("DELETE FROM batches WHERE position = 0", 0),
    ],
)
def test_verify_names_the_entry_that_was_changed(copy: Path, statement: str, position: int) -> None:
    attack(copy, statement)
    ran = on(copy, "verify", "--json")
    found = ran.object

    assert (1, "damaged") == (ran.code, found["verdict"])
    places = {finding["position"] for finding in found["findings"]}
    assert position in places


def test_a_tail_that_was_cut_off_is_found(copy: Path) -> None:
    attack(copy, "DELETE FROM entries WHERE position >= (SELECT max(position) - 4 FROM entries)")
    ran = on(copy, "verify", "--json")

    assert 1 == ran.code
    assert {"head_size", "batch_extra"} <= {f["code"] for f in ran.object["findings"]}


def test_a_tail_cut_off_together_with_its_head_is_found_by_the_mark(
    ledger: Path, tmp_path: Path
) -> None:
    """Whoever restores an old copy restores a whole ledger: only what lies outside tells."""
    old = tmp_path / "old.db"
    shutil.copyfile(ledger, old)
    line = (
        b'{"type": "NeedDiscovered", "stream": "case/1", "effective_on": "2022-01-04", '
        b'"actor": "u1", "office": "o1", "data": {"assessment": "eligible", "channel": "patrol", '
        b'"informed": true, "township": "t", "village": "v"}}'
    )
    assert 0 == on(ledger, "record", "-", stdin=line).code
    for ending in ("-wal", "-shm"):
        Path(f"{ledger}{ending}").unlink(missing_ok=True)
    shutil.copyfile(old, ledger)
    ran = on(ledger, "verify", "--json")

    assert (1, ["behind_mark"]) == (ran.code, [f["code"] for f in ran.object["findings"]])
    assert "shorter than it once was" in ran.object["findings"][0]["message"]
    assert "比它曾有的短" in on(ledger, "--lang", "zh", "verify").out


def test_people_read_which_entry_it_is(copy: Path) -> None:
    attack(copy, "UPDATE entries SET leaf_hash = zeroblob(32) WHERE position = 300")
    ran = on(copy, "verify")

    assert 1 == ran.code
    assert "position 300" in ran.out
    assert "verdict: damaged" in ran.out
    assert "位置 300" in on(copy, "--lang", "zh", "verify").out


@pytest.mark.parametrize("content", [b"", b"x" * 5000, os.urandom(5000), b"SQLite format 3\0" * 99])
@pytest.mark.parametrize("command", ["verify", "case list", "rebuild", "due", "case show 1"])
def test_a_file_that_is_no_ledger_is_an_error_and_never_a_traceback(
    tmp_path: Path, content: bytes, command: str
) -> None:
    path = tmp_path / "noise.db"
    path.write_bytes(content)
    ran = on(path, *command.split())

    assert ran.code in (3, 10)
    assert ran.err.startswith("aidledger: error: ")
    assert "Traceback" not in ran.err


def test_a_ledger_with_overwritten_pages_never_ends_in_a_traceback(copy: Path) -> None:
    content = bytearray(copy.read_bytes())
    middle = len(content) // 2
    content[middle : middle + 4096] = b"\xff" * 4096
    copy.write_bytes(content)
    for command in ("verify", "case list", "rebuild", "due"):
        ran = on(copy, *command.split())

        assert ran.code in (0, 1, 3, 4)
        assert "Traceback" not in ran.err
        assert "internal error" not in ran.err


def test_a_rebuild_that_skipped_entries_says_so(copy: Path) -> None:
    attack(copy, "UPDATE entries SET record = X'00' WHERE position = 300")
    ran = on(copy, "rebuild", "--json")

    assert 3 == ran.code
    assert [300] == [one["position"] for one in ran.object["skipped"]]


def test_a_bug_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_args: object, **_more: object) -> None:
        raise ZeroDivisionError("110101199003077854")

    monkeypatch.setattr("aidledger.interfaces.cli.founding.shipped_packs", broken)
    monkeypatch.setenv("AIDLEDGER_LANG", "en")
    monkeypatch.delenv("AIDLEDGER_DEBUG", raising=False)

    assert 70 == run(["adopt"])
    said = capsys.readouterr().err
    assert "aidledger: error: internal error (ZeroDivisionError)\n" in said
    assert "110101199003077854" not in said

    monkeypatch.setenv("AIDLEDGER_DEBUG", "1")
    assert 70 == run(["adopt"])
    assert "Traceback" in capsys.readouterr().err


def test_a_past_that_gives_no_root_is_one_clear_error(copy: Path) -> None:
    attack(copy, "DELETE FROM entries WHERE position = 300")

    assert 0 == on(copy, "case", "list", "--at", "200").code
    for lang, words in (("en", "gives no root at 302 entries"), ("zh", "数据库已损坏")):
        ran = on(copy, "--lang", lang, "case", "list", "--at", "301")
        assert (3, "") == (ran.code, ran.out)
        assert words in ran.err


def test_the_log_of_a_damaged_ledger_is_what_can_be_read(copy: Path) -> None:
    attack(
        copy,
        "DELETE FROM entries WHERE position = 300",
        "UPDATE entries SET record = CAST('{}' AS BLOB) WHERE position = 301",
        "UPDATE entries SET recorded_at = 'x' WHERE position = 302",
    )
    ran = on(copy, "log", "--json", "--since", "2022-01-01")
    shown = [json.loads(line)["position"] for line in ran.out.splitlines()]

    assert 3 == ran.code  # it says what it lacks
    assert 302 in shown
    assert not {300, 301} & set(shown)


@pytest.mark.parametrize(
    ("words", "lang"),
    [
        (("case", "list"), "en"),
        (("case", "list"), "zh"),
        (("list", "case_state"), "en"),
        (("due",), "zh"),
        (("log", "--type", "PaymentRostered"), "en"),
        (("diff", "2022-01-31", "2022-03-31"), "en"),
        (("sql", "SELECT count(*) AS entries FROM entry"), "en"),
        (("whatif", "--pack", "gz-county-2022", "--month", "2022-02"), "zh"),
    ],
)
def test_an_answer_that_lacks_entries_says_so_and_ends_with_3(
    copy: Path, words: tuple[str, ...], lang: str
) -> None:
    whole = on(copy, *words, "--lang", lang)
    attack(copy, "UPDATE entries SET record = x'7b' WHERE type = 'PaymentRostered'")
    ran = on(copy, *words, "--lang", lang)
    said = "有条目读不出或已不在" if lang == "zh" else "entries can't be read or are gone"

    assert (0, False) == (whole.code, said in whole.err)
    assert (3, True) == (ran.code, said in ran.err)


def test_an_order_on_a_case_that_lacks_entries_is_refused_in_words(
    county: Path, copy: Path
) -> None:
    cases = on(copy, "case", "list", "--json").object["cases"]
    stream = next(one["case"] for one in cases if one["form"])
    attack(
        copy,
        "UPDATE entries SET record = x'7b' WHERE type = 'ApplicationAccepted' "
        f"AND stream = '{stream}'",
    )
    order = {
        "type": "SupportFormSet",
        "stream": stream,
        "effective_on": "2022-12-01",
        "actor": "u1",
        "office": "520123",
        "data": {"consent": True, "form": "concentrated"},
    }
    shutil.copyfile(f"{county}.secrets", f"{copy}.secrets")
    Path(f"{copy}.secrets").chmod(0o600)
    ran = on(copy, "record", "--lang", "zh", stdin=json.dumps(order).encode())

    assert 1 == ran.code
    assert f"{stream} 有条目读不出或已不在，见 aidledger verify" in ran.err
