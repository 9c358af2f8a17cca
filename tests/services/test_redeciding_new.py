"""What a night takes again: what is new, and what came out otherwise, for as long as it does."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from tests.domain.people import CASE
from tests.services.conftest import Office
from tests.services.test_recording import approve, investigate, on_case
from tests.services.test_redeciding_all import wrong_approval

from aidledger.services import keptfile
from aidledger.services.decisions import redeciding_all, redeciding_new
from aidledger.services.decisions.redeciding import Repetition
from aidledger.services.decisions.redeciding_new import (
    REDECIDED_FILE,
    REDECIDED_FORMAT,
    RedecidedCases,
    RedecidedNew,
    redecide_new,
)
from aidledger.services.initialising import create_ledger
from aidledger.services.keptfile import KeptFile
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session, open_session
from aidledger.services.simulation.running import simulate

Taken = Iterator[tuple[str, tuple[Repetition, ...] | ServiceError]]


def again(session: Session, location: str, folder: Path, **more: Any) -> tuple[RedecidedNew, str]:
    """Do what a night does; say why it took everything again, if it did."""
    jobs = more.pop("jobs", 1)
    given = {"form": REDECIDED_FORMAT, "now": "2026-06-01T00:00:00Z", "full_each": 99, **more}
    assert session.secrets is not None
    kept = KeptFile(folder / REDECIDED_FILE, session.secrets, RedecidedCases, **given)
    return redecide_new(session, location, kept, jobs=jobs), kept.why


def night(office: Office, folder: Path, **more: Any) -> tuple[RedecidedNew, str]:
    return again(office.session, office.location, folder, **more)


def test_what_came_out_otherwise_is_taken_again_each_night_and_nothing_else_old(
    office: Office, tmp_path: Path
) -> None:
    position = wrong_approval(office)
    size = office.session.store.head().size
    first, why = night(office, tmp_path)
    later = [night(office, tmp_path)[0] for _ in range(2)]

    assert (0, 0, keptfile.FIRST) == (first.start, first.again, why)
    assert [position] == [one.again.position for one in first.found.differing]
    for one in later:
        assert (size, 1, 1) == (one.start, one.again, one.found.cases)
        assert first.found.differing == one.found.differing


def test_where_all_was_right_only_new_decisions_are_taken_again(
    office: Office, tmp_path: Path
) -> None:
    investigate(office)
    size = office.session.store.head().size
    first, _ = night(office, tmp_path)
    idle, why = night(office, tmp_path)
    office.act(
        "2022-01-07", on_case("ReviewOpinionGiven", "u2", form="decentralised", opinion="approve")
    )
    new, _ = night(office, tmp_path)

    assert (0, 0) == (first.start, first.found.decisions)
    assert new.found == redecide_new(office.session, office.location).found
    assert (size, 0, 0, "") == (idle.start, idle.found.cases, idle.found.decisions, why)
    assert (size, 0, 1) == (new.start, new.again, new.found.decisions)


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"full": True}, keptfile.ASKED),
        ({"full_each": 1}, keptfile.DUE),
        ({"sound": False}, keptfile.UNSOUND),
    ],
)
def test_what_makes_a_night_take_everything_again(
    office: Office, tmp_path: Path, more: dict[str, Any], why: str
) -> None:
    approve(office)
    first, _ = night(office, tmp_path)
    path = tmp_path / REDECIDED_FILE
    before = path.read_bytes()
    found, told = night(office, tmp_path, **more)

    assert (0, first.found, why) == (found.start, found.found, told)
    assert "sound" not in more or before == path.read_bytes()


def test_a_rule_that_was_lost_makes_a_night_take_everything_again(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    approve(office)
    night(office, tmp_path)
    with open_session(office.location) as session:
        monkeypatch.setattr(session.store, "get_evidence", lambda _: None)
        found, why = again(session, office.location, tmp_path)

    assert (0, keptfile.OTHER_RULES) == (found.start, why)
    assert [CASE] == [one.case for one in found.found.not_repeated]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A simulated county of some cases."""
    place = str(tmp_path_factory.mktemp("again") / "county.db")
    create_ledger(place, origin="test/county")
    with open_session(place) as session:
        simulate(session, cases=6, months=2, seed=3)
    return place


def _failing(cases: int) -> Any:
    """Return what repeats decisions, but not those of the first cases."""
    real = redeciding_all.repeat_cases

    def repeat(session: Session, streams: Sequence[str], size: int, start: int = 0) -> Taken:
        for stream, found in real(session, streams, size, start):
            number = int(stream[-6:])
            yield stream, ServiceError("no pack") if number <= cases else found

    return repeat


def test_a_case_that_comes_right_is_told_no_more(
    county: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_session(county) as session:
        size = session.store.head().size
        monkeypatch.setattr(redeciding_all, "repeat_cases", _failing(2))
        wrong = [again(session, county, tmp_path)[0] for _ in range(2)]
        monkeypatch.undo()
        right, idle = (again(session, county, tmp_path)[0] for _ in range(2))

    assert [2, 2] == [len(one.found.not_repeated) for one in wrong]
    assert [(0, 0), (size, 2), (size, 2), (size, 0)] == [
        (one.start, one.again) for one in (*wrong, right, idle)
    ]
    assert right.found.is_sound
    assert right.found.decisions > 0


def test_more_wrong_cases_than_are_kept_are_all_found_by_beginning_again(
    county: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_session(county) as session:
        monkeypatch.setattr(redeciding_new, "MOST_WRONG", 2)
        monkeypatch.setattr(redeciding_all, "repeat_cases", _failing(3))
        found = [again(session, county, tmp_path)[0] for _ in range(2)]

    assert [(0, False, 3)] * 2 == [
        (one.start, one.kept, len(one.found.not_repeated)) for one in found
    ]
    assert not (tmp_path / REDECIDED_FILE).exists()


def test_two_processes_take_again_what_one_does(county: str, tmp_path: Path) -> None:
    with open_session(county) as session:
        alone, _ = again(session, county, tmp_path / "one")
        together, _ = again(session, county, tmp_path / "two", jobs=2)

    assert alone == together
    assert alone.found.decisions > 6
