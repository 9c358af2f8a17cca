"""(a) Batches of 1,000 through a recorder of the library: ours, the stock one, and bare inserts."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import psycopg
from eventsourcing.persistence import InfrastructureFactory, StoredEvent

from aidledger.ledger.entry import encode_draft
from aidledger.ledger.tree import leaf_hash
from aidledger.store import sqlite_connect
from benchmarks.measuring import Job, Measure, size
from benchmarks.servers import new_database, new_file, new_ledger, stock_settings

BATCH = 1_000
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


def through_recorder(settings: dict[str, str], batches: list[list[StoredEvent]]) -> float:
    """Insert the batches through the library's own extension point; return events a second."""
    with closing(InfrastructureFactory.construct(settings)) as factory:
        return timed(factory.application_recorder().insert_events, batches)


def ours(engine: str, make: Callable[[int], list[list[StoredEvent]]], job: Job) -> float:
    """Measure our recorder."""
    settings = {
        "PERSISTENCE_MODULE": "aidledger.store.factory",
        "AIDLEDGER": new_ledger(job, engine),
    }
    return through_recorder(settings, make(size(job, 21, 3)))


def stock(engine: str, job: Job) -> float:
    """Measure the stock recorder of the same engine."""
    return through_recorder(stock_settings(job, engine), made_up(size(job, 21, 3)))


TABLE = (
    "CREATE TABLE entries (position {0} PRIMARY KEY, stream TEXT NOT NULL, version {0} NOT NULL,"
    " type TEXT NOT NULL, recorded_at TEXT NOT NULL, record {1} NOT NULL, leaf_hash {1} NOT NULL,"
    " UNIQUE (stream, version))"
)


def rows(batches: int, width: int) -> list[list[tuple[Any, ...]]]:
    """Return finished rows, hashed already."""
    found = []
    for number, batch in enumerate(entries(1 + batches * width // BATCH)):
        for place, event in enumerate(batch):
            leaf = leaf_hash(event.state)
            at = number * BATCH + place
            time_text = "2022-02-17T09:31:05.123456Z"
            found.append(
                (at, event.originator_id, event.originator_version, event.topic, time_text,
                 event.state, leaf)
            )  # fmt: skip
    return [found[at * width : (at + 1) * width] for at in range(batches)]


def bare_sqlite(width: int, job: Job) -> float:
    """Insert finished rows into one table, so many a transaction, as durable as ours."""
    path = new_file(job)
    Path(path).touch()
    connect = sqlite_connect.connector(
        sqlite_connect.driver(), path, read_only=False, busy_timeout_s=5.0
    )
    batches = rows(size(job, 20_000 if width > 1 else 400, 50 * width) // width, width)
    with closing(connect()) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(TABLE.format("INTEGER", "BLOB") + " STRICT")

        def insert(batch: list[tuple[Any, ...]]) -> None:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)", batch)
            connection.execute("COMMIT")

        return timed(insert, batches)


def bare_postgres(width: int, job: Job) -> float:
    """Insert finished rows into one table by COPY (one row: INSERT), so many a transaction."""
    types = ("int8", "text", "int8", "text", "text", "bytea", "bytea")
    batches = rows(size(job, 20_000 if width > 1 else 400, 50 * width) // width, width)
    with psycopg.connect(new_database(job), autocommit=True) as connection:
        connection.execute(TABLE.format("BIGINT", "BYTEA"))
        cursor = connection.cursor(binary=True)

        def insert(batch: list[tuple[Any, ...]]) -> None:
            if width == 1:
                cursor.execute("INSERT INTO entries VALUES (%b, %b, %b, %b, %b, %b, %b)", batch[0])
                return
            with cursor.copy("COPY entries FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(types)
                for row in batch:
                    copy.write_row(row)

        return timed(insert, batches)


def timed(insert: Callable[[Any], object], batches: list[Any]) -> float:
    """Insert all batches, the first to warm up; return rows a second of the others."""
    insert(batches[0])
    began = time.perf_counter()
    for batch in batches[1:]:
        insert(batch)
    return sum(map(len, batches[1:])) / (time.perf_counter() - began)


APPENDING: dict[str, Measure] = {
    **{f"append ours {e}": partial(ours, e, made_up) for e in ("sqlite", "postgresql")},
    **{f"append entries {e}": partial(ours, e, entries) for e in ("sqlite", "postgresql")},
    **{f"append stock {e}": partial(stock, e) for e in ("sqlite", "postgresql")},
    "bare batch sqlite": partial(bare_sqlite, BATCH),
    "bare batch postgresql": partial(bare_postgres, BATCH),
    "bare one sqlite": partial(bare_sqlite, 1),
    "bare one postgresql": partial(bare_postgres, 1),
}
