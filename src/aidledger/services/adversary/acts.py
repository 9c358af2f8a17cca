"""Acts that are put behind the log's end: by somebody without a key, by an officer, or by a thief of a key."""

from __future__ import annotations

from collections.abc import Sequence

from aidledger.domain.events.base import Event
from aidledger.domain.events.catalog import encode_data, wire_name
from aidledger.ledger.entry import Entry, write_record
from aidledger.services.adversary.books import (
    B_POSITION,
    B_SIGNATURE,
    RECORDED_AT,
    Books,
    Row,
)
from aidledger.services.adversary.forging import Group, Hands, Officer, forged, groups_of, row_of
from aidledger.services.adversary.rowchange import with_value

DIGEST = b"\xad" * 32
"""What stands for the digest of a request that was never made."""


def act(books: Books, officer: Officer | None, stream: str, event: Event, cause: str) -> Row:
    """Return the row of a new act; its place, number and link are given when it is put there."""
    return row_of(
        write_record(
            Entry(
                type=wire_name(event),
                actor="520123-nobody" if officer is None else officer.actor,
                cause=f"attack:{cause}:{books.size}",
                data=encode_data(event),
                effective_on=str(books.entries[-1][RECORDED_AT])[:10],
                office="520123" if officer is None else officer.office,
                policy=None,
                prev=None,
                recorded_at=books.entries[-1][RECORDED_AT],
                sealed={},
                stream=stream,
                version=1,
            )
        )
    )


def appended(
    books: Books,
    rows: Sequence[Row],
    *,
    cause: str,
    officer: Officer | None = None,
    key_id: str | None = None,
    signature: bytes | None = None,
) -> Books:
    """Put a batch behind the last one: signed by the officer, or with any signature and key."""
    time = books.entries[-1][RECORDED_AT]
    called = key_id or (officer.key_id if officer is not None else None)
    batch = (
        books.size,
        len(rows),
        f"attack:{cause}:{books.size}",
        DIGEST,
        b"",
        time,
        None,
        called,
    )
    hands = Hands(officer=officer, notes="keep", mark=True)
    made = forged(books, [*groups_of(books), Group(batch, tuple(rows))], hands)
    if signature is not None:
        made = with_value(made, "batches", len(made.batches) - 1, B_SIGNATURE, signature)
    return made


def last_start(books: Books) -> int:
    """Return where the last batch begins."""
    return int(books.batches[-1][B_POSITION])
