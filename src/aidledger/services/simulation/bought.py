"""What the county buys from an agency: one contract, its invoices, what was accepted and paid."""

from __future__ import annotations

from typing import Final

from aidledger.domain.events import contract, fund, payment
from aidledger.domain.values import add_months
from aidledger.replay.rows import recorded_row
from aidledger.services.simulation.county import County, Process, Turn
from aidledger.services.simulation.places import (
    APPROVER,
    COUNTY,
    FINANCE,
    FUND_KEEPER,
    REVIEWER,
)

_HOURS_MONTH: Final = 40
_HOURS_SHORT: Final = 25
_LEAST_FEN: Final = 200_000
_THRIFTY_FEN: Final = 1_000
_PERCENT: Final = 7
_THRIFTY_PERCENT: Final = 2
"""Of what the month's support came to; the rule asks for five in a hundred of all."""
PURPOSE: Final = "service"


class BoughtServices:
    """One agency that serves old people at home; each month is invoiced, accepted and paid in it."""

    def __init__(self, county: County) -> None:
        self._county = county
        self._seen = 0
        self.contract = f"contract/{COUNTY}-{county.first.year}-01"
        self.fund = f"fund/{PURPOSE}-{county.first.year}"
        self.thrifty = False
        """Whether the county buys less than the rule asks."""
        self.short: set[str] = set()
        """Months in which the agency gave fewer hours than the contract has."""
        self.billed_twice: set[str] = set()
        """Months that the agency invoices a second time."""

    def monthly(self) -> Process:
        """Sign the contract, and have each month of it invoiced, accepted and paid."""
        county = self._county
        yield Turn(county.workdays[1], COUNTY)
        self._sign()
        month = county.first.isoformat()[:7]
        while days := county.month_days(month):
            if len(days) < 4:
                return
            yield Turn(days[-2], COUNTY)
            amount_fen = self._price_fen(month)
            hours = _HOURS_SHORT if month in self.short else _HOURS_MONTH
            for number in range(2 if month in self.billed_twice else 1):
                invoiced = contract.ServiceInvoiced(
                    amount_fen=amount_fen, hours=hours, invoice=f"{month}-{number + 1}", month=month
                )
                county.say(self.contract, invoiced, by=REVIEWER)
            accepted = contract.ServiceAccepted(amount_fen=amount_fen, hours=hours, month=month)
            county.say(self.contract, accepted, by=REVIEWER)
            yield Turn(days[-1], FINANCE)
            self._pay(amount_fen)
            month = add_months(month, 1)

    def _sign(self) -> None:
        """Sign with the agency for as long as the county works."""
        county = self._county
        signed = contract.ServiceContractSigned(
            agency="sunshine-social-work",
            amount_fen=12 * _LEAST_FEN,
            certificate=True,
            from_on=county.first.isoformat(),
            groups=("elderly_alone",),
            hours_month=_HOURS_MONTH,
            service="visiting",
            to_on=county.last.isoformat(),
        )
        county.say(self.contract, signed, by=REVIEWER)

    def _price_fen(self, month: str) -> int:
        """Return the price of a month: a share of what its support came to, and never nothing."""
        percent, least_fen = _PERCENT, _LEAST_FEN
        if self.thrifty:
            percent, least_fen = _THRIFTY_PERCENT, _THRIFTY_FEN
        return max(self._spent_fen(month) * percent // 100, least_fen)

    def _spent_fen(self, month: str) -> int:
        """Return what all funds but this one have paid out in a month."""
        total_fen = 0
        store = self._county.session.store
        for row in store.read_types(("FundDisbursed",), start=self._seen):
            entry = recorded_row(row)
            if entry is None or not isinstance(entry.event, payment.FundDisbursed):
                continue
            self._seen = entry.position + 1
            if entry.stream != self.fund and entry.effective_on[:7] == month:
                total_fen += entry.event.amount_fen
        return total_fen

    def _pay(self, amount_fen: int) -> None:
        """Have the county give the sum, and pay the agency."""
        county = self._county
        year = county.today.year
        promised = fund.FundAllocated(
            amount_fen=amount_fen,
            document=f"county-{county.today}",
            from_level="county",
            programme=PURPOSE,
            year=year,
        )
        county.say(self.fund, promised, by=FUND_KEEPER)
        given = payment.FundReceived(amount_fen=amount_fen, level="county", year=year)
        county.say(self.fund, given, by=FUND_KEEPER)
        paid = payment.FundDisbursed(amount_fen=amount_fen, purpose=PURPOSE)
        county.say(self.fund, paid, by=APPROVER)
