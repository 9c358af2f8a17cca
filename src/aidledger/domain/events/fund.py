"""Money of the funds beside receipts and payments: allocated, moved, stated by the bank, recovered."""

from __future__ import annotations

from typing import Literal

from aidledger.domain.events.base import (
    Code,
    Count,
    Day,
    Digest,
    Event,
    Fen,
    MonthText,
    Source,
    Token,
)


class FundAllocated(Event, frozen=True, kw_only=True):
    """资金下达: a level of government promises money for a programme and a year, by a document."""

    amount_fen: Fen
    document: Code
    from_level: Literal["central", "province", "city", "county"]
    programme: Code
    source: Source = "office"
    year: Count


class AccountOpened(Event, frozen=True, kw_only=True):
    """开立专户: the account at a bank that holds the fund, and what it is for; its number is sealed."""

    account: Token
    bank: Code
    purpose: Code
    source: Source = "office"


class FundTransferred(Event, frozen=True, kw_only=True):
    """资金调拨: money moved out of this fund into another."""

    amount_fen: Fen
    to_fund: Code


class BankStatementReceived(Event, frozen=True, kw_only=True):
    """银行对账单: what the bank says is in the fund's account at the end of a day."""

    balance_fen: Fen
    file: Digest
    source: Source = "bank"
    stated_on: Day


class RecoveryOrdered(Event, frozen=True, kw_only=True):
    """责令退回: the recipient is to give back what was paid wrongly for some months."""

    amount_fen: Fen
    due_on: Day
    from_month: MonthText
    reason: Code
    to_month: MonthText


class RecoveryWaived(Event, frozen=True, kw_only=True):
    """免予追回: what was ordered is given up, by an authority's document."""

    amount_fen: Fen
    authority: Code
    reason: Code


class DonationReceived(Event, frozen=True, kw_only=True):
    """接受捐赠: money given by somebody outside government, for a purpose where one was named."""

    amount_fen: Fen
    donor: Code
    purpose: Code | None = None
    source: Source = "office"
