"""The housed library's Application, projections and factory keep working on top of a ledger."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest
from eventsourcing.persistence import InfrastructureFactoryError, Tracking
from eventsourcing.tests import application as applications
from eventsourcing.tests import persistence as persistences
from eventsourcing.tests import projection as projections
from eventsourcing.utils import Environment
from tests.store.conftest import ORIGIN
from tests.store.places import OnPostgres, OnSqlite, Place

from aidledger.store import shelf
from aidledger.store.factory import LedgerFactory
from aidledger.store.opening import create, library_environment
from aidledger.store.port import LedgerStore
from aidledger.store.recorders import (
    LedgerAggregateRecorder,
    LedgerApplicationRecorder,
    LedgerProcessRecorder,
    LedgerTrackingRecorder,
    translated,
)


class EventCounters(LedgerTrackingRecorder, projections.EventCountersView):
    """A read model of two numbers, moved together with its position."""

    def __init__(self, store: LedgerStore) -> None:
        super().__init__(store)
        with store.writing() as run:
            run("CREATE TABLE IF NOT EXISTS counters (name text PRIMARY KEY, n integer)", ())

    def get_created_event_counter(self) -> int:
        return self._get("created")

    def get_subsequent_event_counter(self) -> int:
        return self._get("subsequent")

    def incr_created_event_counter(self, tracking: Tracking) -> None:
        self._increase("created", tracking)

    def incr_subsequent_event_counter(self, tracking: Tracking) -> None:
        self._increase("subsequent", tracking)

    def _get(self, name: str) -> int:
        with self.store.reading() as run:
            rows = run("SELECT n FROM counters WHERE name = ?", (name,))
        return int(rows[0][0]) if rows else 0

    def _increase(self, name: str, tracking: Tracking) -> None:
        with translated(), self.store.writing() as run:
            run(
                "INSERT INTO counters (name, n) VALUES (?, 1)"
                " ON CONFLICT (name) DO UPDATE SET n = counters.n + 1",
                (name,),
            )
            shelf.insert_tracking(run, tracking.application_name, tracking.notification_id)


class Factories(Place):
    env: Environment

    def setUp(self) -> None:
        self.env = Environment("TestCase", library_environment(self.location))
        super().setUp()  # type: ignore[misc]

    def expected_factory_class(self) -> type[LedgerFactory]:
        return LedgerFactory

    def expected_aggregate_recorder_class(self) -> type[LedgerAggregateRecorder]:
        return LedgerAggregateRecorder

    def expected_application_recorder_class(self) -> type[LedgerApplicationRecorder]:
        return LedgerApplicationRecorder

    def expected_tracking_recorder_class(self) -> type[LedgerTrackingRecorder]:
        return LedgerTrackingRecorder

    def tracking_recorder_subclass(self) -> type[LedgerTrackingRecorder]:
        return EventCounters

    def expected_process_recorder_class(self) -> type[LedgerProcessRecorder]:
        return LedgerProcessRecorder


class TestFactorySqlite(
    OnSqlite, Factories, persistences.InfrastructureFactoryTestCase[LedgerFactory]
): ...


class TestFactoryPostgres(
    OnPostgres, Factories, persistences.InfrastructureFactoryTestCase[LedgerFactory]
): ...


class TestExampleSqlite(OnSqlite, applications.ExampleApplicationTestCase):
    expected_factory_topic = "aidledger.store.factory:LedgerFactory"


class TestExamplePostgres(OnPostgres, applications.ExampleApplicationTestCase):
    expected_factory_topic = "aidledger.store.factory:LedgerFactory"


@pytest.mark.filterwarnings("default:.log. is deprecated")
class TestApplicationSqlite(OnSqlite, applications.ApplicationTestCase): ...


@pytest.mark.filterwarnings("default:.log. is deprecated")
class TestApplicationPostgres(OnPostgres, applications.ApplicationTestCase): ...


class Views(Place):
    def construct_event_counters_view(self) -> EventCounters:
        return EventCounters(self.ledger)


class TestViewSqlite(OnSqlite, Views, projections.EventCountersViewTestCase): ...


class TestViewPostgres(OnPostgres, Views, projections.EventCountersViewTestCase): ...


class Projected(Place):
    view_class: type[projections.EventCountersView] = EventCounters
    env: ClassVar[dict[str, str]] = {}


class TestProjectionSqlite(
    OnSqlite, Projected, projections.AggregateEventCountersProjectionTestCase
): ...


class TestProjectionPostgres(
    OnPostgres, Projected, projections.AggregateEventCountersProjectionTestCase
): ...


class TestEventSourcedProjectionSqlite(OnSqlite, projections.EventSourcedProjectionTestCase):
    """The projection records events of its own: it has a ledger of its own."""

    @pytest.fixture(autouse=True)
    def second(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        location = str(tmp_path / "counters.sqlite")
        create(location, origin=ORIGIN).close()
        monkeypatch.setenv("COUNTERS_AIDLEDGER", location)


class TestEventSourcedProjectionPostgres(OnPostgres, projections.EventSourcedProjectionTestCase):
    """As above; the two ledgers are on two engines."""

    @pytest.fixture(autouse=True)
    def second(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        location = str(tmp_path / "counters.sqlite")
        create(location, origin=ORIGIN).close()
        monkeypatch.setenv("COUNTERS_AIDLEDGER", location)


@pytest.mark.parametrize("value", ["y", "true", "1", "on"])
def test_the_librarys_unlocked_functions_are_refused(location: str, value: str) -> None:
    create(location, origin=ORIGIN).close()
    env: dict[str, Any] = {**library_environment(location), "POSTGRES_ENABLE_DB_FUNCTIONS": value}

    with pytest.raises(InfrastructureFactoryError, match="lose events"):
        LedgerFactory(env)


def test_a_factory_without_a_location_is_refused() -> None:
    with pytest.raises(OSError, match="AIDLEDGER"):
        LedgerFactory({})
