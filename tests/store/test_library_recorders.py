"""The housed library's own contract suites, inherited: our recorders pass them on both engines."""

from __future__ import annotations

from eventsourcing.tests import persistence as cases
from tests.store.places import OnPostgres, OnSqlite, Place

from aidledger.store.recorders import (
    LedgerAggregateRecorder,
    LedgerApplicationRecorder,
    LedgerProcessRecorder,
    LedgerSnapshotRecorder,
    LedgerTrackingRecorder,
)


class Aggregates(Place):
    def create_recorder(self) -> LedgerAggregateRecorder:
        return LedgerAggregateRecorder(self.ledger)


class Snapshots(Place):
    def create_recorder(self) -> LedgerSnapshotRecorder:
        return LedgerSnapshotRecorder(self.ledger)


class Applications(Place):
    EXPECT_CONTIGUOUS_NOTIFICATION_IDS = True

    def create_recorder(self) -> LedgerApplicationRecorder:
        return LedgerApplicationRecorder(self.ledger)

    def test_subscribe(self) -> None:
        self.optional_test_insert_subscribe()  # type: ignore[attr-defined]


class Trackings(Place):
    def create_recorder(self) -> LedgerTrackingRecorder:
        return LedgerTrackingRecorder(self.ledger)


class Processes(Place):
    def create_recorder(self) -> LedgerProcessRecorder:
        return LedgerProcessRecorder(self.ledger)


class TestAggregateSqlite(OnSqlite, Aggregates, cases.AggregateRecorderTestCase): ...


class TestAggregatePostgres(OnPostgres, Aggregates, cases.AggregateRecorderTestCase): ...


class TestSnapshotSqlite(OnSqlite, Snapshots, cases.AggregateRecorderTestCase): ...


class TestSnapshotPostgres(OnPostgres, Snapshots, cases.AggregateRecorderTestCase): ...


class TestApplicationSqlite(OnSqlite, Applications, cases.ApplicationRecorderTestCase): ...


class TestApplicationPostgres(OnPostgres, Applications, cases.ApplicationRecorderTestCase): ...


class TestTrackingSqlite(OnSqlite, Trackings, cases.TrackingRecorderTestCase): ...


class TestTrackingPostgres(OnPostgres, Trackings, cases.TrackingRecorderTestCase): ...


class TestProcessSqlite(OnSqlite, Processes, cases.ProcessRecorderTestCase): ...


class TestProcessPostgres(OnPostgres, Processes, cases.ProcessRecorderTestCase): ...


class TestIdsSqlite(OnSqlite, Applications, cases.NonInterleavingNotificationIDsBaseCase):
    test_subscribe = None  # type: ignore[assignment]  # of the other case


class TestIdsPostgres(OnPostgres, Applications, cases.NonInterleavingNotificationIDsBaseCase):
    test_subscribe = None  # type: ignore[assignment]
