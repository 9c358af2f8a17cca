"""A small ledger in memory, as whoever owns the database holds it: every row his to change.

`settle` does what he can do without thinking: all hashes, links, nodes, batches and the head agree
again, and every signature whose key he has is made anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, cast

import msgspec
from tests.ledger.signers import signer
from tests.services.signedledger import ACTORS, LOG, ORIGIN, TIME

from aidledger.domain.events.base import Event
from aidledger.domain.events.catalog import encode_data, wire_name
from aidledger.domain.events.powers import KeyRegistered
from aidledger.domain.events.registry import LedgerOpened
from aidledger.domain.events.support import VisitMade
from aidledger.ledger import canonical
from aidledger.ledger.batch import parse_batch_signature, sign_batch
from aidledger.ledger.checkpoint import TreeHead
from aidledger.ledger.cosignature import cosign, sign_checkpoint
from aidledger.ledger.entry import Entry, write_record
from aidledger.ledger.finding import Finding
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.note import add_signatures, parse_note
from aidledger.ledger.proof import inclusion_proof
from aidledger.ledger.receipt import Receipt
from aidledger.ledger.signing import SeedSigner
from aidledger.ledger.tlog_proof import TlogProof
from aidledger.ledger.tree import Frontier, leaf_hash
from aidledger.services.ladder.outside import Outside
from aidledger.services.ladder.verifying import verify
from aidledger.store.port import Beside, StoredBatch

REGISTRY, OFFICE = "registry/520123", "520123001"
AUDIT = signer("audit.example", KeyKind.COSIGNATURE)
Said = tuple[str, Event]


class Held:
    """Rows, nodes, head, batches and checkpoints; to the verifier it is a store like any other."""

    engine_name, read_only = "memory", True

    def __init__(self, origin: str = ORIGIN) -> None:
        self.origin = origin
        self.beside = Beside()
        self.rows: list[list[Any]] = []
        self.nodes: list[list[Any]] = []
        self.head_row: list[Any] | None = None
        self.batches: list[StoredBatch] = []
        self.checkpoints: list[tuple[Any, ...]] = []
        self.evidence: dict[str, bytes] = {}
        self.signers: dict[str, SeedSigner] = {}

    def copy(self) -> Held:
        """Give a copy to be forged."""
        made = object.__new__(Held)
        made.__dict__ |= self.__dict__
        made.rows, made.nodes = [list(row) for row in self.rows], [list(n) for n in self.nodes]
        made.head_row = None if self.head_row is None else list(self.head_row)
        made.batches, made.checkpoints = list(self.batches), list(self.checkpoints)
        return made

    # ---- writing

    def append(
        self,
        actor: str,
        *said: Said,
        signed: SeedSigner | None = None,
        seen: int | None = None,
        office: str = OFFICE,
        **named: Any,
    ) -> int:
        """Record events of one actor as a batch, past every rule; return its position."""
        start = len(self.rows)
        at = named.get("recorded_at", f"2022-01-04T01:{start // 60:02}:{start % 60:02}.000000Z")
        cause = named.get("cause", f"c{start}")
        for stream, event in said:
            before = [row for row in self.rows if row[1] == stream]
            entry = Entry(
                type=wire_name(event),
                actor=actor,
                cause=cause,
                data=encode_data(event),
                effective_on="2022-01-04",
                office=office,
                policy=None,
                prev=before[-1][6].hex() if before else None,
                recorded_at=at,
                sealed={},
                stream=stream,
                version=len(before) + 1,
            )
            record = write_record(entry)
            columns = [stream, entry.version, entry.type, at, record, leaf_hash(record)]
            self.rows.append([len(self.rows), *columns])
        self.batches.append(
            StoredBatch(
                position=start,
                count=len(said),
                cause=cause,
                request_digest=bytes([start % 256]) * 32,
                root=b"",
                recorded_at=at,
                signature=None,
                key_id=None,
            )
        )
        self.regrow()
        if signed is not None:
            self.sign(start, signed, seen)
        return start

    def sign(
        self, position: int, key: SeedSigner, seen: int | None, root: bytes | None = None
    ) -> None:
        """Sign the batch at a position, as whoever has the key."""
        number = next(n for n, one in enumerate(self.batches) if one.position == position)
        batch = self.batches[number]
        here = range(batch.position, batch.position + batch.count)
        leaves = [leaf_hash(row[5]) for row in self.rows if row[0] in here]
        head = None if seen is None else TreeHead(seen, root or self.root(seen))
        signature = sign_batch(key, self.origin, leaves, head).encode()
        self.signers[key.key.label] = key
        self.change_batch(number, signature=signature, key_id=key.key.label)

    def change_batch(self, number: int, **changes: Any) -> None:
        """Change the columns of one row of batches."""
        self.batches[number] = msgspec.structs.replace(self.batches[number], **changes)

    def batch_at(self, position: int) -> int:
        """Return the number of the batch that a position belongs to."""
        return next(
            number
            for number, one in enumerate(self.batches)
            if one.position <= position < one.position + one.count
        )

    # ---- what the owner of the database can do

    def rewrite(self, position: int, **changes: Any) -> None:
        """Change what a record says; columns and leaf hash follow."""
        value: Any = canonical.decode(self.rows[position][5])
        self.put(position, canonical.encode({**value, **changes}))

    def put(self, position: int, record: Any) -> None:
        """Put other bytes in the place of a record; the columns follow where they can be read."""
        row = self.rows[position]
        if type(record) is bytes:
            row[6] = leaf_hash(record)
            try:
                value: Any = canonical.decode(record)
                row[1:5] = [value[name] for name in ("stream", "version", "$type", "recorded_at")]
            except (canonical.CanonicalError, KeyError):
                pass  # the columns stay as they were
        row[5] = record

    def delete(self, first: int, count: int = 1) -> None:
        """Delete rows; those after them move up, and the batches with them."""
        gone = range(first, first + count)
        del self.rows[first : first + count]
        for position, row in enumerate(self.rows):
            row[0] = position
        kept = []
        for one in self.batches:
            left = sum(n not in gone for n in range(one.position, one.position + one.count))
            start = one.position - sum(n < one.position for n in gone)
            if left:
                kept.append(msgspec.structs.replace(one, position=start, count=left))
        self.batches = kept

    def settle(self, *, keys: bool = True) -> None:
        """Make links, hashes, tree, batches and head agree again; with the keys signatures too."""
        last: dict[str, str] = {}
        for position, row in enumerate(self.rows):
            prev = last.get(row[1])
            if row[2] != 1 and prev is not None and row[5].find(prev.encode()) < 0:
                self.rewrite(position, prev=prev)
            last[row[1]] = row[6].hex()
        self.regrow()
        if keys:
            self.resign()

    def regrow(self) -> None:
        """Make nodes, head and the roots of batches those of the stored leaf hashes."""
        frontier, roots = Frontier(), {}
        ends = {one.position + one.count for one in self.batches}
        nodes: list[list[Any]] = []
        for position, row in enumerate(self.rows, start=1):
            nodes += [list(node) for node in frontier.append(row[6])]
            if position in ends:
                roots[position] = frontier.root()
        self.nodes = sorted(nodes)
        size, last = len(self.rows), self.rows[-1][4] if self.rows else None
        self.head_row = [size, frontier.root(), frontier.to_bytes(), last]
        for number, one in enumerate(self.batches):
            if (end := one.position + one.count) in roots:
                self.change_batch(number, root=roots[end])

    def resign(self) -> None:
        """Sign every batch anew whose key is in the owner's hands."""
        for one in list(self.batches):
            key = self.signers.get(one.key_id)
            if key is not None:
                known = parse_batch_signature(one.signature).seen
                self.sign(one.position, key, None if known is None else known.size)

    # ---- what others keep

    def leaves(self) -> list[bytes]:
        return [row[6] for row in self.rows]

    def root(self, size: int) -> bytes:
        """Return the root over the first leaf hashes."""
        frontier = Frontier()
        frontier.extend(self.leaves()[:size])
        return frontier.root()

    def note(self, size: int, *, root: bytes | None = None) -> bytes:
        """Sign a checkpoint with the log's key and have the auditor cosign it."""
        made = sign_checkpoint(ORIGIN, size, root or self.root(size), [LOG], TIME)
        return add_signatures(made, [cosign(made.text, AUDIT, TIME)]).encode()

    def receipt(self, position: int) -> bytes:
        """Give the receipt of the batch at a position."""
        one = self.batches[self.batch_at(position)]
        end = one.position + one.count
        return Receipt(
            assurance="low",
            cause=one.cause,
            count=one.count,
            leaf_hashes=tuple(leaf.hex() for leaf in self.leaves()[one.position : end]),
            origin=self.origin,
            position=one.position,
            recorded_at=one.recorded_at,
            root=one.root.hex(),
            size=end,
        ).encode()

    def proof(self, position: int, size: int) -> bytes:
        """Give the proof file of an entry under a checkpoint of a size."""
        hashes = tuple(inclusion_proof(self.leaves()[:size], position))
        return TlogProof(
            index=position, hashes=hashes, checkpoint=parse_note(self.note(size))
        ).encode()

    # ---- what a verifier reads

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[tuple[Any, ...]]:
        for row in self.rows:
            inside = type(row[0]) is int and start <= row[0] < (2**63 if stop is None else stop)
            if inside or (start, stop) == (0, None):
                yield tuple(row)

    def read_page(
        self, *, start: int, limit: int, stop: int | None = None, types: Sequence[str] = ()
    ) -> list[tuple[Any, ...]]:
        rows = [row for row in self.read(start, stop) if not types or row[3] in types]
        return rows[:limit]

    def read_types(self, types: Iterable[str], *, start: int = 0) -> Iterator[tuple[Any, ...]]:
        yield from (row for row in self.read(start) if row[3] in set(types))

    def read_stream(self, stream: str, **_: Any) -> Iterator[tuple[Any, ...]]:
        yield from (row for row in self.read() if row[1] == stream)

    def stream_records(self, stream: str) -> list[tuple[Any, ...]]:
        """Give position and record of each row of one stream."""
        return [(row[0], row[5]) for row in self.read_stream(stream)]

    def stream_heads(self, streams: Iterable[str]) -> dict[str, tuple[int, bytes]]:
        """Give the version and leaf hash of each stream's last row."""
        wanted = set(streams)
        return {row[1]: (row[2], row[6]) for row in self.rows if row[1] in wanted}

    def streams(self, prefix: str = "") -> list[str]:
        return sorted({row[1] for row in self.rows if str(row[1]).startswith(prefix)})

    def read_nodes(self) -> Iterator[tuple[Any, ...]]:
        yield from map(tuple, self.nodes)

    def read_head_row(self) -> tuple[Any, ...] | None:
        return None if self.head_row is None else tuple(self.head_row)

    def read_batches(self) -> Iterator[StoredBatch]:
        yield from self.batches

    def read_checkpoints(self) -> Iterator[tuple[Any, ...]]:
        yield from self.checkpoints

    def get_evidence(self, sha256_hex: str) -> bytes | None:
        return self.evidence.get(sha256_hex)

    @contextmanager
    def reading(self) -> Iterator[Callable[..., list[Any]]]:
        signed = sum(one.key_id is not None for one in self.batches)
        # of its tables it says nothing: it has none
        yield lambda statement, *_: [] if "pg_catalog" in statement else [(signed, 0)]


def judged(held: Held, brought: Outside | None = None) -> list[Finding]:
    """Verify; give what was found."""
    report = verify(cast("Any", held), outside=brought)
    assert ("damaged" == report.verdict) == bool(report.findings)
    return report.findings


def visit(name: str, by: str = "u1") -> Said:
    return f"case/520123-2022-{name}", VisitMade(visitor=by)


LONE, CHAIN, KEYS, SIGNED = 7, 8, 11, 13
"""Positions: an entry alone in its stream and batch, three of one stream, the keys of the actors,
and the first signed batch, of three entries."""


@lru_cache(maxsize=1)
def _made() -> Held:
    held = Held()
    held.append("c1", (REGISTRY, LedgerOpened(county="520123", origin=ORIGIN)))
    held.append("u1", *[visit(f"a{n}") for n in range(6)])
    held.append("u1", visit("lone"))
    held.append("u1", *[visit("chain")] * 3)
    keys = [
        KeyRegistered(
            algorithm="ed25519",
            assurance="file",
            key=f"key-of-{name}",
            owner=name,
            public_key=key.key.public.hex(),
            registrar="c1",
        )
        for name, key in ACTORS.items()
    ]
    held.append("c1", *[(REGISTRY, key) for key in keys])
    for number in range(32):
        actor = ("u1", "u2")[number % 2]
        said = [visit(f"b{number:02}{n}", actor) for n in range(2 if number else 3)]
        said += [visit("long", actor)] * (6 if number > 1 else 0)
        held.append(actor, *said, signed=ACTORS[actor], seen=5 if number == 1 else None)
    return held


def made() -> Held:
    """Give a ledger of some 260 entries, the later ones signed by two actors in turn."""
    return _made().copy()
