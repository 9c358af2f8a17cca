"""(g) Finished acts appended with chain, tree and an officer's signature: no rule is asked for them."""

from __future__ import annotations

import hashlib
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from itertools import count

from aidledger.ledger.batch import sign_batch
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.signing import SeedSigner
from aidledger.store.draft import BatchSignature, Draft
from aidledger.store.opening import open_ledger
from aidledger.store.outcome import Committed
from benchmarks.appending import BATCH, COMMANDS
from benchmarks.filling import draft
from benchmarks.measuring import READY, Chunk, Job, Measure, each, size
from benchmarks.servers import ORIGIN, new_file, new_ledger

RECORD = bytes(400)
OFFICER = SeedSigner(f"{ORIGIN}/u1", KeyKind.BATCH, bytes(32))


def sign(leaves: Sequence[bytes]) -> BatchSignature:
    """Sign a batch as an officer at the counter does."""
    signed = sign_batch(OFFICER, ORIGIN, leaves, None)
    return BatchSignature(signature=signed.encode(), key_id=OFFICER.key.label)


def signed(engine: str, width: int, job: Job) -> Iterator[Chunk]:
    """Append batches of so many entries, each in one durable transaction."""
    together = max(width, COMMANDS)
    drafts = [draft(number, count=30_000) for number in range(together * size(job, 31, 3))]
    chunks = [drafts[at : at + together] for at in range(0, len(drafts), together)]
    causes = count()
    with closing(open_ledger(new_ledger(job, engine))) as store:

        def append(chunk: list[Draft]) -> None:
            for at in range(0, len(chunk), width):
                cause = f"bench-{next(causes)}"
                outcome = store.append(
                    chunk[at : at + width],
                    cause=cause,
                    request_digest=hashlib.sha256(cause.encode()).digest(),
                    now=datetime(2022, 2, 17, tzinfo=UTC),
                    sign=sign,
                )
                if not isinstance(outcome, Committed):
                    raise SystemExit(f"bench: error: {outcome}")

        yield from each(append, chunks)


def bare_fsync(job: Job) -> Iterator[Chunk]:
    """Write one record to a file and have the disk keep it, again and again."""
    with new_file(job).open("wb", buffering=0) as file:
        yield READY
        while True:
            began = time.perf_counter()
            for _ in range(COMMANDS):
                file.write(RECORD)
                os.fsync(file.fileno())
            yield COMMANDS, time.perf_counter() - began


BULK: dict[str, Measure] = {
    **{f"bulk ours {e}": partial(signed, e, BATCH) for e in ("sqlite", "postgresql")},
    **{f"entry ours {e}": partial(signed, e, 1) for e in ("sqlite", "postgresql")},
    "bare fsync": bare_fsync,
}
