"""(b) and (c) Through the services, rules and all, against the stock Application of the library."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from itertools import count
from typing import Any
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate, event

from aidledger.domain.proposal import Proposal
from benchmarks.appending import COMMANDS
from benchmarks.content import ACCOUNT, LINES, TOWNSHIP, case, county, visit
from benchmarks.measuring import READY, Chunk, Job, Measure, each, size
from benchmarks.servers import new_ledger, stock_settings

SAVED = 100


class PeerCase(Aggregate):
    """A case as the library's documents would have it: what our entries say, and no rules.

    The library records the arguments, whether or not the method reads them.
    """

    @event("Opened")
    def __init__(self, known: dict[str, Any] | None = None) -> None:
        self.known = known
        self.paid_fen = 0
        self.visits = 0

    @event("Rostered")
    def roster(  # noqa: PLR0917
        self, by: dict[str, str], account: str, amount_fen: int, kind: str, month: str, run: str
    ) -> None:
        """Take a line onto the roster."""

    @event("Paid")
    def pay(  # noqa: PLR0917
        self,
        by: dict[str, str],  # noqa: ARG002
        account: str,  # noqa: ARG002
        amount_fen: int,
        kind: str,  # noqa: ARG002
        month: str,  # noqa: ARG002
        paid_on: str,  # noqa: ARG002
        run: str,  # noqa: ARG002
        source: str,  # noqa: ARG002
    ) -> None:
        """Add a payment."""
        self.paid_fen += amount_fen

    @event("Visited")
    def visit(
        self,
        by: dict[str, str],  # noqa: ARG002
        visitor: str,  # noqa: ARG002
        form: str,  # noqa: ARG002
        need: str,  # noqa: ARG002
        source: str,  # noqa: ARG002
        *,
        normal: bool,  # noqa: ARG002
    ) -> None:
        """Count a visit."""
        self.visits += 1


class PeerCounty(Application[UUID]):
    """The stock application, without snapshots."""


def who(actor: str, cause: str, day: str) -> dict[str, str]:
    """Return what the envelope of an entry says."""
    return {"actor": actor, "cause": cause, "effective_on": day, "office": TOWNSHIP}


def a_month(one: PeerCase, month: int) -> None:
    """Do to one case what a month of ours does."""
    text = f"2022-{month:02d}"
    day, cause, run = f"{text}-10", f"bench-{month}", f"run/{text}"
    one.roster(who("u2", cause, day), ACCOUNT, 136_300, "regular", text, run)
    one.pay(who("bank", cause, day), ACCOUNT, 136_300, "regular", text, day, run, "bank")
    for actor in ("u1", "u2"):
        seen_by = f"{TOWNSHIP}-{actor}"
        one.visit(who(actor, cause, day), seen_by, "in_person", "none", "office", normal=True)


def batches_of_ours(engine: str, job: Job) -> Iterator[Chunk]:
    """Decide and record months of work, 1,000 proposals a batch."""
    with county(new_ledger(job, engine), size(job, 250, 25)) as ledger:
        ledger.act(*ledger.month(0))
        yield READY
        for number in count(1):
            day, proposals = ledger.month(number)
            began = time.perf_counter()
            ledger.act(day, proposals)
            yield len(proposals), time.perf_counter() - began


@contextmanager
def peer(
    job: Job, engine: str, cases: int, known: dict[str, Any] | None = None
) -> Iterator[tuple[PeerCounty, list[PeerCase]]]:
    """Make a stock application with so many open cases, and what is known of each by then."""
    with closing(PeerCounty(env=stock_settings(job, engine))) as app:
        made = [PeerCase(known) for _ in range(cases)]
        for first in range(0, cases, SAVED):
            app.save(*made[first : first + SAVED])
        yield app, made


def save_month(app: PeerCounty, made: list[PeerCase], month: int) -> int:
    """Do and save a month of every case, 100 events at a time; return how many events."""
    together = SAVED // LINES
    for first in range(0, len(made), together):
        several = made[first : first + together]
        for one in several:
            a_month(one, month)
        app.save(*several)
    return LINES * len(made)


def batches_of_peer(engine: str, job: Job) -> Iterator[Chunk]:
    """Save the same months with the stock Application, 100 events at a time."""
    with peer(job, engine, size(job, 250, 25)) as (app, made):
        save_month(app, made, 1)
        yield READY
        for month in count(2):
            began = time.perf_counter()
            done = save_month(app, made, month % 12 + 1)
            yield done, time.perf_counter() - began


def one_of_ours(engine: str, job: Job) -> Iterator[Chunk]:
    """Record one visit a command."""
    day = "2022-02-10"
    visits = [[[visit(case(number), day, 1)] for number in range(COMMANDS)] for _ in range(99)]
    with county(new_ledger(job, engine), COMMANDS) as ledger:

        def record_all(commands: list[list[Proposal]]) -> None:
            for one in commands:
                ledger.act(day, one)

        yield from each(record_all, visits)


def one_of_peer(engine: str, job: Job) -> Iterator[Chunk]:
    """Save one event a command with the stock Application."""
    with peer(job, engine, COMMANDS) as (app, made):

        def save_all(cases: list[PeerCase]) -> None:
            for one in cases:
                by = who("u1", "bench-1", "2022-02-10")
                one.visit(by, f"{TOWNSHIP}-u1", "in_person", "none", "office", normal=True)
                app.save(one)

        yield from each(save_all, [made] * 99)


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
