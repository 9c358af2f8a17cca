"""A history is rehearsed: the rules are asked about each row, and nothing is recorded."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from tests.services.conftest import Office
from tests.services.historyfiles import TOWN, accepted, imported, quiet, visit, written

from aidledger.services.acts.batching import Batch
from aidledger.services.importing.bulk import Wanted
from aidledger.services.importing.rehearsal import Rehearsed, rehearse_history
from aidledger.services.importing.rejects import read_rejects
from aidledger.services.problems import RefusedError
from aidledger.services.session import Session


@pytest.fixture
def town(office: Office) -> Session:
    """A ledger that has adopted its rules."""
    return office.session


def applied(case: int) -> dict[str, Any]:
    """An application, after which the case is one that acts may be about."""
    return visit(
        case,
        type="ApplicationSubmitted",
        stream=f"case/520123-2023-{case:06d}",
        data={"area": "rural", "birth_on": "1950-01-01", "channel": "paper", "persons": 1,
              "programme": "tekun", "route": "self", "source": "office", "township": TOWN,
              "village": f"{TOWN}201"},
        personal={"name": "张三"},
    )  # fmt: skip


def rehearsed(session: Session, path: Path, **wanted: Any) -> Rehearsed:
    return rehearse_history(session, path, Wanted(**wanted), progress=quiet)


def test_a_rehearsal_names_the_rows_that_the_import_then_refuses_and_records_nothing(
    town: Session, tmp_path: Path
) -> None:
    rows = [applied(3)] + [accepted(at) if at % 7 == 3 else visit(at) for at in range(60)]
    path = written(tmp_path / "h.jsonl", *rows)
    size = town.store.head().size
    found = rehearsed(town, path, batch_rows=11)

    assert (size, 0, None) == (town.store.head().size, found.before, found.unasked_from)
    assert found.refused

    done = imported(town, path, keep_going=True)
    rejects = list(read_rejects(tmp_path / "rejects.jsonl"))

    assert (done.rows, done.rejected) == (found.rows, found.refused)
    assert {one["line"] for one in rejects} == {one.line for one in found.problems}
    assert all(one.clause and one.text_en for one in found.problems)


def test_a_row_is_decided_on_what_the_rows_before_it_leave_behind(
    town: Session, tmp_path: Path
) -> None:
    alone = rehearsed(town, written(tmp_path / "a.jsonl", accepted(3)))
    after = rehearsed(town, written(tmp_path / "b.jsonl", applied(3), accepted(3)), batch_rows=1)

    assert {one.clause for one in alone.problems} - {one.clause for one in after.problems}


def test_what_is_recorded_already_is_not_asked_about_again(town: Session, tmp_path: Path) -> None:
    path = written(tmp_path / "h.jsonl", *map(visit, range(9)), accepted(1))
    with pytest.raises(RefusedError):
        imported(town, path, batch_rows=3)
    size = town.store.head().size
    found = rehearsed(town, path)

    assert (9, 1, 10) == (found.before, found.refused, found.rows)
    assert size == town.store.head().size


def test_bad_rows_are_told_before_any_rule_is_asked(town: Session, tmp_path: Path) -> None:
    path = written(tmp_path / "h.jsonl", visit(0), b"{\n", accepted(1))
    with pytest.raises(RefusedError) as refused:
        rehearsed(town, path)

    assert [2] == [one.line for one in refused.value.problems]

    found = rehearsed(town, path, keep_going=True)

    assert {2, 3} == {one.line for one in found.problems}


def test_what_stands_behind_a_change_of_rules_is_said_not_to_be_asked(
    town: Session, tmp_path: Path
) -> None:
    standard = visit(
        1,
        type="StandardPublished",
        stream="policy/standards",
        data={
            "code": "tekun.basic",
            "from_on": "2022-01-01",
            "monthly_fen": 60_000,
            "place": "520123",
        },
    )
    path = written(tmp_path / "h.jsonl", visit(0), standard, accepted(1))
    found = rehearsed(town, path)

    assert (0, 3) == (found.refused, found.unasked_from)
    assert rehearsed(town, written(tmp_path / "i.jsonl", visit(0), standard)).unasked_from is None


def test_a_rehearsal_that_forgets_what_rows_leave_behind_would_be_noticed(
    town: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [accepted(3), applied(3), accepted(3) | {"effective_on": "2022-05-01"}]
    path = written(tmp_path / "h.jsonl", *rows)
    right = rehearsed(town, path, batch_rows=1)
    real = Batch.take_each

    def forgetful(self: Any, *given: Any) -> Any:
        self._session.forget()
        return real(self, *given)

    monkeypatch.setattr(Batch, "take_each", forgetful)

    assert right.problems != rehearsed(town, path, batch_rows=1).problems
