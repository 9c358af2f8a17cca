"""The simulated county: the same for the same seed, lawful in its times, silent about its people."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from aidledger.domain.case import fold_case
from aidledger.domain.events.intake import ApplicationSubmitted
from aidledger.domain.identity import check_identity_number
from aidledger.ledger.commitment import person_token
from aidledger.ledger.entry import decode_entry
from aidledger.services.cases.history import case_streams
from aidledger.services.clock import china_day
from aidledger.services.decoding import DataCheck, recorded_all
from aidledger.services.initialising import create_ledger
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session, open_session
from aidledger.services.simulation import living
from aidledger.services.simulation.irregularities.planting import all_kinds
from aidledger.services.simulation.irregularities.uncarried import UNCARRIED
from aidledger.services.simulation.people import luhn_digit
from aidledger.services.simulation.policy import working_calendar
from aidledger.services.simulation.running import SimulationResult, simulate
from aidledger.store.secrets import load_secrets, secrets_path

NAMING = {"account_number", "address", "complainant", "identity_number", "name", "objector"}
NAMING |= {"phone", "proxy_name"}


def run(location: str, **asked: Any) -> SimulationResult:
    """Simulate in a new ledger."""
    create_ledger(location, origin="simulated/520123/1")
    with open_session(location) as session:
        return simulate(session, **{"cases": 5, "months": 4, "seed": 1, **asked})


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Location of a county of 120 cases with all that can go wrong in half a year."""
    folder = tmp_path_factory.mktemp("county")
    location = str(folder / "ledger.sqlite")
    run(location, cases=120, months=6, seed=3, irregularities=folder / "planted.json")
    return location


def values_by_field(session: Session) -> dict[str, set[str]]:
    """Open every sealed value of a ledger."""
    found: dict[str, set[str]] = defaultdict(set)
    assert session.vault is not None
    for entry in recorded_all(session.store.read()):
        opened = session.vault.open_many(tuple(entry.sealed.values()))
        for field, commitment in entry.sealed.items():
            found[field].add(opened[commitment])
    return found


def test_the_same_seed_gives_the_same_bytes_on_both_engines(
    tmp_path: Path, postgres_url: str
) -> None:
    asked = {"cases": 40, "months": 3, "seed": 11}
    listed = [tmp_path / name for name in ("a.json", "b.json", "c.json")]
    first = run(str(tmp_path / "a.sqlite"), irregularities=listed[0], **asked)
    again = run(str(tmp_path / "b.sqlite"), irregularities=listed[1], **asked)
    other_engine = run(postgres_url, irregularities=listed[2], **asked)

    assert first == again
    assert first == other_engine
    assert {listed[0].read_bytes()} == {path.read_bytes() for path in listed}


def test_another_seed_gives_another_county(tmp_path: Path) -> None:
    one = run(str(tmp_path / "a.sqlite"), seed=1, months=2)
    two = run(str(tmp_path / "b.sqlite"), seed=2, months=2)

    assert one.root != two.root


@pytest.mark.parametrize("cases", [0, 1, 3])
def test_a_county_may_be_as_small_as_it_likes(cases: int, tmp_path: Path) -> None:
    listed = tmp_path / "planted.json"
    location = str(tmp_path / "a.sqlite")
    result = run(location, cases=cases, months=5, irregularities=listed)

    with open_session(location, read_only=True) as session:
        applied = recorded_all(session.store.read_types(["ApplicationSubmitted"]))
    assert cases == len(applied)
    missing = msgspec.json.decode(listed.read_bytes())["not_planted"]
    assert len(all_kinds()) + len(UNCARRIED) == len(missing) + len(result.planted)
    assert all(item["note_zh"] and item["note_en"] and item["reason"] for item in missing)


def test_every_entry_reads_and_every_case_folds(county: str) -> None:
    with open_session(county, read_only=True) as session:
        rows = list(session.store.read())
        assert [] == [fault for row in rows for fault in DataCheck().faults(decode_entry(row[5]))]

        for stream in case_streams(session):
            entries = session.stream(stream)
            case = fold_case(stream, entries)
            assert session.states.version(stream) == len(entries)
            assert case.version == len(entries)


def test_what_the_session_kept_in_mind_is_what_a_fold_gives(tmp_path: Path) -> None:
    location = str(tmp_path / "a.sqlite")
    create_ledger(location, origin="simulated/520123/1")
    with open_session(location) as session:
        simulate(session, cases=25, months=8, seed=5)
        folded = {name: fold_case(name, session.stream(name)) for name in session.states.cases}
        # where an entry lies is known only when it is written
        kept = {
            name: msgspec.structs.replace(
                session.states.case(name), last_position=folded[name].last_position
            )
            for name in session.states.cases
        }

        assert folded == kept


def test_the_clock_never_goes_back_and_nobody_works_on_days_off(county: str) -> None:
    calendar = working_calendar()
    with open_session(county, read_only=True) as session:
        entries = recorded_all(session.store.read())
    times = [entry.recorded_at for entry in entries]
    days = {china_day(entry.recorded_at) for entry in entries}

    assert sorted(times) == times
    assert set() == {day for day in days if not calendar.is_working_day(date.fromisoformat(day))}
    assert [] == [e for e in entries if e.effective_on > china_day(e.recorded_at)]


def test_nothing_personal_stands_in_any_record(county: str) -> None:
    with open_session(county) as session:
        values = values_by_field(session)
        everything = b"\n".join(row[5] for row in session.store.read()).decode()
    named = set().union(*(values[field] for field in NAMING))

    assert NAMING == {field for field in NAMING if values[field]}
    assert set() == {value for value in named if value in everything}


def test_invented_numbers_pass_the_checks_that_real_ones_must_pass(county: str) -> None:
    with open_session(county) as session:
        values = values_by_field(session)
    wrong = [n for n in values["identity_number"] if not check_identity_number(n).ok]

    assert 1 == len(wrong)  # the imported one, planted
    assert set() == {n for n in values["account_number"] if luhn_digit(n[:-1]) != n[-1]}
    assert set() == {n for n in values["phone"] if not n.startswith("1990000")}
    assert any("·" in name for name in values["name"])
    assert any(len(name) == 2 for name in values["name"])


def test_later_commands_know_the_same_people(county: str) -> None:
    pepper = load_secrets(secrets_path(county)).pepper
    with open_session(county) as session:
        numbers = values_by_field(session)["identity_number"]
        applied = recorded_all(session.store.read_types(["ApplicationSubmitted"]))
    events = [e.event for e in applied if isinstance(e.event, ApplicationSubmitted)]

    assert {event.applicant for event in events} <= {person_token(pepper, n) for n in numbers}


def test_the_county_checks_enough_files_at_home_every_month(county: str) -> None:
    with open_session(county, read_only=True) as session:
        entries = recorded_all(session.store.read_types(["CaseSubmitted", "SpotChecked"]))
    listed = msgspec.json.decode(Path(county).with_name("planted.json").read_bytes())
    left_out = {
        at
        for item in listed["irregularities"]
        if item["rule"] == "F040"
        for at in item["positions"]
    }
    entries = [entry for entry in entries if entry.position not in left_out]
    checked = {e.stream for e in entries if type(e.event).__name__ == "SpotChecked"}
    submitted: dict[str, list[str]] = defaultdict(list)
    for entry in entries:
        if entry.stream not in checked or type(entry.event).__name__ == "CaseSubmitted":
            submitted[entry.effective_on[:7]].append(entry.stream)

    for streams in submitted.values():
        assert 0.3 <= sum(stream in checked for stream in streams) / len(streams)


def test_no_child_moves_into_a_home_for_adults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S1-071: the pack names no child-welfare institution, and refuses any other."""
    monkeypatch.setattr(living, "_PERMILLE", tuple(1000 * (n == "form") for n in living._FATES))
    location = str(tmp_path / "ledger.sqlite")
    run(location, cases=40, months=4)
    with open_session(location, read_only=True) as session:
        read = session.store.read_types(["PlacementMade", "ApplicationApproved"])
        entries = recorded_all(read)
    placed = {e.stream for e in entries if type(e.event).__name__ == "PlacementMade"}
    minors = {e.stream for e in entries if getattr(e.event, "limb", "") == "minor"}

    assert placed
    assert minors
    assert not placed & minors


def test_a_ledger_with_entries_is_refused(county: str) -> None:
    with (
        open_session(county) as session,
        pytest.raises(ServiceError, match="empty ledger") as error,
    ):
        simulate(session, cases=1, months=1, seed=1)

    assert "aidledger init" in error.value.hint


@pytest.mark.parametrize(
    "asked",
    [
        {"cases": -1},
        {"months": 0},
        {"start": "2022-01-02"},
        {"start": "2021-01-01"},
        {"start": "January"},
    ],
)
def test_an_argument_out_of_its_range_is_named(asked: dict[str, Any], tmp_path: Path) -> None:
    location = str(tmp_path / "a.sqlite")

    with pytest.raises(ServiceError, match="simulate: "):
        run(location, **asked)

    with open_session(location) as session:
        assert 0 == session.store.head().size


def test_progress_counts_the_working_days(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    location = str(tmp_path / "a.sqlite")
    run(location, cases=1, months=1, progress=lambda done, total: told.append((done, total)))

    assert [(n, 21) for n in range(1, 22)] == told
