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

_FIELD = b'"amount_fen":'


class Tampered(msgspec.Struct, frozen=True, kw_only=True):
    """What was changed: which entry, and its amount before and after, in fen."""

    position: int
    stream: str
    before_fen: int
    after_fen: int


def tamper_with_copy(session: Session, source: Path, copy: Path) -> Tampered:
    """Copy a ledger's file and raise the amount of one payment in the copy by one digit.

    Args:
        session: the ledger, opened for reading; its connections must not be writing.
        source: the ledger's file.
        copy: where the copy goes.

    Raises:
        ServiceError: no payment whose record lies in the file in one piece.

    """
    parts = []
    for ending in ("", "-wal"):
        if Path(f"{source}{ending}").exists():
            shutil.copyfile(f"{source}{ending}", f"{copy}{ending}")
            parts.append(Path(f"{copy}{ending}"))
    for row in session.store.read_types(["PaymentIssued"]):
        position, stream, record = row[0], row[1], row[5]
        at = record.find(_FIELD) + len(_FIELD)
        digit = record[at : at + 1]
        if digit in (b"9", b"0", b""):
            continue
        changed = record[:at] + b"9" + record[at + 1 :]
        found = False
        for part in parts:
            content = part.read_bytes()
            if record in content:
                part.write_bytes(content.replace(record, changed))
                found = True
        if found:
            return Tampered(
                position=position,
                stream=stream,
                before_fen=_amount(record),
                after_fen=_amount(changed),
            )
    raise ServiceError(
        f"{source}: expected a payment to change in the copy, found none",
        hint="simulate more cases or months",
    )


def _amount(record: bytes) -> int:
    """Return the amount that a record states."""
    text = record.partition(_FIELD)[2]
    return int(text[: min(text.find(b","), 20)])
