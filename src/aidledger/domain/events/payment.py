"""The pay run and its lines, from the roster to what the bank says, and the funds behind them."""

from __future__ import annotations

from typing import Literal

from aidledger.domain.events.base import (
    AmountLine,
    Code,
    Count,
    Day,
    Digest,
    Event,
    Fen,
    MonthText,
    Source,
    Text,
    Token,
)


class PayRunOpened(Event, frozen=True, kw_only=True):
    """发放批次: opened for a month, out of a fund."""

    fund: Code
    kind: Literal["regular", "supplement"] = "regular"
    month: MonthText


class PaymentRostered(Event, frozen=True, kw_only=True):
    """列入花名册: one person, one month, one amount, one account."""

    account: Token
    amount_fen: Fen
    kind: Literal["regular", "arrears", "one_off"] = "regular"
    month: MonthText
    parts: tuple[AmountLine, ...] = ()
    run: Code


class PayRunApproved(Event, frozen=True, kw_only=True):
    """批次批准: so many lines, so much money."""

    lines: Count
    total_fen: Fen


class BankFileIssued(Event, frozen=True, kw_only=True):
    """银行文件: the file handed to the bank, held by hash."""

    file: Digest
    lines: Count
    total_fen: Fen


class BankResultReceived(Event, frozen=True, kw_only=True):
    """银行回盘: what the bank says of the file: lines and sums paid and returned."""

    file: Digest
    paid_fen: Fen
    paid_lines: Count
    returned_fen: Fen
    returned_lines: Count
    source: Source = "bank"


class PaymentIssued(Event, frozen=True, kw_only=True):
    """发放: the bank has paid this line. A fact, be it right or wrong."""

    account: Token
    amount_fen: Fen
    kind: Literal["regular", "arrears", "reissue", "one_off"] = "regular"
    month: MonthText
    paid_on: Day
    run: Code
    source: Source = "bank"


class PaymentReturned(Event, frozen=True, kw_only=True):
    """退回: the bank gave the money of a line back."""

    amount_fen: Fen
    month: MonthText
    reason: Code
    returned_on: Day
    run: Code
    source: Source = "bank"


class PaymentReissued(Event, frozen=True, kw_only=True):
    """补发: a returned line is sent once more, to the account now bound."""

    account: Token
    amount_fen: Fen
    month: MonthText
    run: Code


class CashHandedOver(Event, frozen=True, kw_only=True):
    """现金发放: the money of a line reached the person in cash, with the ground if there is one (F070).

    It moves no money of the fund: what the bank paid out stands in the issued line of that month.
    """

    amount_fen: Fen
    ground: Code | None = None
    month: MonthText
    receipt: Digest | None = None
    run: Code
    source: Source = "office"


class PaymentRecovered(Event, frozen=True, kw_only=True):
    """追回: money paid wrongly came back from the recipient."""

    amount_fen: Fen
    month: MonthText
    reason: Code
    source: Source = "office"


class FundReceived(Event, frozen=True, kw_only=True):
    """资金到账: an allocation by level of government."""

    amount_fen: Fen
    level: Literal["central", "province", "city", "county"]
    source: Source = "office"
    year: Count


class FundDisbursed(Event, frozen=True, kw_only=True):
    """资金支出: out of the fund, for a purpose, for a run where there is one."""

    amount_fen: Fen
    purpose: Code
    run: Code | None = None
    source: Source = "office"


class FundReturned(Event, frozen=True, kw_only=True):
    """资金退回: money of returned or recovered lines back in the fund."""

    amount_fen: Fen
    note: Text = ""
    run: Code | None = None
    source: Source = "office"
