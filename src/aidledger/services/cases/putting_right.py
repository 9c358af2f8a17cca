"""Proposals that put right what followed from an amended entry: lines that `record` accepts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from aidledger.domain.chain import Chain, Orders
from aidledger.services.cases.followed import Consequence
from aidledger.services.payments.book import PaymentBook
from aidledger.services.payments.closing import statements, supplement_figures
from aidledger.services.session import Session

_REASON: Final = "entry_amended"


def recovery_order(
    chain: Chain, left: dict[str, int], orders: Orders, due_on: str
) -> Iterator[dict[str, Any]]:
    """Yield the order to give back what was paid too much and nobody has ordered back so far."""
    months = sorted(month for month, fen in left.items() if fen)
    rest = sum(left.values()) - orders.outstanding_fen - orders.waived_fen
    if not months or rest <= 0:
        return
    data = {
        "amount_fen": rest,
        "due_on": due_on,
        "from_month": months[0],
        "reason": _REASON,
        "to_month": months[-1],
    }
    yield {"type": "RecoveryOrdered", "stream": chain.root.stream, "data": data}


def proposals(
    session: Session, chain: Chain, followed: list[Consequence]
) -> Iterator[dict[str, Any]]:
    """Yield what would put right each open consequence; payments once for each month."""
    made = chain.amendment
    why = (
        {}
        if made is None
        else {
            "authority": getattr(made.event, "authority", ""),
            "reason": getattr(made.event, "reason", ""),
        }
    )
    for one in followed:
        match one.proposal:
            case "annul":
                data = {"position": one.position, **why}
                yield {"type": "EntryAnnulled", "stream": one.stream, "data": data}
            case "withdraw":
                yield _withdrawal(session, chain, one)
            case "supplement":
                yield _supplement(session, one.month or "")
            case "recover" | "decide_again" | None:
                pass  # one order asks all the money back; a decision is somebody's to take


def _withdrawal(session: Session, chain: Chain, one: Consequence) -> dict[str, Any]:
    """Return the proposal that takes a list down on the day of the amendment."""
    [entry] = [e for e in session.stream(one.stream) if e.position == one.position]
    on = chain.amendment.effective_on if chain.amendment else one.effective_on
    data = {"file": getattr(entry.event, "file", ""), "withdrawn_on": on}
    return {"type": "ListWithdrawn", "stream": one.stream, "data": data}


def _supplement(session: Session, month: str) -> dict[str, Any]:
    """Return the proposal of the supplement of a closed month, as the log stands now."""
    said, size = statements(session.store, month), session.store.head().size
    book = PaymentBook(session.store, month=month)
    figures = supplement_figures(book, month, said[-1].event.size, size)
    data = {**figures, "month": month, "number": len(said), "size": size}
    return {"type": "PaymentMonthSupplemented", "stream": f"month/{month}", "data": data}
