"""Reads entries where they are checked: in processes of workers, which import no more than they need."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

import msgspec

from aidledger.store.opening import open_ledger
from aidledger.store.port import HostileRow, LedgerStore


class EntryReader(msgspec.Struct, frozen=True):
    """Reads ranges of entries in whatever process it comes to; there the ledger stays open."""

    location: str

    def __call__(self, start: int, stop: int | None) -> Iterator[HostileRow]:
        """Yield the entries from `start` up to, not including, `stop`. Raises StoreError."""
        return opened_here(self.location).read(start, stop)


@lru_cache(maxsize=1)
def opened_here(location: str) -> LedgerStore:
    """Open a ledger for reading, once in a process of workers."""
    return open_ledger(location, read_only=True)
