"""(b) and (c) Through the services, rules and all, against the stock Application of the library."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from benchmarks.content import LINES, case, county, visit
from benchmarks.measuring import Job, Measure, size
from benchmarks.servers import new_ledger, stock_settings

SAVED = 100


class PeerCase(Aggregate):
    """A case as the library's documents would have it: three kinds of events, no rules."""

    @event("Opened")
    def __init__(self) -> None:
        self.paid_fen = 0
        self.visits = 0

    # the library records the arguments, whether or not the method reads them
    @event("Rostered")
    def roster(self, account: str, amount_fen: int, month: str, run: str) -> None:
        """Take a line onto the roster."""

    @event("Paid")
    def pay(self, account: str, amount_fen: int, month: str, paid_on: str, run: str) -> None:  # noqa: ARG002
        """Add a payment."""
        self.paid_fen += amount_fen

    @event("Visited")
    def visit(self, visitor: str, form: str, need: str, normal: bool) -> None:  # noqa: ARG002
        """Count a visit."""
        self.visits += 1


class PeerCounty(Application[UUID]):
    """The stock application, without snapshots."""


def a_month(one: PeerCase, month: int) -> None:
    """Do to one case what a month of ours does."""
    text = f"2022-{month:02d}"
    line = {"account": "a" + "0" * 32, "amount_fen": 136_300, "month": text, "run": f"run/{text}"}
    one.roster(**line)  # type: ignore[arg-type]
    one.pay(paid_on=f"{text}-10", **line)  # type: ignore[arg-type]
    for number in (1, 2):
        one.visit(f"520123001-u{number}", "in_person", "none", normal=True)


def batches_of_ours(engine: str, job: Job) -> float:
    """Decide and record months of work, 1,000 proposals a batch; return entries a second."""
    cases = size(job, 250, 25)
    with county(new_ledger(job, engine), cases) as ledger:
        ledger.act(*ledger.month(0))
        spent, count = 0.0, 0
        for number in range(1, size(job, 11, 3)):
            day, proposals = ledger.month(number)
            began = time.perf_counter()
            ledger.act(day, proposals)
            spent += time.perf_counter() - began
            count += len(proposals)
        return count / spent


@contextmanager
def peer(job: Job, engine: str, cases: int) -> Iterator[tuple[PeerCounty, list[PeerCase]]]:
    """Make a stock application with so many open cases."""
    with closing(PeerCounty(env=stock_settings(job, engine))) as app:
        made = [PeerCase() for _ in range(cases)]
        for first in range(0, cases, SAVED):
            app.save(*made[first : first + SAVED])
        yield app, made


def batches_of_peer(engine: str, job: Job) -> float:
    """Save the same months with the stock Application, 100 events at a time."""
    cases, together = size(job, 250, 25), SAVED // LINES
    with peer(job, engine, cases) as (app, made):
        spent, count = 0.0, 0
        for month in range(1, size(job, 11, 3)):
            began = time.perf_counter()
            for first in range(0, cases, together):
                several = made[first : first + together]
                for one in several:
                    a_month(one, month)
                app.save(*several)
                count += LINES * len(several)
            spent += time.perf_counter() - began
        return count / spent


def one_of_ours(engine: str, job: Job) -> float:
    """Record one visit a command; return durable commands a second."""
    count = size(job, 400, 20)
    with county(new_ledger(job, engine), 20) as ledger:
        day = "2022-02-10"
        proposals = [[visit(case(number % 20), day, 1)] for number in range(count + 20)]
        for one in proposals[:20]:
            ledger.act(day, one)
        began = time.perf_counter()
        for one in proposals[20:]:
            ledger.act(day, one)
        return count / (time.perf_counter() - began)


def one_of_peer(engine: str, job: Job) -> float:
    """Save one event a command with the stock Application."""
    count = size(job, 400, 20)
    with peer(job, engine, 20) as (app, made):
        began = time.perf_counter()
        for number in range(count):
            one = made[number % 20]
            one.visit("520123001-u1", "in_person", "none", normal=True)
            app.save(one)
        return count / (time.perf_counter() - began)


RECORDING: dict[str, Measure] = {
    f"{what} {engine}": partial(function, engine)
    for engine in ("sqlite", "postgresql")
    for what, function in (
        ("services ours", batches_of_ours),
        ("services stock", batches_of_peer),
        ("command ours", one_of_ours),
        ("command stock", one_of_peer),
    )
}
