"""Holds a bank's file against the payments of a run or a month, line by line, and records it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from aidledger.domain.events.proving import BankFileReconciled
from aidledger.domain.values import is_month
from aidledger.services.acts.recording import record
from aidledger.services.acts.who import Who
from aidledger.services.payments.book import Line, PaymentBook
from aidledger.services.payments.closing import total_fen
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session
from aidledger.store.outcome import Outcome


class BankLine(NamedTuple):
    """One line of a bank's file: whom it paid (the case's stream), for which month, how much."""

    stream: str
    month: str
    amount_fen: int


class Reconciled(NamedTuple):
    """How the two agree, and what became of the entry that says so."""

    event: BankFileReconciled
    outcome: Outcome


def reconcile(
    session: Session,
    stream: str,
    lines: Sequence[BankLine],
    *,
    file: str,
    actor: str,
    office: str,
    on: str | None = None,
) -> Reconciled:
    """Record how a bank's file and the ledger agree.

    Args:
        session: a ledger opened for writing.
        stream: what the file is about: ``run/…`` or ``month/YYYY-MM``.
        lines: every line that the bank says it paid, those that it returned later among them.
        file: SHA-256 of the file, in hex.
        actor: who compares.
        office: for which office.
        on: the day it is done on; today by default.

    Raises:
        ServiceError: another stream, no such run, no hash, or amounts that no file can hold.

    """
    kind, _, name = stream.partition("/")
    if not (kind == "run" or (kind == "month" and is_month(name))):
        raise ServiceError("stream: expected run/… or month/YYYY-MM", exit_code=2)
    size = session.store.head().size
    paid = ledger_lines(PaymentBook(session.store), stream, size)
    if kind == "run" and not paid and not session.states.version(stream):
        raise ServiceError(
            f"{stream[:60]}: expected a pay run of this ledger, found none", exit_code=2
        )
    bank_fen = sum(line.amount_fen for line in lines)
    if any(line.amount_fen < 0 for line in lines):
        raise ServiceError("bank file: expected amounts from 0", exit_code=2)
    ours = Counter(BankLine(line.stream, line.month, line.amount_fen) for line in paid)
    theirs = Counter(lines)
    ledger_fen = total_fen(paid)
    try:
        event = msgspec.convert(
            {
                "bank_count": len(lines),
                "bank_fen": bank_fen,
                "bank_only_count": (theirs - ours).total(),
                "difference_fen": ledger_fen - bank_fen,
                "file": file,
                "ledger_count": len(paid),
                "ledger_fen": ledger_fen,
                "ledger_only_count": (ours - theirs).total(),
                "size": size,
            },
            BankFileReconciled,
        )
    except msgspec.ValidationError as error:
        raise ServiceError(f"bank file: {error}", exit_code=2) from None
    by = Who(actor=actor, office=office, on=on or session.today)
    outcome = record(session, [by.says(stream, event)], cause=f"reconcile:{file}:{size}")
    return Reconciled(event, outcome)


def ledger_lines(book: PaymentBook, stream: str, size: int) -> list[Line]:
    """Return the payments of a run, or for a month, that stood at a size of the log."""
    kind, _, name = stream.partition("/")
    return book.issued(name, size) if kind == "month" else book.of_run(stream, size)
