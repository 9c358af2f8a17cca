"""Reads entries where they are checked: in processes of workers, which import no more than they need."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

import msgspec

from aidledger.store.opening import open_ledger
from aidledger.store.port import HostileRow, LedgerStore

_COUNT: Final = {
    "sqlite": "SELECT count(*) FROM entries NOT INDEXED",
    "postgresql": "SELECT count(*) FROM entries",
}
"""Counts the rows themselves: an index can lack some."""


class EntryReader(msgspec.Struct, frozen=True):
    """Reads ranges of entries in whatever process it comes to; there the ledger stays open."""

    location: str

    def __call__(self, start: int, stop: int | None) -> Iterator[HostileRow]:
        """Yield the entries from `start` up to, not including, `stop`. Raises StoreError."""
        return opened_here(self.location).read(start, stop)


class RecordReader(msgspec.Struct, frozen=True):
    """Reads ranges of records as `EntryReader` does entries."""

    location: str

    def __call__(self, start: int, stop: int | None) -> Iterator[HostileRow]:
        """Yield (position, record) from `start` up to, not including, `stop`. Raises StoreError."""
        return opened_here(self.location).read_records(start, stop)


@lru_cache(maxsize=1)
def opened_here(location: str) -> LedgerStore:
    """Open a ledger for reading, once in a process of workers."""
    return open_ledger(location, read_only=True)


def count_rows(store: LedgerStore) -> int:
    """Return how many rows the entries have, whatever their positions."""
    with store.reading() as run:
        count: int = run(_COUNT[store.engine_name], ())[0][0]
    return count
