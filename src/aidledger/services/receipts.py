"""Turns what the store acknowledged into the receipt that a client keeps (FORMAT 16.11)."""

from __future__ import annotations

from typing import Literal

from aidledger.ledger.receipt import Receipt
from aidledger.store import outcome


def receipt_of(
    acknowledged: outcome.Receipt, *, origin: str, assurance: Literal["low", "token"] = "low"
) -> Receipt:
    """Return the receipt of an append to log `origin`.

    `assurance` is `low` unless the actor's key lies in a device of their own.
    """
    return Receipt(
        assurance=assurance,
        cause=acknowledged.cause,
        count=acknowledged.count,
        leaf_hashes=acknowledged.leaf_hashes,
        origin=origin,
        position=acknowledged.position,
        recorded_at=acknowledged.recorded_at,
        root=acknowledged.root,
        size=acknowledged.size,
    )
