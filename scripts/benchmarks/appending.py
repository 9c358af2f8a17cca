"""(a) Batches of 1,000 through a recorder of the library: ours, the stock one, and bare inserts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from itertools import chain
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from eventsourcing.persistence import InfrastructureFactory, StoredEvent

from aidledger.ledger.entry import encode_draft
from aidledger.ledger.tree import leaf_hash
from aidledger.store import sqlite_connect
from benchmarks.measuring import Chunk, Job, Measure, each, size
from benchmarks.servers import new_database, new_file, new_ledger, stock_settings

BATCH = 1_000
COMMANDS = 20
"""Single transactions in one chunk of work."""
Row = tuple[Any, ...]
STREAMS = 200
STATE = (
    b'{"evidence":null,"form":"in_person","need":"none","normal":true,"source":"office",'
    b'"visitor":"520123001-u3","seen_on":"2022-02-17","village":"520123001001","note":"'
    + b"\xe5\xae\x89\xe5\xa5\xbd" * 20
    + b'"}'
)


def made_up(batches: int) -> list[list[StoredEvent]]:
    """Return batches of events of a made-up aggregate, about 300 bytes each."""
    names = [UUID(int=number + 1) for number in range(STREAMS)]
    return [
        [
            StoredEvent(
                names[number % STREAMS],
                (batch * BATCH + number) // STREAMS + 1,
                "benchmarks.appending:VisitMade",
                STATE,
            )
            for number in range(BATCH)
        ]
        for batch in range(batches)
    ]


def entries(batches: int) -> list[list[StoredEvent]]:
    """Return batches of the records of real entries, chained."""
    heads: dict[str, tuple[int, str | None]] = {}
    data = msgspec.Raw(msgspec.json.encode(msgspec.json.decode(STATE), order="sorted"))
    made: list[list[StoredEvent]] = []
    for batch in range(batches):
        made.append([])
        for number in range(BATCH):
            stream = f"case/520123-2022-{number % STREAMS:06d}"
            version, prev = heads.get(stream, (0, None))
            record = encode_draft(
                type="VisitMade",
                actor="520123001-u3",
                cause=f"bench-{batch}",
                data=data,
                effective_on="2022-02-17",
                office="520123001",
                policy=None,
                prev=prev,
                recorded_at=f"2022-02-17T09:31:05.{batch:06d}Z",
                sealed={},
                stream=stream,
                version=version + 1,
            )
            heads[stream] = (version + 1, leaf_hash(record).hex())
            made[-1].append(StoredEvent(stream, version + 1, "VisitMade", record))
    return made


def through_recorder(settings: dict[str, str], batches: list[list[StoredEvent]]) -> Iterator[Chunk]:
    """Insert the batches through the library's own extension point."""
    with closing(InfrastructureFactory.construct(settings)) as factory:
        yield from each(factory.application_recorder().insert_events, batches)


def ours(engine: str, make: Callable[[int], list[list[StoredEvent]]], job: Job) -> Iterator[Chunk]:
    """Measure our recorder."""
    settings = {
        "PERSISTENCE_MODULE": "aidledger.store.factory",
        "AIDLEDGER": new_ledger(job, engine),
    }
    yield from through_recorder(settings, make(size(job, 31, 3)))


def stock(engine: str, job: Job) -> Iterator[Chunk]:
    """Measure the stock recorder of the same engine."""
    yield from through_recorder(stock_settings(job, engine), made_up(size(job, 31, 3)))


TABLE = (
    "CREATE TABLE entries (position {0} PRIMARY KEY, stream TEXT NOT NULL, version {0} NOT NULL,"
    " type TEXT NOT NULL, recorded_at TEXT NOT NULL, record {1} NOT NULL, leaf_hash {1} NOT NULL,"
    " UNIQUE (stream, version))"
)


def rows(batches: int, width: int) -> list[list[Row]]:
    """Return finished rows, hashed already."""
    time_text = "2022-02-17T09:31:05.123456Z"
    found: list[Row] = []
    for event in chain.from_iterable(entries(1 + batches * width // BATCH)):
        name, version, record = event.originator_id, event.originator_version, event.state
        found.append((len(found), name, version, event.topic, time_text, record, leaf_hash(record)))
    return [found[at * width : (at + 1) * width] for at in range(batches)]


def bare_sqlite(width: int, job: Job) -> Iterator[Chunk]:
    """Insert finished rows into one table, so many a transaction, as durable as ours."""
    path = new_file(job)
    path.touch()
    connect = sqlite_connect.connector(
        sqlite_connect.driver(), path, read_only=False, busy_timeout_s=5.0
    )
    with closing(connect()) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        if width > 1:
            connection.execute(f"PRAGMA wal_autocheckpoint = {sqlite_connect.WAL_PAGES_BULK}")
        connection.execute(TABLE.format("INTEGER", "BLOB") + " STRICT")

        def insert(batch: list[Row]) -> None:
            for at in range(0, len(batch), width):
                connection.execute("BEGIN IMMEDIATE")
                connection.executemany(
                    "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)", batch[at : at + width]
                )
                connection.execute("COMMIT")

        finished = rows(size(job, 31, 3), max(width, COMMANDS))
        # bytearrays are what this driver binds fastest
        bound = [[(*row[:5], bytearray(row[5]), bytearray(row[6])) for row in b] for b in finished]
        yield from each(insert, bound)


def bare_postgres(width: int, job: Job) -> Iterator[Chunk]:
    """Insert finished rows into one table by COPY (one row: INSERT), so many a transaction."""
    types = ("int8", "text", "int8", "text", "text", "bytea", "bytea")
    with psycopg.connect(new_database(job), autocommit=True) as connection:
        connection.execute(TABLE.format("BIGINT", "BYTEA"))
        cursor = connection.cursor(binary=True)

        def insert(batch: list[Row]) -> None:
            if width == 1:
                for row in batch:
                    cursor.execute("INSERT INTO entries VALUES (%b, %b, %b, %b, %b, %b, %b)", row)
                return
            with cursor.copy("COPY entries FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(types)
                for row in batch:
                    copy.write_row(row)

        yield from each(insert, rows(size(job, 31, 3), max(width, COMMANDS)))


APPENDING: dict[str, Measure] = {
    **{f"append ours {e}": partial(ours, e, made_up) for e in ("sqlite", "postgresql")},
    **{f"append entries {e}": partial(ours, e, entries) for e in ("sqlite", "postgresql")},
    **{f"append stock {e}": partial(stock, e) for e in ("sqlite", "postgresql")},
    "bare batch sqlite": partial(bare_sqlite, BATCH),
    "bare batch postgresql": partial(bare_postgres, BATCH),
    "bare one sqlite": partial(bare_sqlite, 1),
    "bare one postgresql": partial(bare_postgres, 1),
}
