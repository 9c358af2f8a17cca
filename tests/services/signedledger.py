"""A small ledger in a file, signed batch by batch, with checkpoints: for verifiers, and to be forged.

Made with the formats alone (`sign_batch`, `sign_checkpoint`, `cosign`) and SQL, so that it stands
for what any writer may produce.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.ledger.signers import signer

from aidledger.domain.events.base import Event
from aidledger.domain.events.catalog import encode_data, wire_name
from aidledger.domain.events.powers import KeyRegistered
from aidledger.domain.events.support import VisitMade
from aidledger.ledger.batch import sign_batch
from aidledger.ledger.checkpoint import TreeHead
from aidledger.ledger.cosignature import cosign, sign_checkpoint
from aidledger.ledger.finding import FINDING_CODES
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.note import add_signatures, parse_note
from aidledger.ledger.proof import inclusion_proof
from aidledger.ledger.receipt import Receipt
from aidledger.ledger.signing import SeedSigner
from aidledger.ledger.tlog_proof import TlogProof
from aidledger.ledger.tree import leaf_hash, root_of_leaves
from aidledger.ledger.trust import parse_policy
from aidledger.ledger.verify import VerifyReport
from aidledger.services.ladder.outside import Outside, signed_file
from aidledger.services.ladder.verifying import verify
from aidledger.store.draft import Draft
from aidledger.store.opening import create

ORIGIN = "example/signed"
LOG = signer(ORIGIN)
AUDIT = signer("audit.example", KeyKind.COSIGNATURE)
FINANCE = signer("finance.example", KeyKind.COSIGNATURE_ML_DSA)
ACTORS = {name: signer(name, KeyKind.BATCH) for name in ("u1", "u2")}
TIME = 1_790_000_000
POLICY = f"""log {LOG.key.vkey()}
witness audit {AUDIT.key.vkey()}
witness finance {FINANCE.key.vkey()}
group offices 1 audit finance
quorum offices
""".encode()
TRUST = parse_policy(POLICY)


class SignedLedger:
    """Keys in the first batch, then batches of one to three visits by two actors in turn.

    `said` puts another event in the place of a batch, by its number.
    """

    def __init__(
        self, path: Path, *, batches: int = 12, said: dict[int, Event] | None = None
    ) -> None:
        self.path = path
        self._said = said or {}
        self.spans: list[tuple[int, int, str]] = []
        self._batches(batches)
        self.leaves = [leaf_hash(record) for record in self.records()]
        for start, count, actor in self.spans[1:]:
            self.sign(start, count, ACTORS[actor], seen=start - 1)

    @property
    def size(self) -> int:
        return len(self.leaves)

    def records(self) -> list[bytes]:
        rows = self.run("SELECT record FROM entries ORDER BY position")
        return [row[0] for row in rows]

    def run(self, statement: str, *parameters: Any) -> list[Any]:
        """Execute a statement as the database's owner can."""
        with closing(sqlite3.connect(self.path)) as connection:
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'trigger'"
            ).fetchall():
                connection.execute(f"DROP TRIGGER {name}")
            rows = connection.execute(statement, parameters).fetchall()
            connection.commit()
        return rows

    def root(self, size: int) -> bytes:
        return root_of_leaves(self.leaves[:size])

    def sign(self, start: int, count: int, key: SeedSigner, *, seen: int | None = None) -> None:
        head = None if seen is None else TreeHead(seen, self.root(seen))
        signed = sign_batch(key, ORIGIN, self.leaves[start : start + count], head)
        self.run(
            "UPDATE batches SET signature = ?, key_id = ? WHERE position = ?",
            signed.encode(),
            key.key.label,
            start,
        )

    def note(self, size: int, *, root: bytes | None = None, witnesses: Any = (AUDIT,)) -> bytes:
        note = sign_checkpoint(ORIGIN, size, self.root(size) if root is None else root, [LOG], TIME)
        return add_signatures(note, [cosign(note.text, one, TIME) for one in witnesses]).encode()

    def keep(self, size: int, note: bytes, root: bytes | None = None) -> list[Any]:
        """Put a note into the table of checkpoints."""
        return self.run(
            "INSERT INTO checkpoints VALUES (?, ?, ?)", size, root or self.root(size), note
        )

    def proof(self, position: int, note: bytes, size: int) -> bytes:
        hashes = tuple(inclusion_proof(self.leaves[:size], position))
        return TlogProof(index=position, hashes=hashes, checkpoint=parse_note(note)).encode()

    def receipt(self, number: int) -> bytes:
        start, count, _ = self.spans[number]
        return Receipt(
            assurance="low",
            cause=f"c{number}",
            count=count,
            leaf_hashes=tuple(leaf.hex() for leaf in self.leaves[start : start + count]),
            origin=ORIGIN,
            position=start,
            recorded_at="2022-01-04T01:00:00.000000Z",
            root=self.root(start + count).hex(),
            size=start + count,
        ).encode()

    def _batches(self, batches: int) -> None:
        with closing(create(self.path, origin=ORIGIN)) as store:
            for number in range(batches):
                actor = ("u1", "u2")[number % 2]
                drafts = self._keys() if number == 0 else self._visits(number, actor)
                start = store.head().size
                store.append(
                    drafts,
                    cause=f"c{number}",
                    request_digest=bytes([number]) * 32,
                    now=datetime(2022, 1, 4, 1, number, tzinfo=UTC),
                )
                self.spans.append((start, len(drafts), actor))

    def _keys(self) -> list[Draft]:
        drafts = []
        for name, key in ACTORS.items():
            event = KeyRegistered(
                algorithm="ed25519",
                assurance="file",
                key=f"key-of-{name}",
                owner=name,
                public_key=key.key.public.hex(),
                registrar="c1",
            )
            drafts.append(draft("registry/520123", "c1", event))
        return drafts

    def _visits(self, number: int, actor: str) -> list[Draft]:
        if number in self._said:
            return [draft("registry/520123", actor, self._said[number])]
        return [
            draft(f"case/520123-2022-{(number + n) % 5:06d}", actor, VisitMade(visitor=actor))
            for n in range(1 + number % 3)
        ]


def draft(stream: str, actor: str, event: Event) -> Draft:
    return Draft(
        type=wire_name(event),
        stream=stream,
        actor=actor,
        office="520123001",
        effective_on="2022-01-04",
        data=encode_data(event),
    )


def copied(made: SignedLedger, path: Path) -> SignedLedger:
    """A copy for the operator to forge; what it says of itself is the true ledger's."""
    forged = object.__new__(SignedLedger)
    forged.__dict__ |= made.__dict__
    forged.path = path
    made.run("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copyfile(made.path, path)
    return forged


def outside(*notes: bytes, **more: Any) -> Outside:
    files = tuple(signed_file(f"outside {number}", note) for number, note in enumerate(notes))
    return Outside(**{"checkpoints": files, "policy": TRUST, **more})


def check(ledger: SignedLedger, brought: Outside | None = None) -> VerifyReport:
    report = verify(str(ledger.path), outside=brought)
    assert {one.code for one in report.findings} <= FINDING_CODES.keys()
    return report


def codes(report: VerifyReport) -> list[tuple[str, int | None]]:
    return [(one.code, one.position) for one in report.findings]


def status(report: VerifyReport) -> dict[str, str]:
    return {rung.name: rung.status for rung in report.rungs}
