from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.cli.shell import on

from aidledger.interfaces.cli.app import App
from aidledger.interfaces.cli.errors import EXIT_CODES, CommandError
from aidledger.interfaces.cli.faults import service_fault
from aidledger.interfaces.cli.outcomes import show_outcome
from aidledger.replay.generation import GenerationsError
from aidledger.replay.models import ModelError
from aidledger.services.problems import ServiceError
from aidledger.store.errors import (
    CommitLostError,
    LedgerExistsError,
    LedgerMissingError,
    SecretsError,
    StoreError,
    UnsafeDatabaseError,
    VaultError,
)
from aidledger.store.outcome import Rejected, Unknown

ERRORS = [
    (LedgerMissingError("x: no ledger here"), 10),
    (StoreError("x", code="not_a_ledger"), 10),
    (LedgerExistsError("x"), 2),
    (StoreError("x", code="usage"), 2),
    (StoreError("x", code="locked"), 11),
    (SecretsError("x"), 12),
    (SecretsError("x", code="exists"), 2),
    (VaultError("x"), 12),
    (StoreError("x", code="disk_full"), 75),
    (StoreError("x", code="io_error"), 75),
    (StoreError("x", code="connection_lost"), 75),
    (StoreError("x", code="unreachable"), 75),
    (StoreError("x", code="damaged"), 3),
    (UnsafeDatabaseError("x"), 3),
    (ServiceError("x"), 3),
    (GenerationsError("x", "wait until it is done"), 3),
    (ModelError("x", "a", "b", "rename the file"), 3),
    (ServiceError("x", exit_code=2), 2),
    (FileNotFoundError(2, "No such file or directory", "x"), 3),
]


@pytest.mark.parametrize(("error", "expected"), ERRORS)
def test_every_error_has_its_exit_status(error: Exception, expected: int) -> None:
    for lang in ("zh", "en"):
        fault = service_fault(error, lang)

        assert fault is not None
        assert expected == fault.exit_code
        assert fault.exit_code in EXIT_CODES
        assert fault.message


@pytest.mark.parametrize(
    ("error", "recorded"),
    [
        (StoreError("sqlite: full", code="disk_full", hint="free some space"), None),
        (StoreError("sqlite: full", code="disk_full", hint="free some space").undone(), "no"),
        (CommitLostError(StoreError("sqlite: full", code="disk_full").undone()), "perhaps"),
    ],
)
def test_a_full_disk_says_of_records_only_what_is_known(
    error: StoreError, recorded: str | None
) -> None:
    chinese, english = (service_fault(error, lang) for lang in ("zh", "en"))
    assert chinese is not None
    assert english is not None

    assert chinese.message.startswith("磁盘已满（")
    assert ("本次请求没有任何内容被记录" in chinese.hint) is (recorded == "no")
    assert ("不知是否已记录" in chinese.hint) is (recorded == "perhaps")
    assert ("nothing of this request was recorded" in english.hint) is (recorded == "no")
    assert ("may or may not" in english.hint) is (recorded == "perhaps")


@pytest.mark.parametrize(
    ("number", "code", "zh", "hint"),
    [
        (errno.ENOSPC, 75, "磁盘已满", "free some space"),
        (errno.EDQUOT, 75, "磁盘配额已用完", "free some space"),
        (errno.EIO, 75, "磁盘读写失败", "look at the disk"),
        (errno.EACCES, 3, "没有权限", "ask its owner"),
        (errno.ENOENT, 3, "没有此文件或文件夹", "look at the path"),
    ],
)
def test_a_file_that_cannot_be_had_says_why_and_what_to_do(
    number: int, code: int, zh: str, hint: str
) -> None:
    error = OSError(number, os.strerror(number), "runs/lock")
    chinese, english = (service_fault(error, lang) for lang in ("zh", "en"))
    nameless = service_fault(OSError(number, os.strerror(number)), "en")
    assert chinese is not None
    assert english is not None
    assert nameless is not None

    assert chinese.message == f"runs/lock：无法读写（{zh}）"
    assert hint in english.hint
    assert chinese.hint.isascii() is False
    assert english.exit_code == chinese.exit_code == code
    assert nameless.message.startswith("a file: ")


@pytest.mark.parametrize(
    ("error", "zh"),
    [
        (StoreError("a.db: no ledger here", code="missing"), "a.db：这里没有账本"),
        (StoreError("a.db: not an aidledger ledger", code="not_a_ledger"), "a.db：这不是"),
        (StoreError("a.db: there is something already", code="exists"), "a.db：此处已有内容"),
        (
            GenerationsError("rebuild: expected r for itself, found another rebuild running", ""),
            "r：另一",
        ),
        (
            GenerationsError("g: expected a generation, found a file that cannot be read", ""),
            "g：生成",
        ),
        (ServiceError("expected two generations, found 1"), "需要两个生成版本，只有 1 个"),
        (ServiceError("archive: a: expected segments, found none"), "a：没有归档的段"),
    ],
)
def test_what_is_said_in_chinese_has_no_english_sentence_in_it(error: Exception, zh: str) -> None:
    fault = service_fault(error, "zh")
    assert fault is not None

    assert fault.message.startswith(zh)
    assert "（" not in fault.message
    assert "found" not in fault.message


def test_a_bug_is_not_taken_for_an_error_of_the_user() -> None:
    assert service_fault(ZeroDivisionError(), "en") is None


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Unknown(cause="c", code="disk_full", message="disk full"), 75),
        (Rejected(code="conflict", message="moved on"), 75),
        (Rejected(code="vault_key_changed", message="again"), 75),
        (Rejected(code="cause_reused", message="c"), 2),
        (Rejected(code="behind_mark", message="short"), 3),
        (Rejected(code="absent", message="never"), 1),
        (Rejected(code="invalid", message="broken"), 3),
    ],
)
def test_what_was_not_committed_is_never_taken_for_done(
    outcome: Unknown | Rejected, expected: int, capsys: pytest.CaptureFixture[str]
) -> None:
    for lang in ("zh", "en"):
        with pytest.raises(CommandError) as caught:
            show_outcome(App(lang=lang, ledger=None), outcome, json=True)
        status = json.loads(capsys.readouterr().out)["status"]

        assert expected == caught.value.exit_code
        assert status in ("unknown", "rejected")


def test_a_lost_answer_says_how_to_find_out(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(CommandError) as caught:
        show_outcome(App(lang="en", ledger=None), Unknown(cause="town-3"), json=False)

    assert caught.value.hint is not None
    assert "same --cause" in caught.value.hint.en
    assert "aidledger resolve town-3" in caught.value.hint.zh
    assert "" == capsys.readouterr().out


LINE = (
    b'{"type": "NeedDiscovered", "stream": "case/1", "effective_on": "2022-01-04", "actor": "u1", '
    b'"office": "o1", "data": {"assessment": "eligible", "channel": "patrol", "informed": true, '
    b'"township": "t", "village": "v"}}'
)


def test_secrets_that_others_can_read_are_refused(ledger: Path) -> None:
    Path(f"{ledger}.secrets").chmod(0o644)
    ran = on(ledger, "record", "-", stdin=LINE)

    assert 12 == ran.code
    assert "expected mode 0600, found 0644" in ran.err
    assert "aidledger: hint: chmod 600" in ran.err


def test_secrets_that_are_missing_are_refused_and_reading_goes_on(ledger: Path) -> None:
    Path(f"{ledger}.secrets").unlink()

    assert 12 == on(ledger, "record", "-", stdin=LINE).code
    assert 0 == on(ledger, "case", "list").code


def test_the_same_cause_for_another_request_is_refused(ledger: Path) -> None:
    first = on(ledger, "record", "-", "--cause", "one", stdin=LINE)
    other = on(ledger, "record", "-", "--cause", "one", stdin=LINE.replace(b"case/1", b"case/2"))

    assert [0, 2] == [first.code, other.code]
    assert "this cause was used for another request" in other.err


def test_the_same_content_twice_is_recorded_once(ledger: Path) -> None:
    first = on(ledger, "record", "-", "--json", stdin=LINE).object
    again = on(ledger, "record", "-", "--json", stdin=LINE).object

    assert [False, True] == [first["replayed"], again["replayed"]]
    assert first["receipt"] == again["receipt"]


def test_a_dry_run_writes_nothing(ledger: Path) -> None:
    before = on(ledger, "verify", "--json").object["root"]
    ran = on(ledger, "record", "-", "--dry-run", "--json", stdin=LINE)

    assert ("would_commit", 1) == (ran.object["status"], ran.object["entries"])
    assert before == on(ledger, "verify", "--json").object["root"]
    assert 0 == on(ledger, "record", "-", stdin=LINE).code


def test_refusals_are_given_to_programs_with_clause_and_citation(ledger: Path) -> None:
    wish = (
        LINE
        + b"\n\n"
        + LINE.replace(b"NeedDiscovered", b"ApplicationAccepted").replace(
            LINE[LINE.index(b'"data"') : -1], b'"data": {}'
        )
    )
    ran = on(ledger, "record", "-", "--json", stdin=wish)
    problems = ran.object["problems"]

    assert (1, "refused") == (ran.code, ran.object["status"])
    assert {3} == {problem["line"] for problem in problems}
    assert all(p["clause"] and p["citation"] and p["text_zh"] and p["text_en"] for p in problems)


def test_init_that_fails_leaves_nothing(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "ledger.db"
    ran = on(path, "init")

    assert 10 == ran.code
    assert not Path(f"{path}.secrets").exists()


def test_a_ledger_that_may_not_be_read_is_not_said_to_be_a_full_disk(
    ledger: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    allowed = os.access

    def access(path: Any, mode: int) -> bool:
        return (mode != os.R_OK or Path(path) != ledger) and allowed(path, mode)

    monkeypatch.setattr(os, "access", access)  # root may read every file
    said = on(ledger, "case", "list")
    told = on(ledger, "doctor", "--json").object["checks"]
    [database] = [one for one in told if one["name"] == "database"]

    assert 3 == said.code
    assert f"{ledger}: cannot be read or written (permission denied)" in said.err
    assert "hint: ask its owner for it, or use another place" in said.err
    assert "fail" == database["health"]
    assert "may not be read" in str(database)
