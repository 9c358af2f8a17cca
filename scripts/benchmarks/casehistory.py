"""(i) The history of one case of 33 entries, folded to its state; and proven entry by entry."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from itertools import cycle

from aidledger.domain.case import fold_case
from aidledger.services.cases.history import history
from aidledger.services.session import open_session
from aidledger.store.opening import open_ledger
from benchmarks.content import case
from benchmarks.filling import append, draft
from benchmarks.measuring import READY, Chunk, Job, Measure, size
from benchmarks.proving import prover_of
from benchmarks.recording import a_month, peer
from benchmarks.servers import new_ledger

ENTRIES = 33
CASES = 300


def numbers(cases: int) -> Iterator[list[int]]:
    """Yield the cases that are asked for next, the same for everybody."""
    every = cycle(number * 7 % cases for number in range(cases))
    while True:
        yield [next(every) for _ in range(20)]


def filled_with(cases: int, job: Job, engine: str) -> str:
    """Return a ledger of so many cases of 33 entries."""
    place = new_ledger(job, engine)
    with closing(open_ledger(place)) as store:
        append(store, cases * ENTRIES, lambda number: draft(number, count=cases * 30))
    return place


def of_ours(engine: str, job: Job, *, proven: bool) -> Iterator[Chunk]:
    """Read a case's entries and fold them, and prove each where that is asked."""
    cases = size(job, CASES, 20)
    place = filled_with(cases, job, engine)
    with open_session(place, read_only=True) as session:
        prover = prover_of(session.store)
        yield READY
        for wanted in numbers(cases):
            began = time.perf_counter()
            done = 0
            for stream in map(case, wanted):
                entries = history(session, stream)
                fold_case(stream, entries)
                done += len(entries)
                if proven:
                    for entry in entries:
                        prover.entry(entry.position)
            yield done, time.perf_counter() - began


def of_peer(engine: str, job: Job) -> Iterator[Chunk]:
    """Get an aggregate of 33 events from the stock library's repository."""
    cases = size(job, CASES, 20)
    with peer(job, engine, cases) as (app, made):
        for month in range(8):
            for one in made:
                a_month(one, month + 1)
            app.save(*made)
        yield READY
        for wanted in numbers(cases):
            began = time.perf_counter()
            done = 0
            for number in wanted:
                done += app.repository.get(made[number].id).version
            yield done, time.perf_counter() - began


HISTORIES: dict[str, Measure] = {
    f"{what} {engine}": function
    for engine in ("sqlite", "postgresql")
    for what, function in (
        ("history ours", partial(of_ours, engine, proven=False)),
        ("history proven", partial(of_ours, engine, proven=True)),
        ("history stock", partial(of_peer, engine)),
    )
}
