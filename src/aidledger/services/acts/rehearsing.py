"""Decides proposals as ``record`` would, and writes nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, cast

from aidledger.domain.proposal import Proposal
from aidledger.services.acts.recording import record
from aidledger.services.session import Session
from aidledger.store.draft import Draft
from aidledger.store.outcome import Committed, Rejected
from aidledger.store.port import LedgerStore

_REHEARSED: Final = "rehearsed"


class _Rehearsal:
    """A store that reads as the real one and counts what it is asked to append."""

    def __init__(self, store: LedgerStore) -> None:
        self._store = store
        self.drafts: tuple[Draft, ...] = ()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def append(self, drafts: Sequence[Draft], **_rest: object) -> Rejected:
        """Keep the drafts, write nothing."""
        self.drafts = tuple(drafts)
        return Rejected(code=_REHEARSED, message="nothing was written")


def rehearse(session: Session, proposals: Sequence[Proposal], *, cause: str) -> tuple[Draft, ...]:
    """Return the entries that would be recorded; none where the cause is recorded already.

    Raises:
        RefusedError: with all refusals of all proposals.

    """
    if isinstance(session.store.receipt(cause), Committed):
        return ()
    store = session.store
    rehearsal = _Rehearsal(store)
    session.store = cast("LedgerStore", rehearsal)
    try:
        record(session, proposals, cause=cause)
    finally:
        session.store = store
        session.forget()
    return rehearsal.drafts
