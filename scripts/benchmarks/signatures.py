"""Verifying the signatures of batches: the rung of `verify`, and the library alone."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from aidledger.domain.registry.registry import KeyRecord, Span
from aidledger.ledger.batch import PAYLOAD_TYPE, pre_authentication, sign_batch, statement
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.signing import SeedSigner
from aidledger.ledger.tree import leaf_hash
from aidledger.services.keys.declared import ActorKey, Declared
from aidledger.services.ladder.logwalk import Roots
from aidledger.services.ladder.signaturecheck import SignatureCheck
from aidledger.store.port import StoredBatch
from benchmarks.measuring import READY, Chunk, Job, Measure, size
from benchmarks.servers import ORIGIN

KEYS = 16
TIME = "2022-02-17T00:00:00.000000Z"
SIGNERS = [SeedSigner(f"u{number}", KeyKind.BATCH, bytes([number]) * 32) for number in range(KEYS)]
Signed = tuple[StoredBatch, bytes, bytes]
"""A batch of one entry, the entry's leaf hash, and its record."""


def declared() -> Declared:
    """Return the keys as a ledger's registry declares them."""
    keys = {}
    for signer in SIGNERS:
        name, public = signer.key.name, signer.key.public.hex()
        record = KeyRecord(
            id=f"key-of-{name}",
            owner=name,
            public_key=public,
            algorithm="ed25519",
            assurance="server",
            span=Span(given=0),
        )
        keys[signer.key.label] = ActorKey(record, signer.key)
    return Declared(None, (), keys, 0, ())


def signed(count: int) -> list[Signed]:
    """Return so many batches, signed by all keys in turn."""
    made = []
    for number in range(count):
        signer = SIGNERS[number % KEYS]
        record = b'{"$type":"VisitMade","actor":"%b","cause":"%d"}' % (
            signer.key.name.encode(),
            number,
        )
        leaf = leaf_hash(record)
        batch = StoredBatch(
            position=number + 1,
            count=1,
            cause=str(number),
            request_digest=bytes(32),
            root=leaf,
            recorded_at=TIME,
            signature=sign_batch(signer, ORIGIN, [leaf], None).encode(),
            key_id=signer.key.label,
        )
        made.append((batch, leaf, record))
    return made


def verify_signatures(job: Job) -> Iterator[Chunk]:
    """Check every batch as `verify` does."""
    batches, known = signed(size(job, 10_000, 200)), declared()
    roots = Roots(len(batches), {}, whole=True)
    yield READY
    while True:
        began = time.perf_counter()
        check = SignatureCheck(known, ORIGIN, [batch for batch, _, _ in batches])
        for batch, leaf, record in batches:
            check.see(batch.position, leaf, record)
        rung = check.finish(roots)
        seconds = time.perf_counter() - began
        if rung.status != "ok" or check.verified != len(batches):
            raise SystemExit(f"bench: error: {check.findings[:3]}")
        yield len(batches), seconds


def bare_signatures(job: Job) -> Iterator[Chunk]:
    """Let the library verify the same signatures of finished messages, in one loop on each core."""
    work = []
    for batch, leaf, _ in signed(size(job, 10_000, 200)):
        signer = SIGNERS[(batch.position - 1) % KEYS]
        message = pre_authentication(PAYLOAD_TYPE, statement(ORIGIN, [leaf], None))
        key = Ed25519PublicKey.from_public_bytes(signer.key.public)
        work.append((key, batch.signature, message))

    def loop(part: list[tuple[Ed25519PublicKey, bytes, bytes]]) -> None:
        for key, signature, message in part:
            key.verify(signature, message)

    cores = os.cpu_count() or 1
    with ThreadPoolExecutor(cores) as pool:
        yield READY
        while True:
            began = time.perf_counter()
            list(pool.map(loop, [work[core::cores] for core in range(cores)]))
            yield len(work), time.perf_counter() - began


SIGNATURES: dict[str, Measure] = {
    "verify signatures": verify_signatures,
    "bare signatures": bare_signatures,
}
