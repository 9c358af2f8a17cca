"""(g) Every decision of a simulated county taken again under its pinned pack, in two processes."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

from aidledger.services.decisions.redeciding_all import redecide_with
from aidledger.services.initialising import create_ledger
from aidledger.services.session import open_session
from aidledger.services.sharing import workers
from aidledger.services.simulation.running import simulate
from benchmarks.measuring import READY, Chunk, Job, Measure, size
from benchmarks.servers import ORIGIN

WORKERS = 2


def redecide_county(job: Job) -> Iterator[Chunk]:
    """Read every case, fold it, open what is sealed and decide again, all anew in each round.

    A county has more decisions than a process remembers.
    """
    os.environ.pop("AIDLEDGER_SECRETS", None)
    place = str(Path(job["folder"]) / "decided.sqlite")
    create_ledger(place, origin=ORIGIN)
    with open_session(place) as session, workers(WORKERS) as executor:
        simulate(session, cases=size(job, 1_500, 8), months=size(job, 12, 3), seed=1)
        if executor is None:
            raise SystemExit("bench: error: there are no processes to decide in")
        list(executor.map(abs, range(WORKERS)))
        yield READY
        while True:
            began = time.perf_counter()
            found = redecide_with(executor, session, place)
            spent = time.perf_counter() - began
            if not found.is_sound or found.unchecked:
                raise SystemExit(f"bench: error: {found.differing[:3]}, {found.not_repeated[:3]}")
            yield found.decisions, spent


REDECIDING: dict[str, Measure] = {"redecide ours": redecide_county}
