"""From a point as somebody writes it to the ledger as it stood there."""

from __future__ import annotations

from bisect import bisect_left
from datetime import datetime, timedelta

from aidledger.domain.point import Point
from aidledger.ledger.entry import EntryError, decode_entry
from aidledger.services.clock import DRIFT_S
from aidledger.services.problems import ServiceError
from aidledger.store.cut import CutStore
from aidledger.store.port import LedgerStore
from aidledger.store.sealing import time_text


def cut_at(store: LedgerStore, point: Point) -> CutStore:
    """Return the ledger as it stood at a point: every entry up to it, and none after.

    Raises:
        ServiceError: there is no entry at that position.

    """
    return CutStore(store, size_at(store, point))


def size_at(store: LedgerStore, point: Point) -> int:
    """Return how many entries were recorded up to a point.

    The time of an entry never goes back along the log (verify sees to it), so that a time is found
    by halving: some twenty entries of a million are read.

    Raises:
        ServiceError: there is no entry at that position.

    """
    size = store.head().size
    if point.position is None:
        return bisect_left(range(size), point.before, key=lambda at: _recorded_at(store, at))
    if point.position >= size:
        raise ServiceError(
            f"position {point.position}: expected below {size}, the size of the log",
            hint="aidledger log shows the newest entries",
            exit_code=2,
        )
    return point.position + 1


def first_after(store: LedgerStore, at: datetime, size: int) -> tuple[int, str] | None:
    """Return position and time of the first of `size` entries recorded after a time; None: there is none.

    What sound clocks differ by is no difference.
    """
    limit = time_text(at + timedelta(seconds=DRIFT_S))
    if size < 1 or _recorded_at(store, size - 1) < limit:
        return None
    position = bisect_left(range(size), limit, key=lambda one: _recorded_at(store, one))
    return position, _recorded_at(store, position)


def _recorded_at(store: LedgerStore, position: int) -> str:
    """Return when an entry was recorded, or that of the nearest before it that can be read."""
    for at in range(position, -1, -1):
        row = next(iter(store.read(at, at + 1)), None)
        try:
            if row is not None and isinstance(row[5], bytes):
                return decode_entry(row[5]).recorded_at
        except EntryError:
            continue
    return ""
