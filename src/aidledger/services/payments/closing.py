"""Closes a month of payments under a Merkle-sum tree: its total, its number of lines, its root.

A month is closed once. What comes late, or is corrected or annulled afterwards, goes into a
supplement with trees of its own: over the lines that are new, and over those taken back. So the
closed figures never change, and at each size the month is what was closed, and added, less what was
taken back.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import msgspec

from aidledger.domain.events.proving import PaymentMonthClosed, PaymentMonthSupplemented
from aidledger.domain.values import is_month, month_of, next_month
from aidledger.ledger.proof import ProofError
from aidledger.ledger.sumtree import MAX_FEN, PaidLine, SumRoot, SumTree
from aidledger.replay.rows import recorded_row
from aidledger.services.acts.recording import record
from aidledger.services.acts.who import Who
from aidledger.services.payments.book import Line, PaymentBook
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session
from aidledger.store.outcome import Outcome, Rejected
from aidledger.store.port import LedgerStore

Statement: TypeAlias = PaymentMonthClosed | PaymentMonthSupplemented
Figures: TypeAlias = dict[str, int | str]
"""The fields of a closing or supplement that follow from the entries."""


class Stated(msgspec.Struct, frozen=True, kw_only=True):
    """A closing or supplement of a month, and where it stands in the log."""

    position: int
    event: Statement


def close_month(
    session: Session, month: str, *, actor: str, office: str, on: str | None = None
) -> Outcome:
    """Close a month of payments as the log stands now.

    Args:
        session: a ledger opened for writing.
        month: ``YYYY-MM``; the payments *for* this month, whenever they were paid.
        actor: who closes it.
        office: for which office.
        on: the day it is closed on; today by default.

    Raises:
        ServiceError: the month is closed already, is far ahead, or is no month.

    """
    if statements(session.store, _checked(month)):
        raise ServiceError(
            f"{month}: expected a month that is not closed, found it closed",
            hint="late payments go into a supplement",
            exit_code=2,
        )
    day = on or session.today
    latest = next_month(month_of(day))  # which may be paid ahead; a later one is mistyped
    if month > latest:
        raise ServiceError(
            f"{month}: expected a month up to {latest}, found one that is far ahead on {day}",
            exit_code=2,
        )
    size = session.store.head().size
    figures = closing_figures(_book(session, month), month, size)
    event = msgspec.convert({**figures, "month": month, "size": size}, PaymentMonthClosed)
    by = Who(actor=actor, office=office, on=day)
    return _recorded(session, event, f"close:{month}", by)


def supplement_month(
    session: Session, month: str, *, actor: str, office: str, on: str | None = None
) -> Outcome:
    """Add to a closed month what has changed since; the arguments are those of ``close_month``.

    Raises:
        ServiceError: the month is not closed, or nothing has changed.

    """
    known = statements(session.store, _checked(month))
    if not known:
        raise ServiceError(
            f"{month}: expected a closed month, found none", hint="close it first", exit_code=2
        )
    size, last = session.store.head().size, known[-1].event.size
    figures = supplement_figures(_book(session, month), month, last, size)
    if not figures["count"] and not figures["withdrawn_count"]:
        raise ServiceError(
            f"{month}: expected payments that came late or were amended, found none", exit_code=2
        )
    number = len(known)
    event = msgspec.convert(
        {**figures, "month": month, "number": number, "size": size}, PaymentMonthSupplemented
    )
    by = Who(actor=actor, office=office, on=on or session.today)
    return _recorded(session, event, f"supplement:{month}:{number}", by)


def _book(session: Session, month: str) -> PaymentBook:
    """Return what a month is closed from: payments that can all be read.

    Raises:
        ServiceError: some can't be.

    """
    book = PaymentBook(session.store, month=month)
    if book.lacks:
        raise ServiceError(
            f"{month}: expected payments that can all be read, found some that can't be",
            hint="aidledger verify names them; nothing was recorded",
        )
    return book


def statements(store: LedgerStore, month: str) -> list[Stated]:
    """Return the closing of a month and its supplements, as recorded."""
    found = []
    for row in store.read_stream(f"month/{month}"):
        entry = recorded_row(row)
        if entry is not None and isinstance(
            entry.event, (PaymentMonthClosed, PaymentMonthSupplemented)
        ):
            found.append(Stated(position=entry.position, event=entry.event))
    return found


def closing_figures(book: PaymentBook, month: str, size: int) -> Figures:
    """Return what a closing at this size must say.

    Raises:
        ServiceError: a total that no entry can hold.

    """
    root = sum_tree(book.issued(month, size)).root
    return _of_tree(root) | _returned(book, month, size)


def supplement_figures(book: PaymentBook, month: str, last: int, size: int) -> Figures:
    """Return what a supplement at this size must say, the statement before having been at `last`.

    Raises:
        ServiceError: a total that no entry can hold.

    """
    late, withdrawn = changes(book, month, last, size)
    taken = _of_tree(sum_tree(withdrawn).root)
    figures = _of_tree(sum_tree(late).root) | _returned(book, month, size)
    return figures | {
        "withdrawn_count": taken["count"],
        "withdrawn_fen": taken["total_fen"],
        "withdrawn_root": taken["root"],
    }


def changes(
    book: PaymentBook, month: str, last: int, size: int | None
) -> tuple[list[Line], list[Line]]:
    """Return the lines that stand at a size and didn't at the one before, and the other way round."""
    before, now = book.issued(month, last), book.issued(month, size)
    counted = {(line.position, line.amount_fen) for line in before}
    standing = {(line.position, line.amount_fen) for line in now}
    return (
        [line for line in now if (line.position, line.amount_fen) not in counted],
        [line for line in before if (line.position, line.amount_fen) not in standing],
    )


def sum_tree(lines: Sequence[Line]) -> SumTree:
    """Return the tree over lines. Raises ServiceError where no entry could hold its total."""
    try:
        return SumTree([PaidLine(line.position, line.entry, line.amount_fen) for line in lines])
    except ProofError as error:
        raise ServiceError(str(error)) from None


def total_fen(lines: Sequence[Line]) -> int:
    """Return a sum in fen. Raises ServiceError where no entry could hold it."""
    total = sum(line.amount_fen for line in lines)
    if total > MAX_FEN:
        raise ServiceError("total: expected at most 2^53 - 1 fen")
    return total


def _of_tree(root: SumRoot) -> Figures:
    return {"count": root.count, "root": root.hash.hex(), "total_fen": root.total_fen}


def _returned(book: PaymentBook, month: str, size: int) -> Figures:
    lines = book.returned(month, size)
    return {"returned_count": len(lines), "returned_fen": total_fen(lines)}


def _recorded(session: Session, event: Statement, cause: str, by: Who) -> Outcome:
    """Record a statement; two who make it at once have one cause, so that only one can."""
    outcome = record(session, [by.says(f"month/{event.month}", event)], cause=cause)
    if isinstance(outcome, Rejected) and outcome.code == "cause_reused":
        raise ServiceError(
            f"{event.month}: somebody else has just said the like of it",
            hint="look at what was recorded, then try again",
            exit_code=75,
        )
    return outcome


def _checked(month: str) -> str:
    if not is_month(month):
        raise ServiceError("month: expected YYYY-MM", exit_code=2)
    return month
