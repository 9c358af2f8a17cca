"""A ledger restored from an older backup goes on only with an auditor's cosignature, and says so.

The mark outside the database remembers more than the restored ledger holds, so that nothing can be
appended. An auditor cosigns a statement that names both heads (`ledger.restoration`); it is recorded
as `LedgerRestored`, the first entry after the restored head, and only then does the mark follow.
Everybody who reads the log sees what was lost. A checkpoint that was signed beyond the restored head
stays signed: such a log records, and never signs again under its name.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator, Sequence
from functools import partial
from typing import NamedTuple

from aidledger.domain.events.powers import GenesisDeclared, WitnessKey
from aidledger.domain.events.proving import LedgerRestored
from aidledger.ledger.checkpoint import TreeHead
from aidledger.ledger.keys import KeyKind, VerifierKey
from aidledger.ledger.note import Note, Verified, parse_note
from aidledger.ledger.restoration import Restoration, cosigned_by, parse_restoration
from aidledger.ledger.strict import FormatError
from aidledger.ledger.tree import EMPTY_ROOT
from aidledger.services.acts.guarding import acknowledged
from aidledger.services.acts.recording import record
from aidledger.services.acts.who import Who
from aidledger.services.checkpoints.checkpointing import root_at
from aidledger.services.decoding import recorded_all
from aidledger.services.ladder.remains import mark_of
from aidledger.services.ladder.restorationcheck import faults_of, told_of
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session
from aidledger.store.mark import Mark
from aidledger.store.opening import mark_path
from aidledger.store.outcome import Committed, Outcome
from aidledger.store.port import Head, LedgerStore


class Restored(NamedTuple):
    """A restoration that the log tells of, and what is wrong with it, if anything."""

    position: int
    event: LedgerRestored
    problem: str


def restoration_of(store: LedgerStore, location: str) -> Restoration:
    """Return what an auditor is to cosign: the head that the mark remembers, and the ledger's.

    Raises:
        ServiceError: the ledger is not behind its mark, or is of another past and larger.

    """
    mark, head = mark_of(location, store.origin), store.head()
    if mark.problem(head) is None:
        if mark.other_past(head, partial(root_at, store)):
            raise ServiceError(
                "expected an older backup of this ledger, found one that went on from another past",
                hint="aidledger checkpoint compare says which past others know: bring that one back",
                exit_code=1,
            )
        raise ServiceError(
            "expected a ledger behind its mark, found one that may be appended to",
            hint="there is nothing to restore",
            exit_code=2,
        )
    kept = TreeHead(head.size, head.root)
    return Restoration(store.origin, TreeHead(mark.size, mark.root), kept)


def restore(
    session: Session,
    location: str,
    data: bytes,
    witnesses: Sequence[VerifierKey],
    *,
    reason: str,
    actor: str,
    office: str,
) -> Outcome:
    """Record that the ledger was restored, and let it go on from there.

    Args:
        session: the restored ledger, opened for writing.
        location: where it lies.
        data: the statement's note, with an auditor's cosignature.
        witnesses: keys of the auditors and witnesses that are trusted.
        reason: why a backup had to be used.
        actor: who records it.
        office: the office acted for.

    Raises:
        ServiceError: nothing is to be restored, the statement is another one, or no trusted key
            cosigned it. The mark stays as it was.
        RefusedError: the record is refused.

    """
    store = session.store
    note, verified = _cosigned(store, data, witnesses)
    stated = parse_restoration(note.text)
    cause = f"restored:{hashlib.sha256(note.text).hexdigest()[:32]}"
    known = store.receipt(cause)
    if isinstance(known, Committed) and _is_followed(location, stated.lost, store.head()):
        return acknowledged(session, known)
    wanted = restoration_of(store, location)
    if stated != wanted:
        raise ServiceError(
            "the statement names other heads than this ledger and its mark have",
            hint="write it again with --statement and have that one cosigned",
            exit_code=1,
        )
    store.admit(store.head())
    session.forget()
    event = LedgerRestored(
        auditor=_witness_key(verified.key),
        cosignature=base64.b64encode(
            verified.signature.key_id + verified.signature.signature
        ).decode(),
        kept_root=stated.kept.root.hex(),
        kept_size=stated.kept.size,
        lost_root=stated.lost.root.hex(),
        lost_size=stated.lost.size,
        reason=reason,
    )
    by = Who(actor=actor, office=office, on=session.today)
    return record(session, [by.says(f"registry/{office}", event)], cause=cause)


def restorations(store: LedgerStore) -> Iterator[Restored]:
    """Yield every restoration that the log tells of, checked from what the entry itself says.

    Whether its auditor is to be trusted, the reader's policy says.

    Raises:
        ServiceError: the stored nodes give no root; `verify` says what is wrong.

    """
    for told in told_of(recorded_all(store.read_types(["LedgerRestored"]))):
        position = told.position
        root = root_at(store, position) if position else EMPTY_ROOT
        faults = faults_of(store.origin, told, (root,))
        said = "; ".join(
            f"{one.field}: expected {one.expected}, found {one.found}" for one in faults
        )
        yield Restored(position, told.event, said)


def _cosigned(
    store: LedgerStore, data: bytes, witnesses: Sequence[VerifierKey]
) -> tuple[Note, Verified]:
    """Return the statement with the first cosignature of a trusted key."""
    declared = _declared(store)
    keys = [key for key in witnesses if not declared or key.public in declared]
    try:
        note = parse_note(data)
        verified = cosigned_by(note, keys)
    except FormatError as error:
        raise ServiceError(
            f"no auditor allowed this restoration: {error}",
            hint="an auditor of the policy, named at genesis if any was, cosigns the statement",
            exit_code=12,
        ) from None
    return note, verified[0]


def _declared(store: LedgerStore) -> set[bytes]:
    """Return the witnesses' public keys that genesis names; none where there was none."""
    found: set[bytes] = set()
    for entry in recorded_all(store.read_types(["GenesisDeclared"])):
        if isinstance(entry.event, GenesisDeclared):
            found |= {bytes.fromhex(one.key) for one in entry.event.witnesses}
    return found


def _witness_key(key: VerifierKey) -> WitnessKey:
    return WitnessKey(
        algorithm="ml_dsa_44" if key.kind is KeyKind.COSIGNATURE_ML_DSA else "ed25519",
        key=key.public.hex(),
        name=key.name,
    )


def _is_followed(location: str, lost: TreeHead, head: Head) -> bool:
    """Let the mark follow if it still is the head that was lost: killed before it could.

    A leave serves once: false where the ledger is behind another mark.
    """
    mark = Mark(mark_path(location))
    if (mark.size, mark.root) != lost:
        return mark.problem(head) is None
    mark.advance(head)
    mark.close()
    return True
