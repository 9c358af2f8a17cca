from __future__ import annotations

import hashlib
import json
import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests.cli.shell import on
from tests.services import nights
from tests.services.nights import by_name, night

from aidledger.ledger.checkpoint import checkpoint_text
from aidledger.replay.agreement import Difference
from aidledger.replay.generations import Generations
from aidledger.said import Said
from aidledger.services.checkpoints.checkpointing import signed_path
from aidledger.services.clock import CHINA
from aidledger.services.generations.agreeing import Agreement
from aidledger.services.generations.rebuilding import (
    CHANGED_BY_NIGHTS,
    read_model,
    rebuild,
)
from aidledger.services.nightly import carrying
from aidledger.services.nightly.night import Asked, as_it_says
from aidledger.services.nightly.running import Means, nightly
from aidledger.services.nightly.runs import LOCK, RESULTS, Run, alone, history, runs_folder
from aidledger.services.nightly.steps import Done, Step, StepResult, exit_code, run_steps
from aidledger.services.problems import ServiceError
from aidledger.services.session import open_session
from aidledger.store.errors import StoreError
from aidledger.store.opening import open_ledger

STEPS = [
    "verify", "archive", "rebuild", "agree", "redecide", "values", "past", "audit", "lists", "certificate", "index", "checkpoint", "witness"
]  # fmt: skip


def head(ledger: Path) -> tuple[int, str]:
    store = open_ledger(ledger, read_only=True)
    found = store.head()
    store.close()
    return found.size, found.root.hex()


def folder_of(ledger: Path) -> Path:
    return runs_folder(str(ledger))


def test_a_night_does_everything_and_a_second_one_records_nothing(county_before: Path) -> None:
    size = head(county_before)[0]
    first = night(county_before)
    after = head(county_before)
    lists = {
        path.name: path.read_bytes() for path in (folder_of(county_before) / "lists").iterdir()
    }
    second = night(county_before)

    expected = dict.fromkeys(STEPS, "ok")
    assert expected | {"past": "absent"} == by_name(first)
    assert expected == by_name(second)
    assert (0, 0) == (first.exit_code, second.exit_code)
    assert size < after[0] <= size + 8
    assert after == head(county_before)
    assert (first.output, False) == (second.output, second.changed_output)
    assert first.output is not None
    assert lists == {
        path.name: path.read_bytes() for path in (folder_of(county_before) / "lists").iterdir()
    }
    assert {"SHA256SUMS", "manifest.json", "list_approved.csv", "list_publicity.csv"} == set(lists)


def test_what_was_written_is_what_a_shell_can_check(county_after: Path) -> None:
    folder = folder_of(county_after) / "lists"
    for line in (folder / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")

        assert digest == hashlib.sha256((folder / name).read_bytes()).hexdigest()
    manifest = json.loads((folder / "manifest.json").read_text())

    assert {one["file"]: one["rows"] for one in manifest["lists"]} == {
        path.name: len(path.read_bytes().splitlines()) - 1 for path in folder.glob("*.csv")
    }


@pytest.mark.parametrize("beyond", [0, 10**6])
def test_a_log_that_no_longer_holds_what_was_signed_is_a_finding(
    county_after: Path, beyond: int
) -> None:
    text = checkpoint_text("example.org/county", beyond or head(county_after)[0], b"s" * 32)
    signed_path(str(county_after)).write_bytes(text)
    found = night(county_after)

    states = [by_name(found)[name] for name in ("verify", "checkpoint", "witness")]
    assert (1, ["findings", "skipped", "skipped"]) == (found.exit_code, states)


def test_damage_stops_whatever_would_vouch_for_it_and_nothing_else(county_after: Path) -> None:
    before = head(county_after)
    note = (folder_of(county_after) / "checkpoint").read_bytes()
    connection = sqlite3.connect(county_after)
    connection.executescript(_tampered(connection))
    connection.close()
    found = night(county_after)

    assert 1 == found.exit_code
    assert "findings" == by_name(found)["verify"]
    assert {"archive", "lists", "certificate", "index", "checkpoint", "witness"} == {
        name for name, status in by_name(found).items() if status == "skipped"
    }
    assert {"rebuild", "agree", "redecide"} <= {
        name for name, status in by_name(found).items() if status not in ("skipped", "failed")
    }
    assert before == head(county_after)
    assert note == (folder_of(county_after) / "checkpoint").read_bytes()
    written = json.loads((folder_of(county_after) / RESULTS).read_text())
    assert (False, 1) == (written["ok"], written["exit_code"])
    assert written["steps"][0]["findings"]


def _tampered(connection: sqlite3.Connection) -> str:
    """Return SQL that changes an index column of one entry, whatever triggers there are."""
    names = [
        row[0]
        for row in connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'entries'"
        )
    ]
    drops = "".join(f"DROP TRIGGER {name};" for name in names)
    return drops + "UPDATE entries SET type = 'ApplicationAccepted' WHERE position = 9"


def test_two_derivations_that_differ_keep_the_lists_where_they_are(
    county_after: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = Difference(case="case/x", column="stage", folded="a", derived="b")
    differing = Agreement(differing=(other,), folded=1, carried=0)
    monkeypatch.setattr(carrying, "agree", lambda *_, **__: differing)
    found = night(county_after)

    assert (1, "findings", "skipped", "ok") == (
        found.exit_code,
        *(by_name(found)[name] for name in ("agree", "lists", "checkpoint")),
    )


def test_a_list_that_must_not_be_public_is_not_written(
    county_after: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = folder_of(county_after) / "lists" / "list_approved.csv"
    before = path.read_bytes()
    real = Generations.read

    def leaking(self: Any, generation: Any, model: Any, limits: Any = None) -> Any:
        columns, rows = real(self, generation, model, limits)
        if model.name == "list_approved":
            rows = [("11010519491231002X", *rows[0][1:])] if rows else []
        return columns, rows

    monkeypatch.setattr(Generations, "read", leaking)
    found = night(county_after)
    lists = next(one for one in found.steps if one.name == "lists")

    assert (1, "findings") == (found.exit_code, lists.status)
    assert "11010519491231002X" not in str(lists)
    assert before == path.read_bytes()


def test_a_witness_that_is_away_leaves_a_part_undone(county_after: Path) -> None:
    def away(url: str, body: bytes) -> tuple[int, bytes]:
        raise OSError("nobody there")

    _grow(county_after)
    alone = nights.means(county_after, send=away)
    found = nightly(str(county_after), nights.asked(county_after), alone)

    assert ("partial", 3) == (by_name(found)["witness"], found.exit_code)
    assert 0 == night(county_after).exit_code


def _grow(ledger: Path) -> None:
    """Record something that is no night's."""
    line = (
        b'{"type": "NeedDiscovered", "stream": "case/9", "effective_on": "2022-03-04",'
        b' "actor": "u1", "office": "o1", "data": {"assessment": "eligible",'
        b' "channel": "patrol", "informed": true, "township": "t", "village": "v"}}'
    )
    assert 0 == on(ledger, "record", "-", stdin=line).code


def test_what_a_killed_night_left_half_written_is_no_list(county_after: Path) -> None:
    lists = folder_of(county_after) / "lists"
    names = {path.name for path in lists.iterdir()}
    (lists / ".list_paid.csv.4711.part").write_bytes(b"half of it")
    night(county_after)

    assert names == {path.name for path in lists.iterdir()}


def test_what_a_night_records_of_itself_changes_these_models_alone(county_before: Path) -> None:
    before = _digests(county_before)
    night(county_before)
    after = _digests(county_before)

    assert CHANGED_BY_NIGHTS == {name for name in before if before[name] != after[name]}


def test_the_generation_of_a_night_answers_until_something_happens(
    county_after: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("derived again")

    whole = open_session(str(county_after), read_only=True)
    with whole as session, monkeypatch.context() as patch:
        patch.setattr("aidledger.services.generations.rebuilding.compute", never)
        assert read_model(session, "case_state")[1]
        with pytest.raises(AssertionError, match="derived again"):
            read_model(session, "duties")
    _grow(county_after)
    with open_session(str(county_after), read_only=True) as session:
        monkeypatch.setattr("aidledger.services.generations.rebuilding.compute", never)
        with pytest.raises(AssertionError, match="derived again"):
            read_model(session, "case_state")


def _digests(ledger: Path) -> dict[str, str]:
    today = datetime.now(CHINA).date()
    with open_session(str(ledger), read_only=True) as session:
        built = rebuild(session, as_of=today, folder=ledger.parent / "apart")
    return {one.name: one.digest for one in built.models}


def test_new_decisions_are_all_that_the_next_night_takes_again(county_after: Path) -> None:
    _grow(county_after)
    found = night(county_after)
    again = next(one for one in found.steps if one.name == "redecide")

    assert (0, 0, 0) == (found.exit_code, again.figures["cases"], again.figures["decisions"])
    assert again.figures["from"] < again.figures["upto"]
    assert found.changed_output


def test_without_policy_and_key_a_night_is_never_called_proven(tmp_path: Path) -> None:
    ledger = tmp_path / "bare.db"
    assert 0 == on(ledger, "init").code
    folder = str(tmp_path / "runs")
    asked = Asked(actor="u1", office="o1", folder=folder, models=("case_state",), jobs=1)
    found = nightly(str(ledger), asked)

    assert 4 == found.exit_code
    assert ["unproven", "unproven"] == [by_name(found)[name] for name in ("checkpoint", "witness")]
    assert "absent" == by_name(found)["lists"]


def test_a_second_run_at_once_is_refused_and_touches_nothing(county_after: Path) -> None:
    folder = folder_of(county_after)
    before = {path: path.stat().st_mtime_ns for path in folder.iterdir() if path.name != LOCK}
    with (
        alone(folder, Run(run_id="other", started_at="2026-11-28T17:00:00Z")),
        pytest.raises(ServiceError, match="another run holds the lock") as caught,
    ):
        night(county_after)

    assert 11 == caught.value.exit_code
    assert before == {
        path: path.stat().st_mtime_ns for path in folder.iterdir() if path.name != LOCK
    }


def test_a_run_that_was_killed_stands_in_the_history(county_after: Path) -> None:
    folder = folder_of(county_after)
    (folder / LOCK).write_text('{"run_id":"dead","started_at":"2026-11-28T01:00:00Z"}\n')
    with (folder / "history.jsonl").open("ab") as file:
        file.write(b'{"run_id":"torn')
    night(county_after)
    runs = history(folder)

    assert [0, None, 0] == [run.exit_code for run in runs]
    assert "dead" == runs[1].run_id


def test_a_database_that_is_away_is_told_and_can_be_retried(tmp_path: Path) -> None:
    folder = tmp_path / "runs"
    folder.mkdir()
    asked = Asked(actor="u1", office="o1", folder=str(folder))
    with pytest.raises(StoreError):
        nightly("postgresql://127.0.0.1:9/nowhere?connect_timeout=1", asked)
    [run] = history(folder)

    assert 75 == run.exit_code
    assert "password" not in (folder / RESULTS).read_text()
    nowhere = msgspec.structs.replace(asked, folder=str(tmp_path / "x"))
    with pytest.raises(StoreError):
        nightly(str(tmp_path / "none.db"), nowhere)
    assert not (tmp_path / "x").exists()


def test_time_that_is_over_leaves_the_rest_to_the_next_run(county_before: Path) -> None:
    def slow(the_night: Any) -> Done:
        the_night._began -= 100
        the_night.alive("slow", 1)
        return Done("ok", Said("", ""))

    steps = (_ok("a"), Step("slow", Said("", ""), slow), _ok("b"))
    found = nightly(
        str(county_before), nights.asked(county_before, max_time_s=50), Means(steps=steps)
    )

    assert {"a": "ok", "slow": "skipped", "b": "skipped"} == by_name(found)
    assert 3 == found.exit_code
    assert "out of time" in found.steps[2].why_en


def _ok(name: str, needs: tuple[str, ...] = (), trusts: tuple[str, ...] = ()) -> Step:
    return Step(name, Said(name, name), lambda _: Done("ok", Said("", "")), needs, trusts)


def _bad(name: str, what: Any) -> Step:
    def run(_: Any) -> Done:
        if isinstance(what, BaseException):
            raise what
        return Done(what, Said("", ""), {}, ["one", "two"])

    return Step(name, Said(name, name), run)


class Fake:
    """A night of which the frame asks only whether it has to stop, and how to say what failed."""

    words = staticmethod(as_it_says)

    def why_stopped(self) -> None:
        return None


def ran(steps: list[Step], told: list[StepResult] | None = None, **more: Any) -> dict[str, str]:
    told = [] if told is None else told
    fake: Any = Fake()
    run_steps(steps, fake, kept={}, tell=told.append, **more)
    return {one.name: one.status for one in told}


@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (ServiceError("x"), ["failed", "skipped", "skipped", "ok"]),
        (OSError(28, "full"), ["failed", "skipped", "skipped", "ok"]),
        (StoreError("x", code="locked"), ["failed", "skipped", "skipped", "ok"]),
        ("findings", ["findings", "ok", "skipped", "ok"]),
        ("partial", ["partial", "ok", "ok", "ok"]),
        ("absent", ["absent", "ok", "ok", "ok"]),
    ],
)
def test_a_step_holds_up_only_what_stands_on_it(what: Any, expected: list[str]) -> None:
    steps = [_bad("a", what), _ok("b", ("a",)), _ok("c", (), ("a",)), _ok("d")]

    assert expected == list(ran(steps).values())


def test_findings_that_somebody_answers_for_hold_nothing_up() -> None:
    steps = [_bad("a", "findings"), _ok("b", (), ("a",))]

    assert {"a": "findings", "b": "ok"} == ran(steps, overridden=("a",))


def test_a_bug_is_told_before_it_ends_the_run() -> None:
    told: list[StepResult] = []
    with pytest.raises(ZeroDivisionError):
        ran([_ok("a"), _bad("b", ZeroDivisionError("secret")), _ok("c")], told)

    assert ["ok", "failed"] == [one.status for one in told]
    assert "secret" not in str(told)


def _result(status: Any, *, transient: bool = False) -> StepResult:
    return StepResult(name="x", status=status, why_zh="", why_en="", transient=transient)


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([_result("ok"), _result("absent")], 0),
        ([_result("unproven")], 4),
        ([_result("partial"), _result("unproven")], 3),
        ([_result("skipped")], 3),
        ([_result("failed", transient=True), _result("skipped")], 75),
        ([_result("failed", transient=True), _result("failed")], 3),
        ([_result("failed"), _result("findings"), _result("unproven")], 1),
    ],
)
def test_what_weighs_most_is_the_exit_status(results: list[StepResult], expected: int) -> None:
    assert expected == exit_code(results)
