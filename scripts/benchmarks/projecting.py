"""(e) Every read model from a PostgreSQL ledger, against the stock ProjectionRunner on PostgreSQL."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from itertools import count, groupby
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
from eventsourcing.persistence import Tracking
from eventsourcing.postgres import PostgresDatastore, PostgresTrackingRecorder
from eventsourcing.projection import Projection, ProjectionRunner
from psycopg.sql import SQL

from aidledger.ledger.entry import decode_entry
from aidledger.services.initialising import create_ledger
from aidledger.services.rebuilding import rebuild
from aidledger.services.session import open_session
from aidledger.services.simulation.running import simulate
from aidledger.store.draft import Draft
from aidledger.store.opening import create, open_ledger
from benchmarks.measuring import READY, Chunk, Job, Measure, size
from benchmarks.recording import PeerCounty, peer, save_month
from benchmarks.servers import ORIGIN, new_database, new_file

COPIED = ("case/", "carer/", "complaint/")
AMENDMENTS = ("EntryAnnulled", "EntryCorrected")
"""They name positions, which are others in a copy."""
_number = re.compile(rb"((?:case|complaint)/520123-\d{4}-|carer/520123-)(\d+)")
_token = re.compile(rb'"([pa])[0-9a-f]{4}([0-9a-f]{28})"')


def ledger(job: Job) -> str:
    """Return a large county on PostgreSQL, made by the first who asks: a small one many times."""
    os.environ["AIDLEDGER_SECRETS"] = str(Path(job["folder"]) / "county.secrets")
    place = Path(job["folder"]) / "county.url"
    if not place.exists():
        url = new_database(job)
        small = str(new_file(job))
        create_ledger(small, origin=ORIGIN)
        with open_session(small) as session:
            simulate(session, cases=size(job, 100, 8), months=size(job, 12, 3), seed=1)
            rows = list(session.store.read())
        copies = max(1, size(job, 300_000, 2_000) // len(rows))
        with closing(create(url, origin=ORIGIN)) as store:
            for number, (moment, several) in enumerate(groupby(rows, key=lambda row: row[4])):
                batch = list(several)
                drafts = [draft for copy in range(copies) for draft in copied(batch, copy)]
                store.append(
                    drafts,
                    cause=f"bench-{number}",
                    request_digest=number.to_bytes(32, "big"),
                    now=datetime.fromisoformat(moment),
                )
        place.write_text(url, encoding="utf-8")
    return place.read_text(encoding="utf-8")


def copied(rows: list[Any], copy: int) -> Iterator[Draft]:
    """Yield the entries of a batch for another county of the same kind; shared streams once."""
    for row in rows:
        if row[3] in AMENDMENTS or (copy and not row[1].startswith(COPIED)):
            continue
        entry = decode_entry(row[5])
        data = msgspec.json.encode(entry.data, order="sorted")
        yield Draft(
            type=entry.type,
            stream=moved(entry.stream.encode(), copy).decode(),
            actor=entry.actor,
            office=entry.office,
            effective_on=entry.effective_on,
            data=msgspec.Raw(_token.sub(rb'"\g<1>%04x\g<2>"' % copy, moved(data, copy))),
            policy=entry.policy,
            sealed=entry.sealed,
        )


def moved(text: bytes, copy: int) -> bytes:
    """Give the cases, carers and complaints in a text the numbers of a copy."""
    return _number.sub(
        lambda found: found[1] + b"%0*d" % (len(found[2]), int(found[2]) + copy * 1_000), text
    )


def all_models(job: Job) -> Iterator[Chunk]:
    """Rebuild every model from the database."""
    with closing(open_ledger(ledger(job), read_only=True)) as store:
        yield READY
        while True:
            began = time.perf_counter()
            result = rebuild(store, folder=new_file(job))
            spent = time.perf_counter() - began
            if result.skipped:
                raise SystemExit(f"bench: error: {result.skipped[:3]}")
            yield result.entries, spent


def bare_reading(job: Job) -> Iterator[Chunk]:
    """Read every row of the ledger from the database and do nothing with it."""
    with closing(open_ledger(ledger(job), read_only=True)) as store:
        yield READY
        while True:
            began = time.perf_counter()
            yield sum(1 for _ in store.read()), time.perf_counter() - began


class CaseView(PostgresTrackingRecorder):
    """One row a case, written with the position in one transaction."""

    def __init__(self, datastore: PostgresDatastore, **options: Any) -> None:
        super().__init__(datastore, **options)
        self.sql_create_statements.append(
            SQL(
                "CREATE TABLE IF NOT EXISTS case_state (case_id uuid PRIMARY KEY, stage text,"
                " rostered bigint, paid_fen bigint, paid_lines bigint, visits bigint,"
                " last_month text, last_visitor text, version bigint, positions bigint[])"
            ).format()
        )

    def upsert(self, case: UUID, change: dict[str, Any], tracking: Tracking) -> None:
        """Add one event to the row of its case."""
        with self.datastore.transaction(commit=True) as cursor:
            cursor.execute(
                "INSERT INTO case_state VALUES (%(case)s, 'approved', %(rostered)s, %(paid)s,"
                " %(lines)s, %(visits)s, %(month)s, %(visitor)s, %(version)s, ARRAY[%(at)s])"
                " ON CONFLICT (case_id) DO UPDATE SET"
                " rostered = case_state.rostered + excluded.rostered,"
                " paid_fen = case_state.paid_fen + excluded.paid_fen,"
                " paid_lines = case_state.paid_lines + excluded.paid_lines,"
                " visits = case_state.visits + excluded.visits,"
                " last_month = coalesce(excluded.last_month, case_state.last_month),"
                " last_visitor = coalesce(excluded.last_visitor, case_state.last_visitor),"
                " version = excluded.version,"
                " positions = case_state.positions || excluded.positions",
                {"case": case, "at": tracking.notification_id, **change},
            )
            self._insert_tracking(cursor, tracking)


class CaseProjection(Projection[CaseView]):
    """The stock way to a read model."""

    name = "cases"
    topics = ()

    def process_event(self, domain_event: Any, tracking: Tracking) -> None:
        """Write one event into the view."""
        kind = type(domain_event).__name__
        change = {
            "rostered": int(kind == "Rostered"),
            "paid": domain_event.amount_fen if kind == "Paid" else 0,
            "lines": int(kind == "Paid"),
            "visits": int(kind == "Visited"),
            "month": getattr(domain_event, "month", None),
            "visitor": getattr(domain_event, "visitor", None),
            "version": domain_event.originator_version,
        }
        self.view.upsert(domain_event.originator_id, change, tracking)


def stock_runner(job: Job) -> Iterator[Chunk]:
    """Project a stock application's events with the stock runner, as it catches up with them."""
    with peer(job, "postgresql", size(job, 250, 25)) as (app, made):
        yield READY
        done = 0
        for month in count(1):
            save_month(app, made, month % 12 + 1)
            last = app.recorder.max_notification_id() or 0
            began = time.perf_counter()
            with ProjectionRunner(
                application_class=PeerCounty,
                projection_class=CaseProjection,
                view_class=CaseView,
                env=app.env,
            ) as runner:
                runner.wait(last, timeout=600.0)
                spent = time.perf_counter() - began
            yield last - done, spent
            done = last


PROJECTING: dict[str, Measure] = {
    "rebuild ours": all_models,
    "rebuild stock": stock_runner,
    "bare reading": bare_reading,
}
