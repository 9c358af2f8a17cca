"""Works every closed month, supplement and bank reconciliation out again from the entries before it.

Whoever records around the services can state any total; here it is compared with the payments. A
payment that came after its month was closed must stand in a supplement.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from aidledger.domain.events.proving import (
    BankFileReconciled,
    PaymentMonthClosed,
    PaymentMonthSupplemented,
)
from aidledger.domain.recorded import Recorded
from aidledger.ledger.finding import Finding
from aidledger.services.decoding import recorded_all
from aidledger.services.payments.book import PaymentBook
from aidledger.services.payments.closing import (
    Figures,
    changes,
    closing_figures,
    supplement_figures,
    total_fen,
)
from aidledger.services.payments.reconciling import ledger_lines
from aidledger.services.problems import ServiceError
from aidledger.store.port import LedgerStore

_TYPES: Final = ("BankFileReconciled", "PaymentMonthClosed", "PaymentMonthSupplemented")


def check_closings(store: LedgerStore) -> list[Finding]:
    """Return what is wrong with closed months and reconciliations, in the order of the log."""
    said = recorded_all(store.read_types(_TYPES))
    if not said:
        return []
    book = PaymentBook(store)
    findings: list[Finding] = []
    last: dict[str, PaymentMonthClosed | PaymentMonthSupplemented] = {}
    for entry in said:
        match entry.event:
            case BankFileReconciled() as event:
                findings += _reconciliation(book, entry, event)
            case PaymentMonthClosed() | PaymentMonthSupplemented() as event:
                findings += _statement(book, entry, event, last.get(event.month))
                if event.month not in last or isinstance(event, PaymentMonthSupplemented):
                    last[event.month] = event
            case _:  # a column that says another type than its record: a rung below finds it
                continue
    for month in sorted(last):
        findings += _unlisted(book, month, last[month].size)
    return findings


def _statement(
    book: PaymentBook,
    entry: Recorded,
    event: PaymentMonthClosed | PaymentMonthSupplemented,
    before: PaymentMonthClosed | PaymentMonthSupplemented | None,
) -> Iterator[Finding]:
    """Check the place of a closing or supplement among the others, then its figures."""
    yield from _order(entry, event, before)
    try:
        if isinstance(event, PaymentMonthClosed):
            figures = closing_figures(book, event.month, event.size)
        elif before is not None:
            figures = supplement_figures(book, event.month, before.size, event.size)
        else:
            return
    except ServiceError as error:
        yield _finding("month_total_differs", entry, "total_fen", str(error), "another")
        return
    yield from _compared("month_total_differs", entry, event, figures)


def _order(
    entry: Recorded,
    event: PaymentMonthClosed | PaymentMonthSupplemented,
    before: PaymentMonthClosed | PaymentMonthSupplemented | None,
) -> Iterator[Finding]:
    """Yield what is wrong with the place of a statement: one closing, then supplements 1, 2, 3."""
    code = "month_order"
    if entry.stream != f"month/{event.month}":
        yield _finding(code, entry, "month", entry.stream.partition("/")[2], event.month)
    if event.size > entry.position:
        yield _finding(code, entry, "size", f"at most {entry.position}", str(event.size))
    if isinstance(event, PaymentMonthClosed):
        if before is not None:
            yield _finding(code, entry, "month", "a month closed once", "a month closed before")
        return
    if before is None:
        yield _finding(code, entry, "month", "a closed month", "a month that is not closed")
        return
    number = before.number + 1 if isinstance(before, PaymentMonthSupplemented) else 1
    if event.number != number:
        yield _finding(code, entry, "number", str(number), str(event.number))
    if event.size < before.size:
        yield _finding(code, entry, "size", f"at least {before.size}", str(event.size))


def _reconciliation(
    book: PaymentBook, entry: Recorded, event: BankFileReconciled
) -> Iterator[Finding]:
    """Check the ledger's side of a reconciliation, and that its own figures fit together."""
    code = "bank_file_differs"
    if event.size > entry.position:
        yield _finding(code, entry, "size", f"at most {entry.position}", str(event.size))
    lines = ledger_lines(book, entry.stream, event.size)
    try:
        total = total_fen(lines)
    except ServiceError as error:
        yield _finding(code, entry, "ledger_fen", str(error), str(event.ledger_fen))
        return
    figures: Figures = {
        "difference_fen": total - event.bank_fen,
        "ledger_count": len(lines),
        "ledger_fen": total,
    }
    yield from _compared(code, entry, event, figures)
    matched = event.bank_count - event.bank_only_count
    if matched < 0 or matched != len(lines) - event.ledger_only_count:
        expected = "as many lines matched on both sides"
        yield _finding(code, entry, "bank_only_count", expected, str(event.bank_only_count))


def _unlisted(book: PaymentBook, month: str, size: int) -> Iterator[Finding]:
    """Yield the lines of a closed month that changed after its last statement."""
    late, withdrawn = changes(book, month, size, None)
    for lines, found in ((late, "in none"), (withdrawn, "counted as it was")):
        for line in lines:
            yield Finding(
                code="month_late_payment_unlisted",
                position=line.position,
                stream=line.stream,
                field="data.amount_fen",
                expected=f"{line.amount_fen} fen in a supplement of {month}",
                found=found,
            )


def _compared(
    code: str,
    entry: Recorded,
    event: PaymentMonthClosed | PaymentMonthSupplemented | BankFileReconciled,
    figures: Figures,
) -> Iterator[Finding]:
    for field, expected in sorted(figures.items()):
        found = getattr(event, field)
        if found != expected:
            yield _finding(code, entry, field, str(expected), str(found))


def _finding(code: str, entry: Recorded, field: str, expected: str, found: str) -> Finding:
    return Finding(
        code=code,
        position=entry.position,
        stream=entry.stream,
        field=f"data.{field}",
        expected=expected,
        found=found,
    )
