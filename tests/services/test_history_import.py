"""Bulk import: batches through ``decide``, gone on with by cause, nothing lost and nothing doubled."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.services.conftest import Office, opened
from tests.services.historyfiles import (
    TOWN,
    accepted,
    imported,
    quiet,
    said,
    visit,
    visitors,
    written,
)

from aidledger.domain.events.registry import ControlTotal, FileImported, RuleOverridden
from aidledger.services.acts import recording
from aidledger.services.importing import bulk
from aidledger.services.importing.bulk import StoppedError, Wanted, import_history
from aidledger.services.importing.checking import Progress
from aidledger.services.importing.journal import reached
from aidledger.services.importing.rejects import read_rejects
from aidledger.services.ladder.verifying import verify
from aidledger.services.problems import RefusedError, ServiceError
from aidledger.services.session import Session, open_session
from aidledger.store.draft import Draft
from aidledger.store.outcome import Outcome, Unknown


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Office]:
    yield from opened(str(tmp_path / "ledger.sqlite"))


def imports(session: Session) -> list[FileImported]:
    names = session.store.streams("import/")
    events = [entry.event for name in names for entry in session.stream(name)]
    return [event for event in events if isinstance(event, FileImported)]


def test_every_row_is_recorded_once_and_the_file_stands_before_and_behind_them(
    office: Office, tmp_path: Path
) -> None:
    path = written(tmp_path / "h.jsonl", *[visit(number) for number in range(25)])
    done = imported(office.session, path, batch_rows=10)

    assert [f"v{number}" for number in range(25)] == visitors(office.session.store)
    assert (25, 25, 0, 0) == (done.rows, done.recorded, done.rejected, done.before)
    assert [
        ("history", 25, (ControlTotal(column="VisitMade", total=25),)),
        ("history-recorded", 25, (ControlTotal(column="rejected", total=0),)),
    ] == [(one.kind, one.rows, one.totals) for one in imports(office.session)]
    assert reached(office.session, done.file_hash).line == 25


def test_a_fact_that_names_no_source_is_marked_with_its_file_and_line(
    town: Office, tmp_path: Path
) -> None:
    data = {"visitor": "v1", "source": "civil_registry"}
    path = written(tmp_path / "h.jsonl", b"\n", visit(0), visit(1, data=data))
    done = imported(town.session, path)

    assert [f"import:{done.file_hash}#2", "civil_registry"] == [
        one[4]["source"] for one in said(town.session.store) if one[0] == "VisitMade"
    ]


def test_a_finished_import_run_again_records_nothing(town: Office, tmp_path: Path) -> None:
    path = written(tmp_path / "h.jsonl", visit(0), visit(1))
    first = imported(town.session, path)

    assert (first.size, 2) == (imported(town.session, path).size, first.recorded)


def test_nothing_is_recorded_where_one_row_is_bad(town: Office, tmp_path: Path) -> None:
    before = town.session.store.head().size
    bad = visit(1, effective_on="2022-02-30")
    with pytest.raises(RefusedError) as caught:
        imported(town.session, written(tmp_path / "h.jsonl", visit(0), bad, b"{\n"))

    assert [(2, "effective_on"), (3, "")] == [
        (problem.line, problem.field) for problem in caught.value.problems
    ]
    assert before == town.session.store.head().size


def test_a_refusing_rule_stops_the_import_and_the_same_file_goes_on(
    town: Office, tmp_path: Path
) -> None:
    rows = [visit(0), visit(1), accepted(2), visit(3)]
    path = written(tmp_path / "h.jsonl", *rows)
    with pytest.raises(StoppedError) as caught:
        imported(town.session, path, batch_rows=2)

    assert [(3, "ledger.stream")] == [(one.line, one.clause) for one in caught.value.problems]
    assert (2, 4) == (caught.value.recorded, caught.value.rows)

    done = imported(town.session, path, keep_going=True)

    assert ["v0", "v1", "v3"] == visitors(town.session.store)
    assert (3, 1, 2) == (done.recorded, done.rejected, done.before)
    assert [(3, ["ledger.stream"])] == [
        (one["line"], [reason["clause"] for reason in one["reasons"]])
        for one in read_rejects(tmp_path / "rejects.jsonl")
    ]


def test_rejects_that_begin_or_end_a_history_are_kept_too(town: Office, tmp_path: Path) -> None:
    rows = [accepted(0), accepted(1), visit(2), accepted(3), accepted(4)]
    path = written(tmp_path / "h.jsonl", *rows)
    done = imported(town.session, path, keep_going=True, batch_rows=1)

    assert (1, 4) == (done.recorded, done.rejected)
    assert [1, 2, 4, 5] == [one["line"] for one in read_rejects(tmp_path / "rejects.jsonl")]


def test_history_that_breaks_a_rule_is_recorded_as_it_is_and_the_rule_is_named(
    town: Office, tmp_path: Path
) -> None:
    stream = {"stream": "case/520123-2022-000001"}
    application = visit(
        0,
        type="ApplicationSubmitted",
        data={
            "area": "rural",
            "birth_on": "1949-12-31",
            "route": "self",
            "township": TOWN,
            "village": f"{TOWN}001",
        },
        personal={"identity_number": "11010119491231002X", "name": "张三"},
        **stream,
    )
    early = visit(1, type="CaseSubmitted", data={"received_on": "2022-02-02"}, **stream)
    path = written(tmp_path / "h.jsonl", application, early)
    with pytest.raises(StoppedError):
        imported(town.session, path)
    imported(town.session, path, as_is=True)
    events = [entry.event for entry in town.session.stream(stream["stream"])]
    broken = [event for event in events if isinstance(event, RuleOverridden)]

    assert "CaseSubmitted" == {type(event).__name__ for event in events[-1:]}.pop()
    assert {"history"} == {one.reason for one in broken}
    assert {f"import:{imports(town.session)[0].file}"} == {one.authority for one in broken}


@pytest.mark.parametrize("other_batch", [3, 4, 10])
def test_two_imports_of_one_file_at_once_double_nothing(
    office: Office, tmp_path: Path, other_batch: int
) -> None:
    path = written(tmp_path / "h.jsonl", *[visit(number) for number in range(30)])
    raced: list[int] = []

    def race(part: str) -> Progress:
        def told(done: int, _of: int | None) -> None:
            if part == "record" and done == 8 and not raced:
                raced.append(done)
                with open_session(office.location) as other:
                    imported(other, path, batch_rows=other_batch)

        return told

    wanted = Wanted(batch_rows=4)
    done = import_history(office.session, path, wanted, progress=race)

    assert [f"v{number}" for number in range(30)] == visitors(office.session.store)
    assert (30, [8]) == (done.recorded, raced)


def test_an_office_that_writes_meanwhile_disturbs_nothing(office: Office, tmp_path: Path) -> None:
    path = written(tmp_path / "h.jsonl", *[visit(number) for number in range(12)])

    def race(part: str) -> Progress:
        def told(done: int, _of: int | None) -> None:
            if part == "record":
                with open_session(office.location) as other:
                    Office(other, office.clock, office.location).act(
                        "2022-03-01", visit(done), cause=f"counter-{done}"
                    )

        return told

    import_history(office.session, path, Wanted(batch_rows=5), progress=race)

    assert [f"v{number}" for number in range(12)] == visitors(office.session.store)
    assert not verify(office.location).findings


class Lossy:
    """A store whose answer to one append is lost, after it was done or before."""

    def __init__(self, store: Any, *, persisted: bool) -> None:
        self._store = store
        self._persisted = persisted
        self._left = 1

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def append(self, drafts: Sequence[Draft], *, cause: str, **more: Any) -> Outcome:
        if "#" not in cause or not self._left:
            outcome: Outcome = self._store.append(drafts, cause=cause, **more)
            return outcome
        self._left -= 1
        if self._persisted:
            self._store.append(drafts, cause=cause, **more)
        return Unknown(cause=cause)


@pytest.mark.parametrize("persisted", [True, False])
def test_a_lost_answer_is_asked_for_and_no_row_is_lost_or_doubled(
    town: Office, tmp_path: Path, *, persisted: bool
) -> None:
    path = written(tmp_path / "h.jsonl", *[visit(number) for number in range(9)], accepted(9))
    store = town.session.store
    town.session.store = Lossy(store, persisted=persisted)
    done = imported(town.session, path, keep_going=True, batch_rows=4)

    assert [f"v{number}" for number in range(9)] == visitors(store)
    assert (9, 1) == (done.recorded, done.rejected)


def test_the_rejects_of_another_run_are_asked_for(town: Office, tmp_path: Path) -> None:
    path = written(tmp_path / "h.jsonl", accepted(0), visit(1), accepted(2), visit(3))
    with pytest.raises(KeyboardInterrupt):
        interrupted(town.session, path, after=2)
    (tmp_path / "rejects.jsonl").unlink()
    with pytest.raises(ServiceError, match=r"expected the rejected rows .* found 0"):
        imported(town.session, path, keep_going=True, batch_rows=2)


def test_rejects_never_overwrite_a_file_of_something_else(town: Office, tmp_path: Path) -> None:
    (tmp_path / "rejects.jsonl").write_text("my notes\n")
    path = written(tmp_path / "h.jsonl", visit(0))
    with pytest.raises(ServiceError, match="found another file"):
        imported(town.session, path, keep_going=True)

    assert "my notes\n" == (tmp_path / "rejects.jsonl").read_text()


def interrupted(session: Session, path: Path, *, after: int) -> None:
    """Import until so many rows are done."""

    def stop(part: str) -> Progress:
        def told(done: int, _of: int | None) -> None:
            if part == "record" and done >= after:
                raise KeyboardInterrupt

        return told

    wanted = Wanted(batch_rows=2, keep_going=True, rejects=path.with_name("rejects.jsonl"))
    import_history(session, path, wanted, progress=stop)


def test_bad_rows_behind_what_an_earlier_run_recorded_stop_the_import(
    town: Office, tmp_path: Path
) -> None:
    path = written(tmp_path / "h.jsonl", visit(0), visit(1), b"{\n", visit(3))
    with pytest.raises(KeyboardInterrupt):
        interrupted(town.session, path, after=2)
    with pytest.raises(StoppedError) as caught:
        imported(town.session, path)

    assert ([3], 2) == ([one.line for one in caught.value.problems], caught.value.recorded)


@pytest.mark.parametrize("cut", [0, 3, 30])
def test_a_reject_that_was_cut_off_or_never_committed_comes_again_once(
    town: Office, tmp_path: Path, cut: int
) -> None:
    path = written(tmp_path / "h.jsonl", accepted(0), visit(1), accepted(2), visit(3))
    with pytest.raises(KeyboardInterrupt):
        interrupted(town.session, path, after=2)
    rejects = tmp_path / "rejects.jsonl"
    whole = rejects.read_bytes()
    rejects.write_bytes(
        whole + b'{"line":3,"row":"never in the ledger","reasons":[]}\n'[: 52 - cut]
    )
    town.session.forget()
    done = imported(town.session, path, keep_going=True, batch_rows=2)

    assert (2, 2, 1) == (done.recorded, done.rejected, done.before)
    assert [1, 3] == [one["line"] for one in read_rejects(rejects)]
    assert "never" not in rejects.read_text()


def test_an_unfinished_history_is_finished_before_another_begins(
    town: Office, tmp_path: Path
) -> None:
    first = written(tmp_path / "h.jsonl", visit(0), visit(1), visit(2), visit(3))
    with pytest.raises(KeyboardInterrupt):
        interrupted(town.session, first, after=2)
    changed = written(tmp_path / "changed.jsonl", visit(0), visit(1), visit(2), visit(4))
    with pytest.raises(ServiceError, match="4 rows, recorded up to line 2"):
        imported(town.session, changed)

    assert ["v0", "v1"] == visitors(town.session.store)

    imported(town.session, written(tmp_path / "o.jsonl", visit(9)), beside=True)

    assert ["v0", "v1", "v9"] == visitors(town.session.store)


def test_a_file_that_changes_under_the_import_stops_it(town: Office, tmp_path: Path) -> None:
    path = written(tmp_path / "h.jsonl", *[visit(number) for number in range(6)])

    def change(part: str) -> Progress:
        def told(done: int, _of: int | None) -> None:
            if part == "record" and done == 2:
                written(path, *[visit(100 + number) for number in range(6)])

        return told

    with pytest.raises(ServiceError, match="the file has changed"):
        import_history(town.session, path, Wanted(batch_rows=2), progress=change)

    assert ["v0", "v1"] == visitors(town.session.store)


def test_what_changes_the_rules_ends_a_batch(
    town: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    standard = visit(
        0,
        type="StandardPublished",
        stream="policy/520123",
        data={
            "code": "basic",
            "place": "520123",
            "from_on": "2023-01-01",
            "monthly_fen": 80_000,
        },
    )
    path = written(tmp_path / "h.jsonl", visit(0), standard, visit(1), visit(2))
    sizes = []

    def watched(session: Session, batch: Any, *rest: Any, **more: Any) -> Outcome:
        sizes.append(len(batch.drafts))
        return recording.append(session, batch, *rest, **more)

    monkeypatch.setattr(bulk, "append", watched)
    imported(town.session, path)

    assert [2, 2] == sizes


def test_memory_does_not_grow_with_the_file(town: Office, tmp_path: Path) -> None:
    def peak(rows: int) -> int:
        path = written(tmp_path / f"{rows}.jsonl", *[visit(number) for number in range(rows)])
        tracemalloc.start()
        imported(town.session, path, batch_rows=50)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    peak(100)  # what is loaded once
    small, large = peak(200), peak(1_000)

    assert large < small + 256 * 1024


def test_states_of_cases_are_given_up_and_folded_again(town: Office, tmp_path: Path) -> None:
    path = written(tmp_path / "h.jsonl", *[visit(number) for number in range(40)])
    imported(town.session, path)
    kept = [town.session.states.case(f"case/520123-2022-{number:06d}") for number in range(7)]
    town.session.trim(3)

    assert 3 == len(town.session.states.cases)
    assert kept == [
        town.session.states.case(f"case/520123-2022-{number:06d}") for number in range(7)
    ]


def test_a_keep_going_import_needs_a_place_for_what_it_leaves_out(
    town: Office, tmp_path: Path
) -> None:
    path = written(tmp_path / "h.jsonl", visit(0))
    with pytest.raises(ServiceError, match="expected a file for the rejects"):
        import_history(town.session, path, Wanted(keep_going=True), progress=quiet)
