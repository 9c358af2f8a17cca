"""What the stock runner keeps in the benchmark of rebuilding is what our models say, row by row."""

from __future__ import annotations

from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any

import psycopg
import pytest
from eventsourcing.persistence import TrackingRecorder
from psycopg.rows import dict_row

from aidledger.replay.building import build
from aidledger.replay.digest import plain_rows
from aidledger.replay.engine import building, lock
from aidledger.replay.loading import Loader
from aidledger.replay.models import Model, load_models
from aidledger.replay.rows import HostileRow
from aidledger.replay.sealed import SealedRun
from aidledger.services.initialising import create_ledger
from benchmarks.content import APPROVED, County, case, county, visit
from benchmarks.measuring import Job
from benchmarks.peerview import TABLES, CaseView, CountyProjection, CountyView
from benchmarks.projecting import catch_up
from benchmarks.recording import PeerCounty, a_month, peer
from benchmarks.servers import new_file

CASES = 3
AS_OF = date(2022, 5, 1)
PROJECTED = ("PaymentRostered", "PaymentIssued", "VisitMade")
ONLY_ENTRIES = {"list_approved", "targets"}
"""Models of which these events change nothing but the entries of a row."""
SPARED = {"duties", "fund_flows", "fund_joints", "list_web", "net_payments", "protected_classes"}
"""Models of a whole office, class, village or fund, and what others share: the stock runner is spared them."""
Rows = list[dict[str, Any]]


class Entries:
    """Rows of a ledger, up to one of them."""

    def __init__(self, rows: list[HostileRow]) -> None:
        self._rows = rows

    def sealed(self) -> tuple[SealedRun, ...]:
        return ()

    def rows(self, first: int = 0) -> list[HostileRow]:
        return self._rows[first:]

    def row_at(self, position: int) -> HostileRow:
        return self._rows[position]


@pytest.fixture
def job(postgres_server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Job:
    monkeypatch.setenv("AIDLEDGER_SECRETS", str(tmp_path / "secrets"))
    return Job(name="", folder=str(tmp_path), postgres=postgres_server, quick=True)


@pytest.fixture(scope="module")
def models() -> dict[str, Model]:
    return load_models()


@pytest.fixture
def ours(job: Job) -> list[tuple[int, bytes, str]]:
    """Two months of three cases, and of one of them a third: position, record, type."""
    place = str(new_file(job))
    create_ledger(place, origin="bench/520123")
    with county(place, CASES) as made:
        months(made)
        return [(row[0], row[5], row[3]) for row in made.session.store.read()]


def months(made: County) -> None:
    """Record the months; the benchmark's own leaves the last visit out, to be 1,000 entries."""
    for number in range(2):
        day, proposals = made.month(number)
        made.act(day, [*proposals, visit(case(CASES - 1), day, 2)])
    day, proposals = made.month(2)
    made.act(day, proposals[:5])


def models_of(rows: list[tuple[int, bytes, str]], models: dict[str, Model]) -> dict[str, Rows]:
    """Return the rows of every model over some entries."""
    with building(None) as connection:
        Loader(connection, as_of=AS_OF).load(Entries([(at, record) for at, record, _ in rows]))
        lock(connection)
        assert () == build(connection, models).failed
        found = {}
        for name, model in models.items():
            columns, several = plain_rows(connection, name, model.key)
            found[name] = [dict(zip(columns, row, strict=True)) for row in several]
        return found


def kept_by(view: type[CountyView], job: Job) -> tuple[dict[str, Rows], dict[str, str]]:
    """Project the same months with the stock runner: every table, and their cases by ours."""
    with peer(job, "postgresql", CASES, APPROVED) as (app, made):
        for month in (2, 3):
            for one in made:
                a_month(one, month)
            app.save(*made)
            catch_up(app, view)
        a_month(made[0], 4)
        app.save(made[0])
        catch_up(app, view)
        return tables_of(app), {case(number): str(one.id) for number, one in enumerate(made)}


def tables_of(app: PeerCounty) -> dict[str, Rows]:
    """Return every row of the stock runner's tables."""
    text = " ".join(
        f"{word}={app.env[f'POSTGRES_{setting}']}"
        for word, setting in (
            *(("dbname", "DBNAME"), ("host", "HOST"), ("port", "PORT")),
            *(("user", "USER"), ("password", "PASSWORD")),
        )
    )
    with closing(psycopg.connect(text, row_factory=dict_row)) as connection:
        return {name: list(connection.execute(f"SELECT * FROM {name}")) for name in TABLES}


KEYS = {
    "case_state": "{case}",
    "postings": "{position} {line}",
    "trial_balance": "{account}",
    "payments_by_month": "{month} {township}",
    "arrears": "{case} {month}",
    "list_paid": "{case} {month}",
    "base_record": "{case}",
    "visits_due": "{case} {period}",
    "visit_share": "{township} {period}",
}
"""How a row is named in `row_entries`."""


@pytest.mark.parametrize(
    ("view", "kept"),
    [(CountyView, (*KEYS, *ONLY_ENTRIES)), (CaseView, ("case_state",))],
)
def test_the_stock_runners_tables_say_what_our_models_say(
    view: type[CountyView],
    kept: tuple[str, ...],
    ours: list[tuple[int, bytes, str]],
    models: dict[str, Model],
    job: Job,
) -> None:
    found, names = kept_by(view, job)
    places = dict(enumerate(at for at, _, kind in ours if kind in PROJECTED))
    projected = {at: CASES + 1 + number for number, at in places.items()}
    built = models_of(ours, models)
    for name in kept:
        if name in ONLY_ENTRIES:
            entries = [in_their_words(row, projected, names)["positions"] for row in built[name]]
            assert sorted(entries) == sorted(entries_of(found, name).values())
            continue
        expected = [in_their_words(row, projected, names) for row in built[name]]
        expected = [row for row in expected if row["positions"]]
        columns = [c for c in expected[0] if c not in {"applicant", "version"}]

        assert ordered(expected, columns) == ordered(found_rows(found, name), columns)


def found_rows(found: dict[str, Rows], name: str) -> Rows:
    """Return the rows of a table of theirs with the entries of each."""
    entries = entries_of(found, name)
    return [{**row, "positions": entries[KEYS[name].format(**row)]} for row in found[name]]


def entries_of(found: dict[str, Rows], name: str) -> dict[str, list[int]]:
    """Return the entries of each row of a table of theirs."""
    entries: dict[str, list[int]] = {}
    for row in found["row_entries"]:
        if row["model"] == name:
            entries.setdefault(row["key"], []).append(row["position"])
    return {key: sorted(positions) for key, positions in entries.items()}


def in_their_words(
    row: dict[str, Any], projected: dict[int, int], names: dict[str, str]
) -> dict[str, Any]:
    """Return a row of ours with their positions, those of the projected events, and their cases."""
    said: dict[str, Any] = {
        key: next((value.replace(a, b) for a, b in names.items() if a in value), value)
        if isinstance(value, str)
        else value
        for key, value in row.items()
    }
    for key in ("position", "last_position"):
        if key in said:
            said[key] = projected.get(said[key])
    return {
        **said,
        "positions": sorted(projected[at] for at in row["positions"] if at in projected),
    }


def ordered(rows: Rows, columns: list[str]) -> list[list[str]]:
    """Return rows as text, in an order of their own."""
    return sorted([str(row[column]) for column in columns] for row in rows)


def test_the_stock_runner_keeps_every_model_that_its_events_change_but_those_named(
    ours: list[tuple[int, bytes, str]], models: dict[str, Model]
) -> None:
    last = max(at for at, _, kind in ours if kind == "PayRunOpened")
    few = [row for row in ours if row[0] <= last]
    before, after = models_of(few, models), models_of(ours, models)
    changed = {name for name in models if before[name] != after[name]}

    assert {row[2] for row in ours[len(few) :]} == set(PROJECTED)
    assert set(KEYS) | ONLY_ENTRIES | SPARED == changed


def test_the_stock_runner_is_not_charged_for_the_sleep_of_its_own_waiting(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    def sleep(*_: object, **__: object) -> None:
        pytest.fail("the library looks every 0.8 s: that is no work of its")

    monkeypatch.setattr(TrackingRecorder, "wait", sleep)
    with peer(job, "postgresql", CASES, APPROVED) as (app, made):
        a_month(made[0], 2)
        app.save(made[0])
        expected = app.recorder.max_notification_id()
        last, _ = catch_up(app, CaseView)
        seen = {row["case"]: row["visits"] for row in tables_of(app)["case_state"]}
    assert last == expected
    assert seen[made[0].id] > 0


def test_what_ends_the_stock_runner_is_told_and_not_waited_for(
    job: Job, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ArithmeticError("no view of this")

    monkeypatch.setattr(CountyProjection, "process_event", broken)
    with (
        peer(job, "postgresql", CASES, APPROVED) as (app, _),
        pytest.raises(ArithmeticError, match="no view of this"),
    ):
        catch_up(app, CaseView)
