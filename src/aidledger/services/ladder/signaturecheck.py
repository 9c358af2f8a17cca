"""The rung of the signatures: every batch by a key of its actor, in force where it stands.

A key holds by position: from the entry after its registration on, up to where it was revoked, be
the revocation recorded later or not. Verifying releases the interpreter, so threads use all
processors. A request that comes before any key is registered, or registers the first, needs none.
"""

from __future__ import annotations

import os
import re
from bisect import bisect_right
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from hashlib import sha256
from typing import Final, NamedTuple

from aidledger.domain.registry.registry import FOREVER
from aidledger.ledger.batch import parse_batch_signature, verify_batch
from aidledger.ledger.checkpoint import TreeHead
from aidledger.ledger.finding import Finding
from aidledger.ledger.strict import FormatError
from aidledger.ledger.verify import Rung
from aidledger.services.keys.declared import Declared
from aidledger.services.ladder.batchcheck import form_fault
from aidledger.services.ladder.logwalk import Roots
from aidledger.services.printing import printable
from aidledger.store.port import StoredBatch

SIGNATURES: Final = "signatures"
NO_KEY: Final = "no key of an actor is registered"

_ACTOR: Final = re.compile(rb'\{"\$type":"[A-Za-z0-9]{1,64}","actor":"([!-~]{1,128}?)","cause":')
_TOGETHER: Final = 128
"""Batches that one thread judges at a time."""
_WAITING: Final = 8


class _Seen(NamedTuple):
    """A batch of which every entry was seen: their leaf hashes, and where each actor comes first."""

    batch: StoredBatch
    leaves: list[bytes]
    actors: dict[str, int]


class _Judged(NamedTuple):
    """What is wrong with a batch's signature; the key's registered name and what it signed, if it is valid."""

    findings: list[Finding]
    key_name: str = ""
    start: int = 0
    stop: int = 0
    seen: TreeHead | None = None


class SignatureCheck:
    """Sees every entry once, in order, and verifies batch after batch; never raises."""

    def __init__(self, declared: Declared, origin: str, batches: Iterable[StoredBatch]) -> None:
        """Take what is declared and the batches, in position order."""
        self.findings: list[Finding] = []
        self.verified = 0
        self._declared = declared
        self._origin = origin
        self._batches = _sound(batches)
        self._batch = next(self._batches, None)
        self._leaves: list[bytes] = []
        self._actors: dict[str, int] = {}
        self._seen: list[tuple[int, int, bytes]] = []
        self._work: list[_Seen] = []
        self._pool = ThreadPoolExecutor(os.cpu_count() or 1)
        self._pending: deque[Future[list[_Judged]]] = deque()
        self._starts: list[int] = []
        self._keys: list[tuple[int, str]] = []

    def see(self, position: int, leaf: bytes, record: bytes) -> None:
        """Take an entry: its leaf hash is that of the record's bytes."""
        while self._batch is not None and position >= self._batch.position + self._batch.count:
            self._close()
        if self._batch is None or position < self._batch.position:
            return
        self._leaves.append(leaf)
        actor = _ACTOR.match(record)
        self._actors.setdefault(actor[1].decode() if actor else "", position)

    def finish(self, roots: Roots) -> Rung:
        """Verify what is left, and hold what the actors had seen against the log's own roots."""
        with self._pool:
            while self._batch is not None:
                self._close()
            self._submit()
            while self._pending:
                self._collect()
        self.findings += _never_seen(self._seen, roots)
        if self.findings:
            return Rung(name=SIGNATURES, status="damaged")
        if self._declared.first_key == FOREVER:
            return Rung(name=SIGNATURES, status="not_made", why=NO_KEY)
        return Rung(name=SIGNATURES, status="ok")

    def key_of(self, position: int) -> str | None:
        """Return the registered name of the key that validly signed the entry at a position."""
        at = bisect_right(self._starts, position) - 1
        return self._keys[at][1] if at >= 0 and position < self._keys[at][0] else None

    def keys_digest(self, size: int) -> str:
        """Return a digest (hex) of which keys validly signed what below a size of the log."""
        lines = (
            f"{start} {stop} {name}"
            for start, (stop, name) in zip(self._starts, self._keys, strict=True)
            if start < size
        )
        return sha256("\n".join(lines).encode()).hexdigest()

    def _close(self) -> None:
        """Go on to the next batch: all entries of this one were seen."""
        batch, leaves, actors = self._batch, self._leaves, self._actors
        self._leaves, self._actors = [], {}
        self._batch = next(self._batches, None)
        if batch is not None and leaves:
            self._work.append(_Seen(batch, leaves, actors))
        if len(self._work) >= _TOGETHER:
            self._submit()

    def _submit(self) -> None:
        work, self._work = self._work, []
        if work:
            self._pending.append(self._pool.submit(_judge_all, self._declared, self._origin, work))
        while len(self._pending) > _WAITING:
            self._collect()

    def _collect(self) -> None:
        for one in self._pending.popleft().result():
            self.findings += one.findings
            if one.key_name:
                self.verified += 1
                self._starts.append(one.start)
                self._keys.append((one.stop, one.key_name))
                if one.seen is not None:
                    self._seen.append((one.start, *one.seen))


def seen_sizes(batches: Iterable[StoredBatch]) -> set[int]:
    """Return the sizes that signatures say their actors had seen: where roots are needed."""
    found: set[int] = set()
    for batch in batches:
        if type(batch.signature) is bytes and len(batch.signature) > 64:
            try:
                seen = parse_batch_signature(batch.signature).seen
            except FormatError:
                continue
            if seen is not None:
                found.add(seen.size)
    return found


def _judge_all(declared: Declared, origin: str, work: list[_Seen]) -> list[_Judged]:
    return [_judge(declared, origin, *one) for one in work]


def _judge(
    declared: Declared, origin: str, batch: StoredBatch, leaves: list[bytes], actors: dict[str, int]
) -> _Judged:
    """Ask everything about the signature of one batch."""
    at, stop = batch.position, batch.position + batch.count
    if batch.signature is None and batch.key_id is None:
        # entries of one request come together; those of the library each for itself, so that
        # no row of batches can take later ones in and their signatures away
        last, first_key = at if batch.request_digest else stop - 1, declared.first_key
        if last <= first_key:
            return _Judged([])
        place = max(at, first_key + 1)
        return _wrong("signature_missing", place, "signature", "a signature", "none")
    try:
        signature = parse_batch_signature(batch.signature)
    except FormatError as error:
        return _wrong("signature_form", at, "signature", error.expected, error.found)
    named = declared.keys.get(batch.key_id) if type(batch.key_id) is str else None
    if named is None or named.key is None:
        expected = "a registered key" if named is None else "an Ed25519 key of full order"
        return _wrong("signature_key", at, "key_id", expected, printable(str(batch.key_id)))
    span, owner = named.record.span, named.record.owner
    if not (span.holds(at) and span.holds(stop - 1)):
        ended = "" if span.ended == FOREVER else f" to {span.ended}"
        expected, found = f"positions from {span.given + 1}{ended}", f"positions {at} to {stop - 1}"
        return _wrong("signature_window", at, "key_id", expected, found)
    findings = [
        _finding("signature_owner", actors[actor], "actor", owner, printable(actor))
        for actor in sorted(actors.keys() - {owner})
    ]
    if verify_batch(named.key, origin, leaves, signature):
        return _Judged(findings, named.record.id, at, stop, signature.seen)
    expected = f"the key's own over {len(leaves)} entries"
    findings.append(_finding("signature_invalid", at, "signature", expected, "another"))
    return _Judged(findings)


def _never_seen(seen: Iterable[tuple[int, int, bytes]], roots: Roots) -> Iterator[Finding]:
    """Find what an actor at a position can't have seen: a longer log, or another root."""
    for position, size, root in seen:
        known = roots.at.get(size)
        if size > position or (known is not None and root not in known):
            expected = f"at most {position} entries" if size > position else known[0].hex()  # type: ignore[index]
            found = str(size) if size > position else root.hex()
            yield _finding("signature_seen", position, f"seen of size {size}", expected, found)


def _wrong(code: str, position: int, field: str, expected: str, found: str) -> _Judged:
    return _Judged([_finding(code, position, field, expected, found)])


def _finding(code: str, position: int, field: str, expected: str, found: str) -> Finding:
    return Finding(
        code=code,
        position=position,
        field=f"batches.{field}" if field != "actor" else field,
        expected=expected,
        found=found,
    )


def _sound(batches: Iterable[StoredBatch]) -> Iterator[StoredBatch]:
    """Yield the batches that have their form and go on upwards; others are named below."""
    stop = 0
    for batch in batches:
        if form_fault(batch) is None and batch.position >= stop:
            stop = batch.position + batch.count
            yield batch
