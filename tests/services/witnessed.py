"""A log key and two witnesses for the ledger of the tests, and checkpoints of what is in it."""

from __future__ import annotations

from tests.ledger.signers import signer

from aidledger.ledger.checkpoint import Checkpoint
from aidledger.ledger.cosignature import cosign, sign_checkpoint
from aidledger.ledger.keys import KeyKind
from aidledger.ledger.note import Note, add_signatures
from aidledger.services.proofs.proving import Kept
from aidledger.store.port import LedgerStore

TIME = 1_790_000_000
AUDIT = signer("audit.example", KeyKind.COSIGNATURE)
FINANCE = signer("finance.example", KeyKind.COSIGNATURE)


def policy_text(origin: str) -> bytes:
    """Return a policy that asks for both witnesses."""
    return (
        f"log {signer(origin).key.vkey()}\n"
        f"witness audit {AUDIT.key.vkey()}\nwitness finance {FINANCE.key.vkey()}\n"
        "group offices all audit finance\nquorum offices\n"
    ).encode()


def keep_checkpoint(store: LedgerStore, *, witnessed: bool = True) -> Kept:
    """Sign the log as it stands, have it cosigned, and keep it."""
    head, origin = store.head(), store.origin
    note: Note = sign_checkpoint(origin, head.size, head.root, [signer(origin)], TIME)
    if witnessed:
        note = add_signatures(note, [cosign(note.text, one, TIME) for one in (AUDIT, FINANCE)])
    store.add_checkpoint(size=head.size, root=head.root, note=note.encode())
    return Kept(note, Checkpoint(origin=origin, size=head.size, root=head.root))
