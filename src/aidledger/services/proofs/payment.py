"""Proves one payment within the total that a month was closed with, and checks such a proof."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

from aidledger.domain.events.catalog import decode_data
from aidledger.domain.events.payment import PaymentIssued
from aidledger.domain.events.proving import PaymentMonthClosed, PaymentMonthSupplemented
from aidledger.ledger.entry import EntryError, decode_entry
from aidledger.ledger.proof import ProofError
from aidledger.ledger.prooffile import PaymentProof, encode_proof, parse_payment_proof
from aidledger.ledger.sumtree import PaidLine, SumRoot, check_line
from aidledger.ledger.tree import leaf_hash
from aidledger.replay.rows import recorded_row
from aidledger.services.payments.book import PaymentBook
from aidledger.services.payments.closing import changes, statements, sum_tree
from aidledger.services.problems import ServiceError
from aidledger.store.port import LedgerStore

_REFUSED: Final = "refused"


class PaymentAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """What a payment's proof says: counted in, or taken back from, a total; or refused and why.

    ``corrected``: the entry itself states another amount or month; a correction made it count so.
    """

    status: Literal["counted", "withdrawn", "refused"]
    why: str = ""
    month: str = ""
    amount_fen: int = 0
    total_fen: int = 0
    count: int = 0
    corrected: bool = False


def prove_payment(store: LedgerStore, position: int, *, month: str | None = None) -> bytes:
    """Return the proof file of what was said last of a payment, in its month's statements.

    Args:
        store: a ledger.
        position: that of its ``PaymentIssued`` entry.
        month: for which it counts, where a correction gave it another than it states.

    Raises:
        ServiceError: no payment there, its month is not closed, or no statement names it.

    """
    row = next(iter(store.read(position, position + 1)), None)
    entry = None if row is None else recorded_row(row)
    if entry is None or not isinstance(entry.event, PaymentIssued):
        raise ServiceError(f"position {position}: expected a payment, found none", exit_code=2)
    month = month or entry.event.month
    known = statements(store, month)
    book = PaymentBook(store, month=month)
    for number in range(len(known) - 1, -1, -1):
        event, last = known[number].event, known[number - 1].event.size
        counted, withdrawn = (
            changes(book, month, last, event.size)
            if number
            else (book.issued(month, event.size), [])
        )
        for name, lines in (("counted", counted), ("withdrawn", withdrawn)):
            at = next((n for n, line in enumerate(lines) if line.position == position), None)
            if at is not None:
                return encode_proof(
                    PaymentProof(
                        amount_fen=lines[at].amount_fen,
                        index=at,
                        list=name,  # type: ignore[arg-type]  # one of the two
                        path=sum_tree(lines).path(at),
                        position=position,
                        sealed_at=known[number].position,
                    )
                )
    raise ServiceError(
        f"position {position}: expected it in a statement of {month}, found it in none",
        hint="close or supplement the month",
        exit_code=2,
    )


def check_payment(payment: bytes, proof: bytes, statement: bytes) -> PaymentAnswer:
    """Check a payment's proof with nothing but bytes.

    Args:
        payment: the record of the ``PaymentIssued`` entry.
        proof: the proof file.
        statement: the record at the proof's ``sealed_at``, the closing or a supplement. That it
            stands there in the log must be proven apart, by its inclusion in a checkpoint.

    """
    try:
        parsed = parse_payment_proof(proof)
        issued = _event_of(payment)
        stated = _event_of(statement)
    except (ProofError, EntryError, msgspec.ValidationError) as error:
        return PaymentAnswer(status=_REFUSED, why=str(error)[:200])
    if not isinstance(issued, PaymentIssued):
        return PaymentAnswer(status=_REFUSED, why="payment: expected a PaymentIssued entry")
    if isinstance(stated, PaymentMonthSupplemented) and parsed.list == "withdrawn":
        root, total, count = stated.withdrawn_root, stated.withdrawn_fen, stated.withdrawn_count
    elif isinstance(stated, (PaymentMonthClosed, PaymentMonthSupplemented)) and (
        parsed.list == "counted"
    ):
        root, total, count = stated.root, stated.total_fen, stated.count
    else:
        return PaymentAnswer(status=_REFUSED, why="statement: expected one with such a list")
    line = PaidLine(parsed.position, leaf_hash(payment), parsed.amount_fen)
    sum_root = SumRoot(bytes.fromhex(root), total, count)
    answer = check_line(line, parsed.index, parsed.path, sum_root)
    if not answer.proven:
        return PaymentAnswer(status=_REFUSED, why=answer.why)
    own = (issued.amount_fen, issued.month)
    return PaymentAnswer(
        status=parsed.list,
        month=stated.month,
        amount_fen=parsed.amount_fen,
        total_fen=total,
        count=count,
        corrected=own != (parsed.amount_fen, stated.month),
    )


def _event_of(record_bytes: bytes) -> object:
    entry = decode_entry(record_bytes)
    return decode_data(entry.type, msgspec.json.encode(entry.data))
