"""A fund as the entries make it: whose programme it is for, and what is in it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from aidledger.domain.events import fund as events
from aidledger.domain.events import payment
from aidledger.domain.recorded import END_OF_TIME, Recorded, standing


class Fund(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The state of one fund. What other funds moved into it stands in their streams."""

    stream: str
    version: int = 0
    programme: str = ""
    account: str = ""
    balance_fen: int = 0
    """Of its own stream: received, donated and returned, less disbursed and moved to other funds."""


def evolve_fund(fund: Fund, at: Recorded) -> Fund:
    """Return the fund after one more entry of its stream."""
    change = msgspec.structs.replace
    fund = change(fund, version=at.version)
    match at.event:
        case events.FundAllocated() as event:
            return change(fund, programme=event.programme)
        case events.AccountOpened() as event:
            return change(fund, account=event.account)
        case (
            payment.FundReceived(amount_fen=fen)
            | payment.FundReturned(amount_fen=fen)
            | events.DonationReceived(amount_fen=fen)
        ):
            return change(fund, balance_fen=fund.balance_fen + fen)
        case payment.FundDisbursed(amount_fen=fen) | events.FundTransferred(amount_fen=fen):
            return change(fund, balance_fen=fund.balance_fen - fen)
        case _:
            return fund


def fold_fund(stream: str, entries: Iterable[Recorded], *, as_of: str = END_OF_TIME) -> Fund:
    """Fold a fund's entries in log order, leaving out what is effective after ``as_of``."""
    fund = Fund(stream=stream)
    for entry in standing(entries, as_of=as_of):
        fund = evolve_fund(fund, entry)
    return fund


def fund_facts(fund: Fund | None) -> dict[str, Any]:
    """Return the facts of a fund that clauses may ask about."""
    if fund is None:
        return {}
    return {
        "programme": fund.programme,
        "balance_fen": fund.balance_fen,
        "account_opened": bool(fund.account),
    }
