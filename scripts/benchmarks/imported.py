"""(k) A county's history imported through ``decide``, in batches."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from aidledger.domain.proposal import Proposal
from aidledger.services.acts.recording import record
from aidledger.services.importing.bulk import Wanted, import_history
from aidledger.services.importing.requestfile import writing_requests
from aidledger.services.initialising import create_ledger
from aidledger.services.session import open_session
from aidledger.services.simulation.running import simulate
from aidledger.store.draft import Evidence
from aidledger.store.secrets import secrets_path
from benchmarks.measuring import READY, Chunk, Job, Measure, size
from benchmarks.servers import ORIGIN, new_file, new_place

Founding = list[tuple[Sequence[Proposal], Sequence[Evidence]]]


def history(engine: str, batch: int, job: Job) -> Iterator[Chunk]:
    """Import an invented county's own requests, each time into a new ledger."""
    requests, founding, secrets = county(job)
    yield READY
    while True:
        place = new_place(job, engine)
        create_ledger(place, origin=ORIGIN)
        shutil.copy(secrets, secrets_path(place))
        with open_session(place) as session:
            for number, (proposals, evidence) in enumerate(founding):
                record(session, proposals, cause=f"founding-{number}", evidence=evidence)
            wanted = Wanted(as_is=True, batch_rows=batch)
            began = time.perf_counter()
            done = import_history(session, requests, wanted, progress=lambda _: lambda *_: None)
            yield done.recorded, time.perf_counter() - began


def county(job: Job) -> tuple[Path, Founding, Path]:
    """Simulate a county; return its requests, how its ledger was founded, and the secrets."""
    place, requests = new_place(job, "sqlite"), new_file(job)
    create_ledger(place, origin=ORIGIN)
    founding: Founding = []
    with open_session(place) as session, writing_requests(requests) as kept:

        def hear(proposals: Sequence[Proposal], evidence: Sequence[Evidence]) -> None:
            kept(proposals, evidence)
            if evidence:
                founding.append((proposals, evidence))

        simulate(session, cases=size(job, 80, 4), months=size(job, 12, 1), seed=7, hear=hear)
    return requests, founding, Path(secrets_path(place))


IMPORTED: dict[str, Measure] = {
    f"history {batch} {engine}": partial(history, engine, batch)
    for engine in ("sqlite", "postgresql")
    for batch in (1_000, 5_000)
}
