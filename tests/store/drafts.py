"""Made-up drafts, times and digests for the tests of the store."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from aidledger.ledger.canonical import encode
from aidledger.store.draft import Draft
from aidledger.store.outcome import Committed, Outcome, Receipt
from aidledger.store.port import LedgerStore

NOON = datetime(2022, 2, 17, 12, 0, 0, 123456, tzinfo=UTC)

APPEND_ONLY = ("entries", "nodes", "batches", "checkpoints", "evidence", "erased_keys")
"""The tables whose rows the database refuses to change."""


def draft(stream: str = "case/520123-2022-000017", **changed: Any) -> Draft:
    """A visit, with non-ASCII text."""
    data = changed.pop(
        "data", {"amount_fen": 112800, "note": "入户走访：身体健康", "village": "下寨村"}
    )
    return Draft(
        **{
            "type": "VisitRecorded",
            "stream": stream,
            "actor": "p0123456789abcdef",
            "office": "520123001",
            "effective_on": "2022-02-17",
            "data": msgspec.Raw(encode(data)),
            **changed,
        }
    )


def drafts(count: int, *, streams: int = 7) -> list[Draft]:
    """Drafts over some streams."""
    return [draft(f"case/c{i % streams}", data={"number": i}) for i in range(count)]


def digest(value: object) -> bytes:
    """A request digest."""
    return hashlib.sha256(repr(value).encode()).digest()


def append(
    store: LedgerStore, rows: Sequence[Draft], cause: str = "cause-1", **options: Any
) -> Outcome:
    """Append with the time and digest that do not matter to the test."""
    options.setdefault("now", NOON)
    options.setdefault("request_digest", digest(cause))
    return store.append(rows, cause=cause, **options)


def record(
    store: LedgerStore, rows: Sequence[Draft], cause: str = "cause-1", **options: Any
) -> Receipt:
    """Append and insist."""
    outcome = append(store, rows, cause, **options)
    assert isinstance(outcome, Committed), outcome
    return outcome.receipt
