"""(d) Verifying a ledger in a SQLite file: its bytes, chain and tree; and a bare hash loop."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from aidledger.domain.events.catalog import encode_data
from aidledger.ledger.verify import VerifyReport, verify_ranges
from aidledger.services.verifying import EntryReader, count_rows, verify, workers
from aidledger.store.draft import Draft
from aidledger.store.opening import create, open_ledger
from benchmarks.content import ACCOUNT, TOWNSHIP, case, proposal, visit
from benchmarks.measuring import READY, Chunk, Job, Measure, size
from benchmarks.servers import ORIGIN

WORKERS = 2
BATCH = 1_000


def ledger(job: Job) -> str:
    """Return a ledger of many entries, made by the first who asks."""
    path = Path(job["folder"]) / "verified.sqlite"
    if not path.exists():
        with closing(create(path, origin=ORIGIN)) as store:
            count = size(job, 400_000, 10_000)
            for first in range(0, count, BATCH):
                numbers = range(first, first + BATCH)
                store.append(
                    [draft(number, count) for number in numbers],
                    cause=f"bench-{first}",
                    request_digest=hashlib.sha256(str(first).encode()).digest(),
                    now=datetime(2022, 2, 17, tzinfo=UTC),
                )
    return str(path)


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


def bytes_chain_tree(job: Job) -> Iterator[Chunk]:
    """Verify in two processes that are there already, each reading from the database."""
    path = ledger(job)
    with (
        closing(open_ledger(path, read_only=True)) as store,
        workers(WORKERS) as executor,
    ):
        if executor is None:
            raise SystemExit("bench: error: there are no processes to verify in")
        list(executor.map(abs, range(WORKERS)))
        yield READY
        while True:
            began = time.perf_counter()
            report = verify_ranges(
                EntryReader(path),
                count_rows(store),
                store.read_nodes(),
                store.read_head_row(),
                executor=executor,
            )
            yield checked(report), time.perf_counter() - began


def whole_service(job: Job) -> Iterator[Chunk]:
    """Verify as the command does: typed data, batches and the mark too; processes started anew."""
    path = ledger(job)
    yield READY
    while True:
        began = time.perf_counter()
        yield checked(verify(path, jobs=WORKERS)), time.perf_counter() - began


def checked(report: VerifyReport | None) -> int:
    """Return the number of entries of a report without findings."""
    if report is None or report.verdict != "unproven":
        raise SystemExit(f"bench: error: {report and report.findings[:3]}")
    return report.entries


def bare_hashing(job: Job) -> Iterator[Chunk]:
    """Hash every record once, in a loop over a list in memory."""
    with closing(open_ledger(ledger(job), read_only=True)) as store:
        records = [row[5] for row in store.read(0, size(job, 200_000, 10_000))]
    sha256 = hashlib.sha256
    yield READY
    while True:
        began = time.perf_counter()
        for record in records:
            sha256(b"\x00" + record).digest()
        yield len(records), time.perf_counter() - began


VERIFICATION: dict[str, Measure] = {
    "verify ours": bytes_chain_tree,
    "verify service": whole_service,
    "bare hashing": bare_hashing,
}
