"""Turns what the store acknowledged into the receipt that a client keeps (FORMAT 16.11)."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from aidledger.domain.registry.table import Assurance as Held
from aidledger.ledger.receipt import Assurance, Receipt
from aidledger.store import outcome

SAID: Final[Mapping[Held, Assurance]] = MappingProxyType(
    {"server": "low", "file": "file", "token": "token"}
)
"""What a receipt says of a key, by who holds it as its registration has it."""


def receipt_of(acknowledged: outcome.Receipt, *, origin: str) -> Receipt:
    """Return the receipt of an append to log `origin`, with the assurance that was acknowledged."""
    return Receipt(
        assurance=next((one for one in SAID.values() if one == acknowledged.assurance), "low"),
        cause=acknowledged.cause,
        count=acknowledged.count,
        leaf_hashes=acknowledged.leaf_hashes,
        origin=origin,
        position=acknowledged.position,
        recorded_at=acknowledged.recorded_at,
        root=acknowledged.root,
        size=acknowledged.size,
    )
