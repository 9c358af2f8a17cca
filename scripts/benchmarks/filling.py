"""Ledgers of many entries in a SQLite file, made once for all measurements of a run."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from aidledger.domain.events.catalog import encode_data
from aidledger.services.initialising import create_ledger
from aidledger.store.draft import Draft
from aidledger.store.opening import open_ledger
from aidledger.store.port import LedgerStore
from benchmarks.content import ACCOUNT, TOWNSHIP, case, proposal, visit
from benchmarks.measuring import Job
from benchmarks.servers import ORIGIN

BATCH = 5_000
Make = Callable[[int], Draft]


def log(job: Job, count: int) -> str:
    """Return a ledger of so many visits and payments."""
    return filled(job, "log", count, partial(draft, count=count))


def filled(job: Job, name: str, count: int, make: Make) -> str:
    """Return a ledger of so many entries, made by the first who asks."""
    path = Path(job["folder"]) / f"{name}-{count}.sqlite"
    if not path.exists():
        create_ledger(str(path), origin=ORIGIN)
        with closing(open_ledger(str(path))) as store:
            append(store, count, make)
    return str(path)


def append(store: LedgerStore, count: int, make: Make) -> None:
    """Append so many entries to an empty ledger, in batches."""
    for first in range(0, count, BATCH):
        store.append(
            [make(number) for number in range(first, min(first + BATCH, count))],
            cause=f"bench-{first}",
            request_digest=hashlib.sha256(str(first).encode()).digest(),
            now=datetime(2022, 2, 17, tzinfo=UTC),
        )


def draft(number: int, count: int) -> Draft:
    """Return a visit or a payment of one of many cases, each with some thirty entries."""
    stream, day = case(number * 7919 % (count // 30)), "2022-02-17"
    one = visit(stream, day, number % 50)
    if number % 3 == 0:
        line = {"account": ACCOUNT, "amount_fen": 70_000 + number, "month": "2022-02"}
        paid = {**line, "paid_on": day, "run": "run/2022-02"}
        one = proposal(stream, day, ("PaymentIssued", "bank", TOWNSHIP, paid))
    return Draft(
        type=one.type,
        stream=stream,
        actor=one.actor,
        office=TOWNSHIP,
        effective_on=day,
        data=encode_data(one.event),
    )
