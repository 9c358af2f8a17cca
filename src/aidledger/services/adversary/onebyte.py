"""Changes one byte of one record in a copy of a ledger's file: what whoever holds the file can do.

For the demonstration only. No trigger and no permission of the database is asked: the bytes of the
file are changed, and that is why nothing but the hashes can show it.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import msgspec

from aidledger.services.problems import ServiceError
from aidledger.services.session import Session

DIGIT = b"9"
"""What the first digit of an amount becomes."""
_FIELD = b'"amount_fen":'


class Tampered(msgspec.Struct, frozen=True, kw_only=True):
    """What was changed: which entry, its amount before and after in fen, and which byte of the file."""

    position: int
    stream: str
    before_fen: int
    after_fen: int
    offset: int


def tamper_with_copy(session: Session, source: Path, copy: Path) -> Tampered:
    """Copy a ledger's file and raise the amount of one payment in the copy by one digit.

    Args:
        session: the ledger, opened for reading; its connections must not be writing.
        source: the ledger's file.
        copy: where the copy goes.

    Raises:
        ServiceError: no payment whose record lies in the file in one piece.

    """
    content = source.read_bytes()
    for row in session.store.read_types(["PaymentIssued"]):
        changed = raised(row[5])
        # a page that was split may hold an old copy beside the one that is read
        if changed is None or content.count(row[5]) != 1:
            continue
        offset = content.index(row[5]) + _digit_at(row[5])
        shutil.copyfile(source, copy)
        with copy.open("r+b") as file:
            file.seek(offset)
            file.write(DIGIT)
        return Tampered(
            position=row[0],
            stream=row[1],
            before_fen=amount_of(row[5]),
            after_fen=amount_of(changed),
            offset=offset,
        )
    raise ServiceError(
        f"{source}: expected a payment to change in the copy, found none",
        hint="simulate more cases or months",
    )


def raised(record: bytes) -> bytes | None:
    """Return a record with the first digit of its amount raised; None where it can't be."""
    at = _digit_at(record)
    if record[at : at + 1] in (DIGIT, b"0", b""):
        return None
    return record[:at] + DIGIT + record[at + 1 :]


def amount_of(record: bytes) -> int:
    """Return the amount that a record states."""
    text = record.partition(_FIELD)[2]
    return int(text[: min(text.find(b","), 20)])


def _digit_at(record: bytes) -> int:
    """Return where the amount of a payment's record begins."""
    return record.index(_FIELD) + len(_FIELD)
