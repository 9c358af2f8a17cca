"""(l) A night over a county of which little is new: from verifying the log to the signed checkpoint."""

from __future__ import annotations

import math
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime

from aidledger.ledger.keys import KeyKind
from aidledger.services.clock import Clock, SetClock
from aidledger.services.initialising import create_ledger
from aidledger.services.nightly.night import Asked
from aidledger.services.nightly.report import NightReport
from aidledger.services.nightly.running import Means, nightly
from aidledger.services.nightly.runs import runs_folder
from aidledger.store.keyfiles import create_key, keys_path
from aidledger.store.opening import open_ledger
from aidledger.store.secrets import secrets_path
from benchmarks.measuring import READY, Chunk, Job, Measure, size
from benchmarks.projecting import copied, copy_into, county
from benchmarks.servers import ORIGIN, new_file

MANY, NEW = 1_000_000, 20_000


def nights(job: Job) -> Iterator[Chunk]:
    """Record what is new and run a night; a first night has been, whatever it had to make up for."""
    location = str(new_file(job))
    last_year = datetime.now(UTC).year - 1
    made = county(job, f"{last_year}-10-01")
    rows, each = made.rows, sum(1 for _ in copied(made.rows, 1))
    create_ledger(location, origin=ORIGIN)
    shutil.copy(made.secrets, secrets_path(location))
    old, new = size(job, MANY, 2_000) // each, math.ceil(size(job, NEW, 100) / each)
    with closing(open_ledger(location)) as store:
        copy_into(store, rows, range(old), made)
        # in the month of what is recorded: in another one everything is folded again
        clock = SetClock(datetime.fromisoformat(store.head().recorded_at or rows[-1][4]))
    seed = secrets.token_bytes(32)
    create_key(keys_path(location), ORIGIN, KeyKind.NOTE, passphrase=None, seed=seed)
    run(location, clock)
    yield READY
    while True:
        with closing(open_ledger(location)) as store:
            copy_into(store, rows, range(old, old + new), made)
        old += new
        began = time.perf_counter()
        report = run(location, clock)
        yield report.size, time.perf_counter() - began


def run(location: str, clock: Clock) -> NightReport:
    """Run a night with every model and rule; one that finds something is not what is measured."""
    folder = str(runs_folder(location))
    asked = Asked(actor="520123-u10", office="520123", folder=folder)
    report = nightly(location, asked, Means(clock=clock))
    wrong = {
        one.name: (one.why_en, one.findings[:3])
        for one in report.steps
        if one.status in {"failed", "findings"}
    }
    if wrong:
        raise SystemExit(f"bench: error: {wrong}")
    return report


NIGHTS: dict[str, Measure] = {"nights": nights}
