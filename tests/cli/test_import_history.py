"""``import-history`` as it is typed: what is said on each end, and with which exit status."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.cli.shell import aidledger, on
from tests.services.historyfiles import accepted, visit, written

from aidledger.services.acts import recording
from aidledger.services.importing import bulk
from aidledger.services.importing.rejects import read_rejects
from aidledger.store.errors import StoreError


@pytest.fixture
def ledger(tmp_path: Path) -> Path:
    place = tmp_path / "county.db"
    assert 0 == aidledger("--ledger", place, "init", "--origin", "test/county").code
    return place


def test_a_history_is_imported_and_what_the_file_held_is_said(ledger: Path, tmp_path: Path) -> None:
    path = written(tmp_path / "h.jsonl", visit(0), visit(1))
    ran = on(ledger, "--lang", "en", "import-history", path)

    assert 0 == ran.code
    assert "2 of 2 rows recorded" == ran.out.splitlines()[0]
    assert all(len(line) <= 80 for line in ran.out.splitlines())

    again = on(ledger, "--lang", "zh", "import-history", path)

    assert (0, "已记录 2 行，共 2 行") == (again.code, again.out.splitlines()[0])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_rows_whose_day_is_still_to_come_are_counted_and_told(
    ledger: Path, tmp_path: Path, lang: str
) -> None:
    """2099 for 2022: no state, list or rule counts them before, and nothing said so."""
    early = [visit(number, effective_on="2099-02-02") for number in (1, 2)]
    path = written(tmp_path / "h.jsonl", visit(0), *early)
    ran = on(ledger, "--lang", lang, "import-history", path)
    told = {"zh": "2 行，自第 2 行起", "en": "2, from line 2 on"}

    assert 0 == ran.code
    assert told[lang] in ran.out
    again = on(ledger, "import-history", path, "--json").object

    assert (0, None) == (again["still_to_come"], again["still_to_come_line"]), (
        "nothing recorded anew"
    )


def test_a_dry_run_needs_no_ledger_and_writes_nothing(tmp_path: Path) -> None:
    path = written(tmp_path / "h.jsonl", visit(0))
    ran = aidledger("import-history", path, "--dry-run", "--json")

    assert (0, "checked", 1) == (ran.code, ran.object["status"], ran.object["rows"])
    assert [{"column": "VisitMade", "total": 1}] == ran.object["totals"]
    assert [path] == list(tmp_path.iterdir())


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_bad_rows_are_named_and_nothing_is_recorded(
    ledger: Path, tmp_path: Path, lang: str
) -> None:
    path = written(tmp_path / "h.jsonl", visit(0), b"{\n")
    ran = on(ledger, "--lang", lang, "import-history", path)
    words = {"zh": "第 2 行", "en": "line 2"}

    assert 1 == ran.code
    assert words[lang] in ran.err
    assert 0 == on(ledger, "import-history", path, "--json").object["problems"][0]["line"] - 2


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_stop_says_how_far_it_came_and_how_to_go_on(
    ledger: Path, tmp_path: Path, lang: str
) -> None:
    path = written(tmp_path / "h.jsonl", visit(0), accepted(1), visit(2))
    stopped = on(ledger, "--lang", lang, "import-history", path, "--batch", "1")
    words = {"zh": "已记录 1 行，共 3 行", "en": "1 of 3 rows are recorded"}

    assert 1 == stopped.code
    assert words[lang] in stopped.err

    told = on(ledger, "import-history", path, "--json").object

    assert ("stopped", 1, 3) == (told["status"], told["recorded"], told["rows"])

    done = on(ledger, "--lang", lang, "import-history", path, "--keep-going", "--json")
    rejects = Path(done.object["rejects"])

    assert (1, 2, 1, 1) == (
        done.code,
        *(done.object[key] for key in ("recorded", "rejected", "before")),
    )
    assert [accepted(1)] == [json.loads(one["row"]) for one in read_rejects(rejects)]
    assert 0o600 == rejects.stat().st_mode & 0o777


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_store_that_gives_out_says_that_it_can_be_gone_on_with(
    ledger: Path, tmp_path: Path, lang: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That nothing of the request was recorded is true of a batch, and of no other."""
    path, append = written(tmp_path / "h.jsonl", visit(0), visit(1)), recording.append
    calls: list[str] = []

    def full(*words: Any, **more: Any) -> Any:
        calls.append("")
        if len(calls) > 1:
            raise StoreError("disk full", code="disk_full").undone()
        return append(*words, **more)

    with monkeypatch.context() as patch:
        patch.setattr(bulk, "append", full)
        ran = on(ledger, "--lang", lang, "import-history", path, "--batch", "1")
    again = on(ledger, "--lang", lang, "import-history", path, "--batch", "1", "--json")
    words = {"zh": "再次执行同一命令即从停下处继续", "en": "goes on from there"}

    assert 75 == ran.code
    assert words[lang] in ran.err
    assert (0, 2, 1) == (again.code, again.object["recorded"], again.object["before"])
    assert words[lang] not in on(tmp_path / "none", "import-history", path).err


def test_a_ledger_that_was_put_back_is_not_imported_into_however_often(
    ledger: Path, tmp_path: Path
) -> None:
    """It was called a passing trouble, to be tried again: a timer would have, for ever."""
    path = written(tmp_path / "h.jsonl", visit(0))
    old = ledger.read_bytes()
    assert 0 == on(ledger, "import-history", path).code
    for left in ledger.parent.glob("county.db-*"):
        left.unlink()
    ledger.write_bytes(old)
    ran = on(ledger, "import-history", written(tmp_path / "i.jsonl", visit(1)))

    assert 3 == ran.code
    assert "was an old backup restored" in ran.err


def test_a_template_can_be_filled_in_and_imported(ledger: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "visits.csv"
    sheet.write_bytes(aidledger("import-history", "--type", "VisitMade", "--template").raw)
    ran = on(ledger, "import-history", sheet, "--type", "VisitMade", "--json")

    assert (0, 1) == (ran.code, ran.object["recorded"])


@pytest.mark.parametrize("words", [(), ("--template",), ("nothing.jsonl",)])
def test_what_is_missing_is_said(ledger: Path, words: tuple[str, ...]) -> None:
    ran = on(ledger, "import-history", *words)

    assert ran.code in (2, 3)
    assert "aidledger: error: " in ran.err


def test_a_simulated_county_writes_what_was_asked_of_it(ledger: Path, tmp_path: Path) -> None:
    path = tmp_path / "requests.jsonl"
    words = ("simulate", "--cases", "2", "--months", "1", "--requests", path)

    assert 0 == on(ledger, *words).code
    assert 0 == aidledger("import-history", path, "--dry-run", "--as-is").code


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_dry_run_on_a_ledger_names_what_the_rules_would_refuse(
    ledger: Path, tmp_path: Path, lang: str
) -> None:
    path = written(tmp_path / "h.jsonl", visit(0), accepted(1))
    told = on(ledger, "import-history", path, "--dry-run", "--json")
    shown = on(ledger, "--lang", lang, "import-history", path, "--dry-run")
    words = {"zh": "规则会拒绝 1 行，共 2 行", "en": "rules would refuse 1 of 2 rows"}

    assert (1, 1) == (told.code, shown.code)
    assert ("rehearsed", 1, [2]) == (
        told.object["status"],
        told.object["refused"],
        [one["line"] for one in told.object["problems"]],
    )
    assert words[lang] in shown.out
    assert 2 == on(ledger, "import-history", path, "--keep-going", "--json").object["rows"]
