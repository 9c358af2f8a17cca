"""Not trusted: reads what the database holds; a false event of an attacker is found by verify.

The housed library's recorders on our store, for both engines: the same lock, numbering and table as
our own appends. A made-up event of the library is kept in an opaque envelope, which no ledger that
verifies may hold. Nothing here retries: the library's own retry reports a committed event as failed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from eventsourcing import persistence
from eventsourcing.persistence import Notification, StoredEvent, Tracking

from aidledger.ledger.forms import is_stream
from aidledger.store import shelf
from aidledger.store.errors import ConflictError, OutcomeUnknownError, StoreError
from aidledger.store.loose import OPAQUE_PREFIX, opaque_record, open_opaque
from aidledger.store.port import HostileRow, LedgerStore, LooseBatch, LooseRecord
from aidledger.store.subscription import LedgerSubscription
from aidledger.store.uncollected import without_collector


class UnknownOutcomeError(persistence.OperationalError):
    """The answer to COMMIT was lost: `store.resolve(cause)` says what became of it."""

    def __init__(self, message: str, cause: str) -> None:
        super().__init__(message)
        self.cause = cause


class LedgerAggregateRecorder(persistence.AggregateRecorder):
    """Inserts and selects the events of one originator."""

    def __init__(self, store: LedgerStore) -> None:
        self.store = store

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Record all events or none."""
        self._insert_events(stored_events, **kwargs)
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Return the events of one originator by version."""
        with translated():
            rows = self.store.read_stream(
                originator_id.hex if isinstance(originator_id, UUID) else originator_id,
                after=-1 if gt is None else gt,
                upto=lte,
                backwards=desc,
                limit=limit,
            )
            return [_stored_event(row) for row in rows]

    @without_collector()
    def _insert_events(
        self, stored_events: Sequence[StoredEvent], tracking: Tracking | None = None, **_: Any
    ) -> list[int]:
        if not stored_events and tracking is None:
            return []
        ids = [event.originator_id for event in stored_events]
        streams = frozenset(name for name in ids if isinstance(name, str) and is_stream(name))
        batch = LooseBatch(map(_loose_record, stored_events), len(stored_events), streams)
        position = (tracking.application_name, tracking.notification_id) if tracking else None
        with translated():
            return self.store.append_records(batch, tracking=position)


class LedgerApplicationRecorder(LedgerAggregateRecorder, persistence.ApplicationRecorder):
    """Also gives events their place in the log: notification id = position + 1, without gaps."""

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Record all events or none; return their notification ids."""
        return [position + 1 for position in self._insert_events(stored_events, **kwargs)]

    def select_notifications(
        self,
        start: int | None,
        limit: int,
        stop: int | None = None,
        topics: Sequence[str] = (),
        *,
        inclusive_of_start: bool = True,
    ) -> Sequence[Notification]:
        """Return a page of the log."""
        first = 0 if start is None else start - 1 if inclusive_of_start else start
        with translated():
            rows = self.store.read_page(start=first, limit=limit, stop=stop, types=tuple(topics))
        return [_notification(row) for row in rows]

    def max_notification_id(self) -> int | None:
        """Return the id of the last event, None when there is none."""
        with translated():
            return self.store.head().size or None

    def subscribe(
        self, gt: int | None = None, topics: Sequence[str] = ()
    ) -> persistence.Subscription[persistence.ApplicationRecorder]:
        """Follow the log as it grows."""
        return LedgerSubscription(recorder=self, gt=gt, topics=topics)


class LedgerTrackingRecorder(persistence.TrackingRecorder):
    """Keeps the position of a read model; subclasses write their rows in the same transaction."""

    def __init__(self, store: LedgerStore) -> None:
        self.store = store

    def insert_tracking(self, tracking: Tracking) -> None:
        """Move a position forward."""
        with translated(), self.store.writing() as run:
            shelf.insert_tracking(run, tracking.application_name, tracking.notification_id)

    def max_tracking_id(self, application_name: str) -> int | None:
        """Return a position."""
        with translated(), self.store.reading() as run:
            return shelf.max_tracking_id(run, application_name)


class LedgerProcessRecorder(
    LedgerTrackingRecorder, LedgerApplicationRecorder, persistence.ProcessRecorder
):
    """Records events and the position they came from in one transaction."""


class LedgerSnapshotRecorder(persistence.AggregateRecorder):
    """Keeps the library's snapshots in a table of their own: a cache, no part of the ledger."""

    def __init__(self, store: LedgerStore) -> None:
        self.store = store

    def insert_events(
        self, stored_events: Sequence[StoredEvent], **kwargs: Any
    ) -> Sequence[int] | None:
        """Keep snapshots, all or none."""
        del kwargs
        with translated(), self.store.writing() as run:
            for event in stored_events:
                key = str(event.originator_id)
                shelf.insert_snapshot(
                    run, (key, event.originator_version, event.topic, event.state)
                )
        return None

    def select_events(
        self,
        originator_id: UUID | str,
        *,
        gt: int | None = None,
        lte: int | None = None,
        desc: bool = False,
        limit: int | None = None,
    ) -> Sequence[StoredEvent]:
        """Return snapshots of one aggregate by version."""
        with translated(), self.store.reading() as run:
            rows = shelf.select_snapshots(run, str(originator_id))
        wanted = [
            StoredEvent(originator_id, version, topic, state)
            for version, topic, state in (reversed(rows) if desc else rows)
            if (gt is None or version > gt) and (lte is None or version <= lte)
        ]
        return wanted[:limit]


@contextmanager
def translated() -> Iterator[None]:
    """Raise the library's exceptions instead of ours."""
    try:
        yield
    except ConflictError as error:
        raise persistence.IntegrityError(str(error)) from error
    except OutcomeUnknownError as error:
        raise UnknownOutcomeError(str(error), error.cause) from error
    except StoreError as error:
        raise persistence.OperationalError(str(error)) from error


def _loose_record(event: StoredEvent) -> LooseRecord:
    """Take the record of an entry as it is; envelop anything else."""
    originator_id, version, topic = event.originator_id, event.originator_version, event.topic
    if isinstance(originator_id, UUID):
        stream, kind = f"{originator_id.int:032x}", b"u"
    elif is_stream(originator_id):
        return LooseRecord(originator_id, version, topic, event.state, opaque=False)
    else:
        stream, kind = originator_id, b"s"
    record = opaque_record(kind, stream, version, event.state)
    return LooseRecord(stream, version, topic, record, opaque=True)


def _opened(row: HostileRow) -> tuple[UUID | str, int, str, bytes]:
    """Return what a row says."""
    _, stream, version, topic, _, record, _ = row
    if not (isinstance(record, bytes) and isinstance(stream, str) and isinstance(topic, str)):
        raise persistence.DataError(f"row {row[0]!r}: its columns are not in their format")
    if not record.startswith(OPAQUE_PREFIX):
        return stream, version, topic, record
    try:
        kind, state = open_opaque(stream, version, record)
        return (UUID(stream) if kind == b"u" else stream), version, topic, state
    except (TypeError, ValueError) as error:
        raise persistence.DataError(f"row {row[0]!r}: {error}") from error


def _stored_event(row: HostileRow) -> StoredEvent:
    originator_id, version, topic, state = _opened(row)
    return StoredEvent(originator_id, version, topic, state)


def _notification(row: HostileRow) -> Notification:
    originator_id, version, topic, state = _opened(row)
    return Notification(originator_id, version, topic, state, row[0] + 1)
