"""The indexes are kept from one night to the next, so that a night reads only what is new.

What is kept is gone on from only where it still stands (`keptfile`); the root under which it stands
was made of the very records that went into the indexes.
"""

from __future__ import annotations

from typing import Final

from aidledger.ledger.proof import ProofError
from aidledger.services.keptfile import (
    OTHER_PROGRAM,
    Basis,
    Carried,
    Offered,
    program_digest,
)
from aidledger.services.proofs.indexes import Indexes, Reached
from aidledger.services.proofs.proving import stored_tree
from aidledger.store.port import LedgerStore

KEPT_INDEXES: Final = "indexes.kept"


class _Kept(Carried, frozen=True, kw_only=True):
    reached: Reached


class KeptIndexes(Offered[_Kept]):
    """What earlier nights read into the indexes, in one file; tells afterwards what tonight read."""

    kind, form = _Kept, "aidledger/kept-indexes/v1"

    def taken(self, store: LedgerStore, size: int) -> Indexes | None:
        """Return what to go on from up to a size of the log; nothing where all is to be read."""
        kept = self.gone_on_from(lambda upto: _basis(store, _root_at(store, upto, size)))
        if kept is None:
            return None
        try:
            return Indexes.resumed(kept.reached)
        except ValueError:
            self.refuse(OTHER_PROGRAM)
            return None

    def offer(self, store: LedgerStore, indexes: Indexes, root: bytes) -> None:
        """Take tonight's indexes, to be kept once they are sealed; `root` is of the log below them."""
        self.hold(
            _Kept(
                basis=_basis(store, root.hex()),
                size=indexes.size,
                full_on=self.full_on,
                nights=self.file.nights,
                reached=indexes.reached(),
            )
        )


def _basis(store: LedgerStore, root: str) -> Basis:
    return Basis(origin=store.origin, program=program_digest(), root=root)


def _root_at(store: LedgerStore, upto: int, size: int) -> str:
    """Return the root that the log has at a size, as its nodes say; empty where they say none."""
    if upto > size:
        return ""
    try:
        return stored_tree(store, upto).root().hex()
    except ProofError:
        return ""
