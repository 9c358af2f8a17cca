"""(d) Bulk: finished drafts appended with chain, tree and signature; a history through ``decide``."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import msgspec

from aidledger.domain.proposal import Proposal
from aidledger.ledger.batch import sign_batch
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.signing import SeedSigner
from aidledger.services.importing.bulk import Wanted, import_history
from aidledger.services.importing.requestfile import writing_requests
from aidledger.services.initialising import create_ledger
from aidledger.services.recording import record
from aidledger.services.session import open_session
from aidledger.services.simulation.running import simulate
from aidledger.store.draft import BatchSignature, Draft, Evidence
from aidledger.store.opening import open_ledger
from aidledger.store.outcome import Committed
from aidledger.store.secrets import secrets_path
from benchmarks.appending import STATE, STREAMS
from benchmarks.measuring import READY, Chunk, Job, Measure, size
from benchmarks.servers import ORIGIN, new_file, new_ledger, new_place

SIGNER = SeedSigner("u3", KeyKind.BATCH, bytes(32))
DATA = msgspec.Raw(msgspec.json.encode(msgspec.json.decode(STATE), order="sorted"))
Founding = list[tuple[Sequence[Proposal], Sequence[Evidence]]]


def signed(leaves: Sequence[bytes]) -> BatchSignature:
    """Sign a batch as an officer's key does."""
    signature = sign_batch(SIGNER, ORIGIN, leaves, None)
    return BatchSignature(signature=signature.encode(), key_id=SIGNER.key.label)


def drafts(count: int) -> list[Draft]:
    """Return decided entries, about 300 bytes of data each, in 200 streams."""
    return [
        Draft(
            type="VisitMade",
            stream=f"case/520123-2022-{number % STREAMS:06d}",
            actor="520123001-u3",
            office="520123001",
            effective_on="2022-02-17",
            data=DATA,
        )
        for number in range(count)
    ]


def append(engine: str, batch: int, job: Job) -> Iterator[Chunk]:
    """Append decided entries, so many a transaction, signed."""
    decided = drafts(batch)
    with closing(open_ledger(new_ledger(job, engine))) as store:
        yield READY
        for number in range(1_000_000):
            began = time.perf_counter()
            outcome = store.append(
                decided,
                cause=f"bench-{number}",
                request_digest=bytes(32),
                now=datetime.now(UTC),
                sign=signed,
            )
            passed = time.perf_counter() - began
            if not isinstance(outcome, Committed):
                raise SystemExit(f"bench: error: {outcome}")
            yield batch, passed


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

        simulate(session, cases=size(job, 300, 4), months=size(job, 12, 1), seed=7, hear=hear)
    return requests, founding, Path(secrets_path(place))


BULK: dict[str, Measure] = {
    f"{what} {batch} {engine}": partial(function, engine, batch)
    for engine in ("sqlite", "postgresql")
    for batch in (1_000, 5_000)
    for what, function in (("bulk", append), ("history", history))
}
