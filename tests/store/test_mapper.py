"""Entries through the housed library: exact bytes in and out, and nothing imported on the way."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from uuid import UUID, uuid4

import msgspec
import pytest
from eventsourcing.application import Application
from eventsourcing.domain import Aggregate
from eventsourcing.persistence import (
    DataError,
    IntegrityError,
    JSONTranscoder,
    MapperDeserialisationError,
    OperationalError,
    StoredEvent,
)
from tests.store.conftest import ORIGIN
from tests.store.drafts import NOON, draft, drafts, record
from tests.store.test_append_only import tamper

from aidledger.ledger.entry import Entry, decode_entry
from aidledger.ledger.tree import root_of_leaves
from aidledger.ledger.verify import verify_entries
from aidledger.store.mapper import EntryEvent, EntryMapper
from aidledger.store.opening import create, library_environment, open_ledger
from aidledger.store.port import LedgerStore
from aidledger.store.recorders import LedgerApplicationRecorder

MAPPER = EntryMapper(transcoder=JSONTranscoder())


def following(store: LedgerStore, stream: str, **changed: object) -> Entry:
    """The entry that would come next in a stream, made outside of the store."""
    version, leaf = store.stream_heads([stream]).get(stream, (0, None))
    entry = Entry(
        type="VisitRecorded",
        actor="p0123456789abcdef",
        cause="cause-of-the-library",
        data={"note": "入户走访"},
        effective_on="2022-02-17",
        office="520123001",
        policy=None,
        prev=leaf.hex() if leaf else None,
        recorded_at="2030-01-01T00:00:00.000000Z",
        sealed={},
        stream=stream,
        version=version + 1,
    )
    return msgspec.structs.replace(entry, **changed)


def test_an_entry_goes_through_the_mapper_byte_for_byte(store: LedgerStore) -> None:
    record(store, drafts(5))
    recorder = LedgerApplicationRecorder(store)
    notifications = recorder.select_notifications(start=None, limit=10)
    events = [MAPPER.to_domain_event(notification) for notification in notifications]

    assert [1, 2, 3, 4, 5] == [notification.id for notification in notifications]
    for event, notification, row in zip(events, notifications, store.read(), strict=True):
        assert isinstance(event, EntryEvent)
        assert (event.originator_id, event.originator_version) == (row[1], row[2])
        assert event.entry == decode_entry(row[5])
        assert (row[3], row[5]) == (notification.topic, notification.state)
        assert row[5] == MAPPER.to_stored_event(event).state


def test_an_application_of_the_library_records_entries_that_verify(
    store: LedgerStore, location: str
) -> None:
    record(store, [draft("case/a")])
    with Application[str](env=library_environment(location)) as app:
        first = EntryEvent.of(following(store, "case/a"))
        [recording] = app.events.put([first])
        second = EntryEvent.of(following(store, "case/a"))
        app.events.put([second])
        found = list(app.events.get("case/a"))
    report = verify_entries(store.read(), store.read_nodes(), store.read_head_row())

    assert 2 == recording.notification.id
    assert [first, second] == found[1:]
    assert [] == report.findings
    assert root_of_leaves([row[6] for row in store.read()]) == store.head().root


@pytest.mark.parametrize(
    "changed",
    [
        {"version": 3},
        {"version": 1, "prev": None},
        {"prev": "ab" * 32},
        {"prev": None},
        {"recorded_at": "2020-01-01T00:00:00.000000Z"},
    ],
    ids=["gap", "again", "other chain", "no chain", "back in time"],
)
def test_an_entry_that_does_not_follow_is_refused(
    store: LedgerStore, changed: dict[str, object]
) -> None:
    record(store, [draft("case/a")], now=NOON)
    stored = MAPPER.to_stored_event(EntryEvent.of(following(store, "case/a", **changed)))

    with pytest.raises(IntegrityError):
        LedgerApplicationRecorder(store).insert_events([stored])
    assert 1 == store.head().size


def test_nothing_but_an_entry_enters_a_stream_of_ours(store: LedgerStore) -> None:
    forged = StoredEvent("case/a", 1, "eventsourcing.domain:Aggregate.Event", b"{}")

    with pytest.raises(IntegrityError):
        LedgerApplicationRecorder(store).insert_events([forged])


FORGED = [
    "os:system",
    "subprocess:Popen",
    "builtins:eval",
    "tests.store.forged_module:Event",
    "aidledger.store.mapper:EntryMapper",
    "eventsourcing.domain:Aggregate",
    "",
    "VisitRecorded:",
    ":",
    "sys:modules.os.system",
]


@pytest.mark.parametrize("topic", FORGED)
def test_a_forged_topic_is_refused_and_nothing_imported(
    monkeypatch: pytest.MonkeyPatch, topic: str
) -> None:
    imported: list[str] = []
    monkeypatch.setattr(importlib, "import_module", imported.append)
    before = set(sys.modules)
    with pytest.raises(MapperDeserialisationError):
        MAPPER.to_domain_event(StoredEvent(uuid4(), 1, topic, b"{}"))

    assert ([], set()) == (imported, set(sys.modules) - before)


def test_a_topic_forged_in_the_database_is_refused_before_import(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger = create(path, origin=ORIGIN)
    record(ledger, drafts(3))
    ledger.close()
    tamper(path, "UPDATE entries SET type = 'os:system' WHERE position = 1")
    reader = open_ledger(path, read_only=True)
    _, forged, _ = LedgerApplicationRecorder(reader).select_notifications(start=None, limit=3)
    with pytest.raises(MapperDeserialisationError):
        MAPPER.to_domain_event(forged)
    reader.close()


@pytest.mark.parametrize(
    "stored",
    [
        StoredEvent("case/b", 1, "VisitRecorded", b""),
        StoredEvent("case/a", 2, "VisitRecorded", b""),
        StoredEvent("case/a", 1, "PaymentIssued", b""),
    ],
    ids=["stream", "version", "type"],
)
def test_columns_that_differ_from_the_record_are_refused(
    store: LedgerStore, stored: StoredEvent
) -> None:
    record(store, [draft("case/a")])
    state = next(store.read())[5]
    moved = StoredEvent(stored.originator_id, stored.originator_version, stored.topic, state)

    with pytest.raises(MapperDeserialisationError, match="something else"):
        MAPPER.to_domain_event(moved)


def test_a_record_that_is_no_entry_is_refused() -> None:
    for state in (b"", b"{}", b"\xff", b'{"$type":"VisitRecorded"}'):
        with pytest.raises(MapperDeserialisationError):
            MAPPER.to_domain_event(StoredEvent("case/a", 1, "VisitRecorded", state))


def test_an_event_of_the_library_makes_a_ledger_that_does_not_verify(
    store: LedgerStore, location: str
) -> None:
    with Application[UUID](env=library_environment(location)) as app:
        app.save(Aggregate())
    report = verify_entries(store.read(), store.read_nodes(), store.read_head_row())

    assert report.findings
    assert root_of_leaves([row[6] for row in store.read()]) == store.head().root


def test_an_envelope_under_other_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger = create(path, origin=ORIGIN)
    recorder = LedgerApplicationRecorder(ledger)
    recorder.insert_events([StoredEvent(uuid4(), 1, "a:b", b"state")])
    ledger.close()
    tamper(path, "UPDATE entries SET version = 2")
    reader = open_ledger(path, read_only=True)
    with pytest.raises(DataError):
        LedgerApplicationRecorder(reader).select_notifications(start=None, limit=1)
    reader.close()


def test_a_subscription_refuses_a_log_with_a_hole(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger = create(path, origin=ORIGIN)
    record(ledger, drafts(5))
    ledger.close()
    tamper(path, "DELETE FROM entries WHERE position = 2")
    reader = open_ledger(path, read_only=True)
    with (
        LedgerApplicationRecorder(reader).subscribe() as subscription,
        pytest.raises(OperationalError, match="hole"),
    ):
        next(subscription)
    reader.close()


def test_a_subscription_sees_what_is_appended_while_it_waits(store: LedgerStore) -> None:
    record(store, drafts(2), "cause-1")
    seen = []
    with LedgerApplicationRecorder(store).subscribe(gt=1) as subscription:
        for notification in subscription:
            seen.append(notification.id)
            if len(seen) < 4:
                record(store, drafts(1), f"more-{len(seen)}")
            else:
                subscription.stop()

    assert [2, 3, 4, 5] == seen
