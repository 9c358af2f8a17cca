"""Double entry over what is recorded: each event of money moves one sum from an account to another.

Every claim and every debt has an account of its own, which one event opens and another settles: a
roster makes a debt to the person, the payment settles it; an allocation makes a claim on a level of
government, the receipt settles it. What has been settled and was never recorded, or recorded and
never settled, is what is left on such an account. Facts: S4-115, S4-118.

``postings.sql`` derives the same lines independently.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import msgspec

from aidledger.domain.events import (
    contract,
    fund,
    goods,
    helping,
    intake,
    payment,
    support,
    unit,
)
from aidledger.domain.events.base import Event
from aidledger.domain.events.catalog import EVENTS, wire_name
from aidledger.domain.recorded import END_OF_TIME, Recorded, standing

COLLECTED: Final = "assets:collected"
"""Money that recipients gave back and that is in no fund yet."""
UNKNOWN: Final = "unknown"
"""The programme of a case without an application."""


class Posting(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One line of an entry: a sum in fen to an account, debit above zero and credit below."""

    account: str
    fen: int


class Posted(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The lines of the entry at a position; their sum is zero."""

    position: int
    effective_on: str
    stream: str
    event: str
    lines: tuple[Posting, ...]


def posted(entries: Iterable[Recorded], *, as_of: str = END_OF_TIME) -> list[Posted]:
    """Return the lines of the entries that stand on a day, by position.

    The programme of a case is that of its last application before the entry.
    """
    streams: dict[str, list[Recorded]] = {}
    for entry in entries:
        streams.setdefault(entry.stream, []).append(entry)
    found = [one for each in streams.values() for one in _of_stream(standing(each, as_of=as_of))]
    return sorted(found, key=lambda one: one.position)


def trial_balance(entries: Iterable[Posted]) -> dict[str, tuple[int, int]]:
    """Return what stands on each account as (debit fen, credit fen), accounts in order."""
    sums: dict[str, tuple[int, int]] = {}
    for line in (line for entry in entries for line in entry.lines):
        debit, credit = sums.get(line.account, (0, 0))
        sums[line.account] = (debit + max(line.fen, 0), credit + max(-line.fen, 0))
    return dict(sorted(sums.items()))


def postings_of(event: Event, stream: str, programme: str = UNKNOWN) -> tuple[Posting, ...]:
    """Return the lines of one event of a stream; none where no money moves or is owed."""
    move = _MOVES.get(type(event))
    if move is None:
        return ()
    debit, credit, fen = move(event, stream, programme)
    return (Posting(account=debit, fen=fen), Posting(account=credit, fen=-fen))


def _of_stream(entries: Iterable[Recorded]) -> Iterator[Posted]:
    programme = UNKNOWN
    for entry in entries:
        if isinstance(entry.event, intake.ApplicationSubmitted):
            programme = entry.event.programme
        lines = postings_of(entry.event, entry.stream, programme)
        if lines:
            yield Posted(
                position=entry.position,
                effective_on=entry.effective_on,
                stream=entry.stream,
                event=wire_name(entry.event),
                lines=lines,
            )


def _owed(case: str) -> str:
    """Return the account of what a person is still to be paid."""
    return f"liabilities:owed/{case}"


def _returned(case: str) -> str:
    """Return the account of what came back from the bank and was not sent again."""
    return f"liabilities:returned/{case}"


def _recoverable(case: str) -> str:
    """Return the account of what a person was ordered to give back and has not."""
    return f"assets:recoverable/{case}"


def _purpose(purpose: str) -> str:
    """Return the account of what was promised for a purpose and is to be paid out of a fund."""
    return f"liabilities:purpose/{purpose}"


def _fund(fund: str) -> str:
    """Return the account of the money in a fund, by its stream or its name."""
    return "assets:" + (fund if fund.startswith("fund/") else f"fund/{fund}")


def _run(run: str) -> str:
    """Return the account of the money that the bank holds for a pay run."""
    return "assets:" + (run if run.startswith("run/") else f"run/{run}")


Move = Callable[[Any, str, str], tuple[str, str, int]]
"""From an event, its stream and its programme to (account debited, account credited, fen)."""
_MOVES: Final[dict[type[Event], Move]] = {
    payment.FundReceived: lambda e, s, _: (f"assets:{s}", f"assets:due/{e.level}", e.amount_fen),
    payment.FundDisbursed: lambda e, s, _: (
        _purpose(e.purpose) if e.run is None else _run(e.run),
        f"assets:{s}",
        e.amount_fen,
    ),
    payment.FundReturned: lambda e, s, _: (
        f"assets:{s}",
        COLLECTED if e.run is None else _run(e.run),
        e.amount_fen,
    ),
    payment.PaymentRostered: lambda e, s, p: (f"expenses:support/{p}", _owed(s), e.amount_fen),
    payment.PaymentIssued: lambda e, s, _: (_owed(s), _run(e.run), e.amount_fen),
    payment.PaymentReturned: lambda e, s, _: (_run(e.run), _returned(s), e.amount_fen),
    payment.PaymentReissued: lambda e, s, _: (_returned(s), _owed(s), e.amount_fen),
    payment.PaymentRecovered: lambda e, s, _: (COLLECTED, _recoverable(s), e.amount_fen),
    support.FuneralArranged: lambda e, *_: ("expenses:funeral", _purpose("funeral"), e.cost_fen),
    helping.DirectPurchaseMade: lambda e, *_: (
        "expenses:emergency",
        _purpose("emergency"),
        e.amount_fen,
    ),
    fund.FundAllocated: lambda e, *_: (
        f"assets:due/{e.from_level}",
        f"income:grants/{e.programme}",
        e.amount_fen,
    ),
    fund.FundTransferred: lambda e, s, _: (_fund(e.to_fund), f"assets:{s}", e.amount_fen),
    fund.RecoveryOrdered: lambda e, s, p: (
        _recoverable(s),
        f"expenses:support/{p}",
        e.amount_fen,
    ),
    fund.RecoveryWaived: lambda e, s, _: ("expenses:waived", _recoverable(s), e.amount_fen),
    goods.GoodsReceived: lambda e, s, _: (
        f"assets:{s}",
        _purpose("goods") if e.kind == "bought" else "income:donated",
        e.value_fen,
    ),
    goods.GoodsIssued: lambda e, s, _: (f"expenses:goods/{e.purpose}", f"assets:{s}", e.value_fen),
    goods.GoodsReturned: lambda e, s, _: (f"assets:{s}", "expenses:goods/returned", e.value_fen),
    fund.DonationReceived: lambda e, s, _: (f"assets:{s}", "income:donated", e.amount_fen),
    unit.FacilitySubsidyPaid: lambda e, *_: (
        f"expenses:facility/{e.kind}",
        _purpose("facility"),
        e.amount_fen,
    ),
    contract.ServiceInvoiced: lambda e, s, _: (
        f"assets:invoiced/{s}",
        _purpose("service"),
        e.amount_fen,
    ),
    contract.ServiceAccepted: lambda e, s, _: (
        "expenses:service",
        f"assets:invoiced/{s}",
        e.amount_fen,
    ),
}
BOOKED: Final = tuple(sorted(name for name, kind in EVENTS.items() if kind.struct in _MOVES))
"""Wire names of the events that have postings."""
