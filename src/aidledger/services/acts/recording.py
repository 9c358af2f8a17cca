"""Records proposals: decided one after another, written together or not at all."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

import msgspec

from aidledger.domain.events.registry import PersonErased
from aidledger.domain.proposal import Proposal
from aidledger.services.acts.batching import Batch
from aidledger.services.acts.guarding import (
    KEY_REGISTERED,
    Guard,
    acknowledged,
    guard_again,
    guard_of,
)
from aidledger.services.acts.sealing import secrets_of
from aidledger.services.problems import RefusedError, ServiceError
from aidledger.services.session import Session
from aidledger.store.draft import Evidence
from aidledger.store.errors import KeyFileError
from aidledger.store.outcome import Committed, Outcome, Rejected
from aidledger.store.secrets import Secrets
from aidledger.store.uncollected import without_collector

_MAX_ATTEMPTS: Final = 50
"""How often to decide again because another writer was faster."""
_ENCODER: Final = msgspec.json.Encoder(order="deterministic")
"""Sorts the keys of maps; the fields of structs are declared in sorted order."""
_MANY: Final = 256
"""Drafts from which on a second thread is worth its making."""


@without_collector()
def record(
    session: Session,
    proposals: Sequence[Proposal],
    *,
    cause: str,
    evidence: Sequence[Evidence] = (),
    attempts: int = _MAX_ATTEMPTS,
    only_at: int | None = None,
) -> Outcome:
    """Decide and record proposals as one batch.

    Args:
        session: an opened ledger.
        proposals: what is wanted, in order; each sees what those before it led to.
        cause: the request's own name; the same cause and request again gives the first receipt.
        evidence: files that the events name by hash.
        attempts: how often to decide again because another writer was faster.
        only_at: the size that the log must still have: the proposals follow from what it holds.

    Returns:
        Committed, Rejected or Unknown; ``Unknown`` is resolved by asking for the cause again.

    Raises:
        RefusedError: with all refusals of all proposals; nothing was written. In a ledger that has
            registered keys also where the actor lacks the power, breaks a duty, or is not alone.
        ServiceError: the actor's key is not registered, not in force, or not at hand.
        KeyFileError: the file of the actor's key is refused, or stays shut.

    """
    digest = request_digest(secrets_of(session), proposals)
    for _ in range(attempts):
        size = session.refresh()
        guard = guard_of(session)
        batch = Batch(session, guard, size)
        try:
            if guard is not None:
                guard.begin(proposals, size)
            batch.take_all(proposals)
        except (RefusedError, ServiceError, KeyFileError):
            session.forget()
            known = session.store.receipt(cause)
            if isinstance(known, Committed):
                again = session.store.append(
                    (), cause=cause, request_digest=digest, now=session.clock.now()
                )
                return acknowledged(session, again)
            raise
        # what was decided holds for the log it was decided on; a fact holds for any
        bound = size if batch.decided or guard is not None else None
        bound = bound if only_at is None else only_at
        outcome = append(
            session, batch, guard, cause=cause, digest=digest, size=bound, evidence=evidence
        )
        if not (
            isinstance(outcome, Rejected) and outcome.code in ("conflict", "vault_key_changed")
        ):
            return outcome
    return outcome


def append(
    session: Session,
    batch: Batch,
    guard: Guard | None,
    *,
    cause: str,
    digest: bytes,
    size: int | None,
    evidence: Sequence[Evidence] = (),
) -> Outcome:
    """Write a batch that was decided, and let the session's states know what became of it.

    The keys of persons whom it says erased are destroyed in the same transaction.

    Args:
        session: the ledger that it was decided in.
        batch: with drafts, none of a refused proposal.
        guard: who signs it, in a ledger with registered keys.
        cause: the request's own name.
        digest: of the request.
        size: the log must still have so many entries; None: it may have grown.
        evidence: files that the events name by hash.

    """
    erased = [draft.data.person for draft in batch.drafts if isinstance(draft.data, PersonErased)]
    outcome = session.store.append(
        batch.drafts,
        cause=cause,
        request_digest=digest,
        now=session.clock.now(),
        expected_size=size,
        vault_rows=batch.vault_rows,
        evidence=evidence,
        erase=erased,
        sign=None if guard is None else guard.sign,
        meanwhile=session.states.settle if len(batch.drafts) >= _MANY else None,
    )
    if isinstance(outcome, Committed) and not outcome.replayed:
        session.written(outcome.receipt, {draft.stream for draft in batch.drafts})
        if erased and session.vault is not None:
            session.vault.forget()
        if guard is None and any(draft.type == KEY_REGISTERED for draft in batch.drafts):
            guard_again(session)
    else:
        session.forget()
    return acknowledged(session, outcome)


def request_digest(secrets: Secrets, proposals: Sequence[Proposal]) -> bytes:
    """Return the HMAC-SHA-256 that says whether two requests under one cause are the same.

    Keyed, as a request holds personal values: its bare hash would let them be guessed.
    """
    keyed = _request_key(secrets.pepper).copy()
    keyed.update(_ENCODER.encode(proposals))
    return keyed.digest()


@lru_cache(maxsize=4)
def _request_key(pepper: bytes) -> hmac.HMAC:
    """Begin the digest of a request; to make a new one of the key costs more than a small request."""
    return hmac.new(pepper, b"aidledger/request/v1\n", hashlib.sha256)


def cause_of(session: Session, content: bytes) -> str:
    """Return the cause of a request that came without one: the same content, the same cause.

    Keyed, as it stands in the entries and the content holds personal values.
    """
    label = b"aidledger/cause/v1\n"
    key = secrets_of(session).pepper
    return f"content:{hmac.new(key, label + content, hashlib.sha256).hexdigest()}"
