"""(f) Proofs from the stored nodes, closing a month, and the library pymerkle at the same work."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

from pymerkle import InmemoryTree, SqliteTree
from pymerkle import verify_inclusion as verify_pymerkle

from aidledger.domain.events.catalog import encode_data
from aidledger.ledger.checkpoint import Checkpoint
from aidledger.ledger.cosignature import sign_checkpoint
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.proof import verify_inclusion
from aidledger.ledger.signing import SeedSigner
from aidledger.ledger.tree import TILE_WIDTH, Frontier, leaf_hash
from aidledger.services.payments.book import PaymentBook
from aidledger.services.payments.closing import closing_figures
from aidledger.services.proofs.proving import Kept, Prover, stored_tree
from aidledger.store.draft import Draft
from aidledger.store.opening import create, open_ledger
from aidledger.store.port import LedgerStore
from benchmarks.content import ACCOUNT, TOWNSHIP, case, proposal
from benchmarks.filling import BATCH, append, draft, filled, log
from benchmarks.measuring import READY, Chunk, Job, Measure, size
from benchmarks.servers import ORIGIN

PROOFS = 200
MONTH = "2022-02"
LOG = SeedSigner(ORIGIN, KeyKind.NOTE, bytes(32))


def payment(number: int) -> Draft:
    """Return a payment for one month."""
    line = {"account": ACCOUNT, "amount_fen": 70_000 + number % 999, "month": MONTH}
    data = {**line, "paid_on": "2022-02-28", "run": f"run/{MONTH}"}
    one = proposal(case(number), "2022-02-28", ("PaymentIssued", "bank", TOWNSHIP, data))
    return Draft(
        type=one.type,
        stream=one.stream,
        actor=one.actor,
        office=TOWNSHIP,
        effective_on="2022-02-28",
        data=encode_data(one.event),
    )


def prover_of(store: LedgerStore) -> Prover:
    """Return what proves entries of the whole log."""
    head = store.head()
    note = sign_checkpoint(store.origin, head.size, head.root, [LOG], 1)
    checkpoint = Checkpoint(origin=store.origin, size=head.size, root=head.root)
    return Prover(store, Kept(note, checkpoint))


def picks(count: int) -> Iterator[list[int]]:
    """Yield positions to prove, the same for everybody."""
    chosen = random.Random(20220217)
    while True:
        yield [chosen.randrange(count) for _ in range(PROOFS)]


def timed(do: Callable[[int], object], count: int) -> Iterator[Chunk]:
    """Prove or verify at the same positions as everybody else."""
    turns = picks(count)
    for position in next(turns):
        do(position)
    yield READY
    for positions in turns:
        began = time.perf_counter()
        for position in positions:
            do(position)
        yield len(positions), time.perf_counter() - began


def prove_checked(full: int, quick: int, job: Job) -> Iterator[Chunk]:
    """Prove entries of a ledger in a SQLite file, from its stored nodes, and check each proof."""
    count = size(job, full, quick)
    path = log(job, count)
    with closing(open_ledger(path, read_only=True)) as store:
        yield from timed(prover_of(store).entry, count)


def prove_stored(job: Job) -> Iterator[Chunk]:
    """Make paths as pymerkle does, unchecked, from a ledger in a SQLite file."""
    count = size(job, 100_000, 2_000)
    path = log(job, count)
    with closing(open_ledger(path, read_only=True)) as store:
        yield from timed(stored_tree(store, count).inclusion, count)


def prove_memory(job: Job) -> Iterator[Chunk]:
    """Make paths as pymerkle does, unchecked, with every tile in memory."""
    count = len(leaves_of(job))
    path = log(job, count)
    with closing(open_ledger(path, read_only=True)) as store:
        tree = stored_tree(store, count)
        for position in range(0, count, TILE_WIDTH):
            tree.leaf(position)
        yield from timed(tree.inclusion, count)


def close_month(job: Job) -> Iterator[Chunk]:
    """Work out the closing of a month from its payments, read from the database."""
    count = size(job, 100_000, 2_000)
    path = filled(job, "month", count, payment)
    with closing(open_ledger(path, read_only=True)) as store:
        yield READY
        while True:
            began = time.perf_counter()
            figures = closing_figures(PaymentBook(store, month=MONTH), MONTH, count)
            seconds = time.perf_counter() - began
            if figures["count"] != count:
                raise SystemExit(f"bench: error: {figures}")
            yield count, seconds


def leaves_of(job: Job) -> list[bytes]:
    """Return the records that both trees hold."""
    count = size(job, 100_000, 2_000)
    path = log(job, count)
    with closing(open_ledger(path, read_only=True)) as store:
        return [row[5] for row in store.read(0, count)]


def append_memory(job: Job) -> Iterator[Chunk]:
    """Hash records and grow the tree, in memory."""
    records = leaves_of(job)
    yield READY
    while True:
        began = time.perf_counter()
        Frontier().extend([leaf_hash(record) for record in records])
        yield len(records), time.perf_counter() - began


def append_memory_pymerkle(job: Job) -> Iterator[Chunk]:
    """Do it with pymerkle."""
    records = leaves_of(job)
    yield READY
    while True:
        tree = InmemoryTree()
        began = time.perf_counter()
        tree.append_entries(records)
        yield len(records), time.perf_counter() - began


def append_file(job: Job) -> Iterator[Chunk]:
    """Append entries to a new ledger in a file: read strictly, chained, with nodes and batches."""
    count = size(job, 100_000, 2_000)
    drafts = [draft(number, count) for number in range(count)]
    yield READY
    for turn in range(10_000):
        path = Path(job["folder"]) / f"appended-{turn}.sqlite"
        with closing(create(path, origin=ORIGIN)) as store:
            began = time.perf_counter()
            append(store, count, drafts.__getitem__)
            seconds = time.perf_counter() - began
        yield count, seconds
        path.unlink()


def append_file_pymerkle(job: Job) -> Iterator[Chunk]:
    """Append the same records to pymerkle's file, in batches of the same size."""
    records = leaves_of(job)
    yield READY
    for turn in range(10_000):
        path = Path(job["folder"]) / f"pymerkle-{turn}.sqlite"
        with closing(SqliteTree(str(path))) as tree:
            began = time.perf_counter()
            for first in range(0, len(records), BATCH):
                tree.append_entries(records[first : first + BATCH])
            seconds = time.perf_counter() - began
        yield len(records), seconds
        path.unlink()


def prove_memory_pymerkle(job: Job) -> Iterator[Chunk]:
    """Prove from pymerkle's tree in memory."""
    records = leaves_of(job)
    tree = InmemoryTree()
    tree.append_entries(records)
    yield from timed(lambda position: tree.prove_inclusion(position + 1), len(records))


def prove_file_pymerkle(job: Job) -> Iterator[Chunk]:
    """Prove from pymerkle's tree in a file."""
    records = leaves_of(job)
    path = Path(job["folder"]) / "pymerkle.sqlite"
    with closing(SqliteTree(str(path))) as tree:
        tree.append_entries(records)
        yield from timed(lambda position: tree.prove_inclusion(position + 1), len(records))


def verify_proofs(job: Job) -> Iterator[Chunk]:
    """Verify proofs, each with the hash of its record."""
    records = leaves_of(job)
    count = len(records)
    path = log(job, count)
    with closing(open_ledger(path, read_only=True)) as store:
        root, prover = store.head().root, prover_of(store)
        proofs = {at: prover.entry(at).hashes for at in next(picks(count))}
    turns = list(proofs)

    def check(position: int) -> None:
        at = turns[position % len(turns)]
        verify_inclusion(leaf_hash(records[at]), at, count, proofs[at], root)

    yield from timed(check, count)


def verify_proofs_pymerkle(job: Job) -> Iterator[Chunk]:
    """Do it with pymerkle."""
    records = leaves_of(job)
    tree = InmemoryTree()
    tree.append_entries(records)
    proofs = {at: tree.prove_inclusion(at + 1) for at in next(picks(len(records)))}
    turns, root = list(proofs), tree.get_state()

    def check(position: int) -> None:
        at = turns[position % len(turns)]
        verify_pymerkle(tree.hash_buff(records[at]), root, proofs[at])

    yield from timed(check, len(records))


PROVING: dict[str, Measure] = {
    "prove million": partial(prove_checked, 1_000_000, 10_000),
    "prove checked": partial(prove_checked, 100_000, 2_000),
    "prove stored": prove_stored,
    "prove memory": prove_memory,
    "prove memory pymerkle": prove_memory_pymerkle,
    "prove file pymerkle": prove_file_pymerkle,
    "close month": close_month,
    "append memory": append_memory,
    "append memory pymerkle": append_memory_pymerkle,
    "append file": append_file,
    "append file pymerkle": append_file_pymerkle,
    "verify proofs": verify_proofs,
    "verify proofs pymerkle": verify_proofs_pymerkle,
}
