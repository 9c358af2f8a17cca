"""What auditors look for in funds and goods, from the definitions of the findings alone.

They know the numbers of the county's rules as its texts have them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from tests.services.detectors import Found, History, first, kind, only

from aidledger.domain.events.helping import HelpGranted
from aidledger.domain.recorded import Recorded
from aidledger.domain.values import add_months

SHARES = {"central": 550, "province": 200, "city": 50, "county": 200}
LAST_PAY_DAY = 10


def f055(h: History) -> Found:
    """A rise known before the next roster, and no arrears line on it for the month before."""
    for case in h.cases():
        rosters = {
            (e.event.month, e.event.kind): e for e in reversed(only(case, "PaymentRostered"))
        }
        for (month, line_kind), line in rosters.items():
            following = rosters.get((add_months(month, 1), "regular"))
            if line_kind != "regular" or following is None or (month, "arrears") in rosters:
                continue
            known = [e for e in only(case, "EntitlementSet") if e.position < following.position]
            holding = max(
                (e for e in known if e.event.from_month <= month),
                key=lambda e: (e.event.from_month, e.position),
                default=None,
            )
            if holding is not None and line.event.amount_fen < holding.event.monthly_fen:
                yield holding.position


def f066(h: History) -> Found:
    for paid in only(h.entries, "PaymentIssued"):
        event = paid.event
        if event.kind == "regular" and event.paid_on > f"{event.month}-{LAST_PAY_DAY}":
            yield paid.position


def f067(h: History) -> Found:
    for case in h.cases():
        if not first(case, "ApplicationApproved"):
            yield from beyond_grants(case)


def beyond_grants(case: list[Recorded]) -> Found:
    """Payments of a case that go beyond all help granted to it in money so far."""
    left = 0
    for e in only(case, "HelpGranted", "PaymentIssued"):
        if isinstance(e.event, HelpGranted):
            left += e.event.amount_fen if e.event.way == "money" else 0
        else:
            left -= e.event.amount_fen
            if left < 0:
                yield e.position


def f073(h: History) -> Found:
    for stated in only(h.entries, "BankStatementReceived"):
        balance_fen = sum(
            signed(e) for e in h.streams[stated.stream] if e.effective_on <= stated.event.stated_on
        )
        if balance_fen != stated.event.balance_fen:
            yield stated.position


def signed(entry: Any) -> int:
    """Return what an entry of a fund adds to it."""
    match kind(entry):
        case "FundReceived" | "FundReturned":
            return int(entry.event.amount_fen)
        case "FundDisbursed" | "FundTransferred":
            return -int(entry.event.amount_fen)
        case _:
            return 0


def f074(h: History) -> Found:
    """What came in on one day is one allocation: each level's part of it is its share."""
    days: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for receipt in only(h.entries, "FundReceived"):
        days[receipt.stream, receipt.effective_on].append(receipt)
    for (fund, _), receipts in days.items():
        total = sum(e.event.amount_fen for e in receipts)
        for level, permille in SHARES.items():
            given = sum(e.event.amount_fen for e in receipts if e.event.level == level)
            if fund.startswith("fund/tekun") and abs(given * 1000 - total * permille) > 9000:
                yield from (e.position for e in receipts if e.event.level == level)


def f076(h: History) -> Found:
    for name, entries in h.streams.items():
        if name.startswith("stock/"):
            yield from unbalanced(entries)


def unbalanced(entries: list[Any]) -> Found:
    """Yield issues to nobody, and counts that are not what the book has on their day."""
    signs = {"GoodsReceived": 1, "GoodsReturned": 1, "GoodsIssued": -1}
    for entry in entries:
        if kind(entry) == "GoodsIssued" and entry.event.case is None:
            yield entry.position
        if kind(entry) == "GoodsCounted":
            book = sum(
                signs.get(kind(e), 0) * e.event.quantity
                for e in entries
                if e.effective_on <= entry.event.counted_on and e.event.item == entry.event.item
            )
            if book != entry.event.quantity:
                yield entry.position


MONEY: dict[str, Callable[[History], Found]] = {
    "F055": f055,
    "F066": f066,
    "F067": f067,
    "F073": f073,
    "F074": f074,
    "F076": f076,
}
