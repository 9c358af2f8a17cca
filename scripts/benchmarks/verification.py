"""(d) Verifying a ledger in a SQLite file: its bytes, chain and tree; and bare loops."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from functools import partial
from multiprocessing import get_context

from aidledger.ledger.entry import decode_entry
from aidledger.ledger.tree import EMPTY_ROOT
from aidledger.ledger.verify import VerifyReport, verify_ranges
from aidledger.services.decoding import DataCheck
from aidledger.services.ladder.reader import EntryReader, count_rows
from aidledger.services.ladder.verifying import verify
from aidledger.services.sharing import workers
from aidledger.store.opening import open_ledger
from benchmarks.filling import log
from benchmarks.measuring import READY, Chunk, Job, Measure, size

WORKERS = 2


def bytes_chain_tree(full: int, quick: int, job: Job) -> Iterator[Chunk]:
    """Verify in two processes that are there already, each reading from the database."""
    path = log(job, size(job, full, quick))
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
                DataCheck(),
                executor=executor,
            )
            yield checked(report), time.perf_counter() - began


def whole_service(job: Job) -> Iterator[Chunk]:
    """Verify as the command does: typed data, batches and the mark too; processes started anew."""
    path = log(job, size(job, 400_000, 10_000))
    yield READY
    while True:
        began = time.perf_counter()
        yield checked(verify(path, jobs=WORKERS)), time.perf_counter() - began


def checked(report: VerifyReport | None) -> int:
    """Return the number of entries of a report without findings."""
    if report is None or report.verdict != "unproven":
        raise SystemExit(f"bench: error: {report and report.findings[:3]}")
    return report.entries


def records_of(job: Job, start: int, stop: int) -> list[bytes]:
    """Return some records of the ledger."""
    path = log(job, size(job, 400_000, 10_000))
    with closing(open_ledger(path, read_only=True)) as store:
        return [row[5] for row in store.read(start, stop)]


def bare_hashing(job: Job) -> Iterator[Chunk]:
    """Hash every record once, in a loop over a list in memory."""
    records = records_of(job, 0, size(job, 200_000, 10_000))
    sha256 = hashlib.sha256
    yield READY
    while True:
        began = time.perf_counter()
        for record in records:
            sha256(b"\x00" + record).digest()
        yield len(records), time.perf_counter() - began


_MINE: list[bytes] = []
"""The records of one process of the bare loop."""


def take_records(job: Job) -> None:
    """Read the records that this process will go through."""
    _MINE[:] = records_of(job, 0, size(job, 200_000, 5_000))


def bare_loop(_turn: int) -> bytes:
    """Decode each record strictly, which encodes it again and compares; hash its leaf and a node."""
    sha256, waiting = hashlib.sha256, b""
    for record in _MINE:
        decode_entry(record)
        leaf = sha256(b"\x00" + record).digest()
        # one node for each leaf, whatever the tree's form
        waiting = sha256(b"\x01" + leaf + (waiting or EMPTY_ROOT)).digest()
    return waiting


def bare_verifying(job: Job) -> Iterator[Chunk]:
    """Do what verifying cannot do without, in bare loops of two processes."""
    each = size(job, 200_000, 5_000)
    records_of(job, 0, 1)  # made here, before two processes ask for it at once
    with ProcessPoolExecutor(
        WORKERS, get_context("spawn"), initializer=take_records, initargs=(job,)
    ) as executor:
        list(executor.map(bare_loop, range(WORKERS)))
        yield READY
        while True:
            began = time.perf_counter()
            list(executor.map(bare_loop, range(WORKERS)))
            yield WORKERS * each, time.perf_counter() - began


VERIFICATION: dict[str, Measure] = {
    "verify ours": partial(bytes_chain_tree, 400_000, 10_000),
    "verify million": partial(bytes_chain_tree, 1_000_000, 10_000),
    "verify service": whole_service,
    "bare hashing": bare_hashing,
    "bare verifying": bare_verifying,
}
