"""Holds two checkpoints against one another, or one against the ledger, and convicts who forked.

What an auditor kept is compared with what the operator shows. Where both are signed by the log and
cannot both be true, a misbehaviour bundle is made that anybody can check.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

from aidledger.ledger.checkpoint import Checkpoint, compare, parse_checkpoint
from aidledger.ledger.cosignature import check_signature
from aidledger.ledger.keys import VerifierKey
from aidledger.ledger.misbehaviour import Bundle, Misbehaved, check_bundle
from aidledger.ledger.note import open_note, parse_note
from aidledger.ledger.proof import ProofError
from aidledger.ledger.strict import FormatError
from aidledger.ledger.trust import log_policy
from aidledger.services.checkpoints.checkpointing import Kept, kept_notes, root_at
from aidledger.services.problems import ServiceError
from aidledger.services.proofs.proving import stored_tree
from aidledger.store.port import LedgerStore

Relation: TypeAlias = Literal["same", "extends", "contradicts", "behind", "unproven", "unrelated"]


class Compared(NamedTuple):
    """How two checkpoints, or a checkpoint and the ledger, stand to one another.

    `behind`: the ledger has fewer entries than somebody signed. `bundle` is there where two signed
    notes cannot both be true.
    """

    relation: Relation
    why: str
    older: Checkpoint
    newer: Checkpoint
    bundle: Bundle | None = None


def signed_note(data: bytes, keys: Sequence[VerifierKey], what: str) -> Kept:
    """Read a checkpoint's note that the log signed.

    Raises:
        ServiceError: it is none, or none of these keys signed it.

    """
    try:
        note = parse_note(data)
        checkpoint = parse_checkpoint(note.text)
        open_note(note, [key for key in keys if key.name == checkpoint.origin], check_signature)
    except FormatError as error:
        raise ServiceError(
            f"{what}: not a checkpoint that the log signed: {error}",
            hint="name the keys you trust with --policy",
            exit_code=1,
        ) from None
    return Kept(note, checkpoint)


def compare_notes(
    first: Kept, second: Kept, keys: Sequence[VerifierKey], store: LedgerStore | None
) -> Compared:
    """Compare two signed checkpoints; of two sizes only the ledger can tell."""
    older, newer = sorted((first, second), key=lambda kept: kept.checkpoint.size)
    old, new = older.checkpoint, newer.checkpoint
    found = compare(old, new)
    if found.relation != "unproven":
        bundle = Bundle(older=older.note, newer=newer.note)
        shown = _checked(bundle, keys) if found.relation == "contradicts" else None
        return Compared(found.relation, found.why, old, new, shown)
    if store is None or store.origin != new.origin or store.head().size < new.size:
        why = "only the ledger, with all entries of the newer one, can tell for two sizes"
        return Compared("unproven", why, old, new)
    if root_at(store, new.size) != new.root:
        why = f"the ledger itself has another root at size {new.size} than the newer one"
        return Compared("unproven", why, old, new)
    try:
        proof = tuple(stored_tree(store, new.size).consistency(old.size))
    except ProofError as error:
        raise ServiceError(str(error), hint="aidledger verify says what is wrong") from None
    root = root_at(store, old.size)
    if root == old.root:
        return Compared("extends", f"size {new.size} extends size {old.size}", old, new)
    bundle = Bundle(older=older.note, newer=newer.note, root=root, proof=proof)
    why = f"the tree of size {new.size} does not extend the one signed at size {old.size}"
    return Compared("contradicts", why, old, new, _checked(bundle, keys))


def compare_with_ledger(kept: Kept, keys: Sequence[VerifierKey], store: LedgerStore) -> Compared:
    """Compare a signed checkpoint with the ledger as it is, and with all it keeps as signed."""
    told = kept.checkpoint
    head = store.head()
    now = Checkpoint(origin=store.origin, size=head.size, root=head.root)
    if told.origin != store.origin:
        return Compared("unrelated", "the checkpoint is of another log", told, now)
    notes = kept_notes(store, keys)
    for other in notes:
        if other.checkpoint.size == told.size and other.checkpoint.root != told.root:
            return compare_notes(kept, other, keys, None)
    if told.size > now.size:
        why = f"{told.size} entries were signed, the ledger has {now.size}"
        return Compared("behind", why, now, told)
    if root_at(store, told.size) == told.root:
        same = told.size == now.size
        why = f"the ledger has this root at size {told.size}"
        return Compared("same" if same else "extends", why, told, now)
    for other in notes:
        if other.checkpoint.size > told.size:
            found = compare_notes(kept, other, keys, store)
            if found.bundle is not None:
                return found
    why = f"the ledger has another root at size {told.size}; it has signed nothing newer yet"
    return Compared("contradicts", why, told, now)


def _checked(bundle: Bundle, keys: Sequence[VerifierKey]) -> Bundle | None:
    """Return a bundle that convinces a third party that knows these keys."""
    shown = check_bundle(bundle.encode(), log_policy(keys))
    return bundle if isinstance(shown, Misbehaved) else None
