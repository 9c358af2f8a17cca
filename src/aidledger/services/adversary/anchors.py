"""What stands outside the ledger during a trial: checkpoints, a policy, receipts, and who signs.

Where the auditor brings checkpoints and a policy, those are used. Otherwise the kit makes a log key
and three witnesses for the trial alone, and lets them sign checkpoints over the ledger as it
stands: such anchors show what *would* be found, and prove nothing about the ledger itself.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import msgspec

from aidledger.ledger.acceptance import accepted
from aidledger.ledger.cosignature import cosign, sign_checkpoint
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.note import Note, add_signatures
from aidledger.ledger.receipt import Receipt
from aidledger.ledger.signing import SEED_BYTES, SeedSigner, Signer
from aidledger.ledger.tree import Frontier
from aidledger.ledger.trust import Policy, parse_policy
from aidledger.services.adversary.books import (
    B_CAUSE,
    B_COUNT,
    B_POSITION,
    B_RECORDED_AT,
    B_ROOT,
    LEAF,
    Books,
)
from aidledger.services.adversary.forging import TRIAL_TIME
from aidledger.services.ladder.outside import Outside, SignedFile, signed_file

SPANS: Final = 8
"""So many checkpoints, evenly spread, does a trial make over a ledger."""
WITNESSES: Final = ("trial-audit", "trial-finance", "trial-inspection")
QUORUM: Final = 2


class Anchors(NamedTuple):
    """What the auditor holds, and by whom it was signed as far as the kit has the keys.

    `sizes` are those of the checkpoints that are accepted and agree with the ledger, ascending.
    `witnesses` are the signers of a trial's witnesses, none where the anchors were given.
    """

    checkpoints: tuple[SignedFile, ...]
    policy: Policy | None
    made: bool
    sizes: tuple[int, ...]
    witnesses: tuple[Signer, ...] = ()
    log: Signer | None = None

    def outside(self, *, upto: int | None = None, proofs: Proofs | None = None) -> Outside:
        """Return them as what `verify` is given; those up to a size alone where one is named."""
        kept = [one for one in self.checkpoints if upto is None or one.checkpoint.size <= upto]
        return Outside(checkpoints=tuple(kept), policy=self.policy, proofs=proofs)

    def span_start(self, position: int) -> int:
        """Return where the anchored span begins that holds a position."""
        return max((size for size in self.sizes if size <= position), default=0)

    def kept_in(self, books: Books) -> Books:
        """Return the books with a trial's checkpoints in the ledger's own table, as a log keeps them.

        Those that the ledger itself kept stay out: their key is another than the trial's.
        """
        if not self.made:
            return books
        rows = [(*one.checkpoint.head, one.note.encode()) for one in self.checkpoints]
        return msgspec.structs.replace(books, checkpoints=sorted(rows))

    @property
    def anchored(self) -> int:
        """How many entries, from the first on, an accepted checkpoint covers."""
        return max(self.sizes, default=0)


Proofs = tuple[tuple[str, bytes], ...]


def given_anchors(brought: Outside, books: Books) -> Anchors:
    """Take the auditor's own; which of them are accepted and agree is found out here."""
    sizes = []
    frontier, at = Frontier(), 0
    for one in sorted(brought.checkpoints, key=lambda file: file.checkpoint.size):
        stated = one.checkpoint
        fits = stated.origin == books.origin and 0 < stated.size <= books.size
        if not fits or brought.policy is None or not accepted(one.note, brought.policy).accepted:
            continue
        frontier.extend([row[LEAF] for row in books.entries[at : stated.size]])
        at = stated.size
        if frontier.root() == stated.root:
            sizes.append(stated.size)
    return Anchors(brought.checkpoints, brought.policy, made=False, sizes=tuple(sizes))


def make_anchors(books: Books) -> Anchors:
    """Make a log key, witnesses, a policy and checkpoints for a trial."""
    log = _signer(books.origin, KeyKind.NOTE)
    witnesses = tuple(_signer(name, KeyKind.COSIGNATURE) for name in WITNESSES)
    notes: list[SignedFile] = []
    ends = [(row[B_POSITION] + row[B_COUNT], row[B_ROOT]) for row in books.batches]
    for number in range(1, SPANS + 1):
        wanted = books.size * number // SPANS
        size, root = next((end for end in ends if end[0] >= wanted), ends[-1])
        if not notes or notes[-1].checkpoint.size < size:
            note = witnessed(books.origin, size, root, log, witnesses[:QUORUM])
            notes.append(signed_file(f"trial checkpoint {size}", note.encode()))
    return Anchors(
        checkpoints=tuple(notes),
        policy=parse_policy(policy_text([log], witnesses)),
        made=True,
        sizes=tuple(one.checkpoint.size for one in notes),
        witnesses=witnesses,
        log=log,
    )


def policy_text(logs: Iterable[Signer], witnesses: Sequence[Signer]) -> bytes:
    """Write the policy of a trial."""
    lines = [f"log {one.key.vkey()}" for one in logs]
    lines += [f"witness {one.key.name} {one.key.vkey()}" for one in witnesses]
    lines.append(f"group offices {QUORUM} {' '.join(one.key.name for one in witnesses)}")
    return "\n".join([*lines, "quorum offices", ""]).encode()


def witnessed(
    origin: str, size: int, root: bytes, log: Signer, witnesses: Iterable[Signer]
) -> Note:
    """Sign a checkpoint and have it cosigned."""
    note = sign_checkpoint(origin, size, root, [log], TRIAL_TIME)
    return add_signatures(note, [cosign(note.text, one, TRIAL_TIME) for one in witnesses])


def receipt_of(books: Books, batch_number: int) -> bytes:
    """Write the receipt that a client was given for a batch."""
    batch = books.batches[batch_number]
    start, count = batch[B_POSITION], batch[B_COUNT]
    return Receipt(
        assurance="low",
        cause=batch[B_CAUSE],
        count=count,
        leaf_hashes=tuple(row[LEAF].hex() for row in books.entries[start : start + count]),
        origin=books.origin,
        position=start,
        recorded_at=batch[B_RECORDED_AT],
        root=batch[B_ROOT].hex(),
        size=start + count,
    ).encode()


def _signer(name: str, kind: KeyKind) -> SeedSigner:
    return SeedSigner(name, kind, secrets.token_bytes(SEED_BYTES))
