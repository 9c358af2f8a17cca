"""The county's store of donated goods, and what the bank says of the fund at the end of each month."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

from aidledger.domain.events import fund, goods
from aidledger.domain.events.base import Programme
from aidledger.domain.fund import fold_fund
from aidledger.domain.values import add_months
from aidledger.services.acts.proposals import UNKNOWN_ACCOUNT
from aidledger.services.simulation.county import County, Process, Turn
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.people import PeopleMaker
from aidledger.services.simulation.places import COUNTY, FINANCE, FUND_KEEPER, REVIEWER

_ITEM: Final = "rice"
_BAGS_A_QUARTER: Final = 12
_BAG_FEN: Final = 6_000
_FAMILIES_A_MONTH: Final = 2


class Stores:
    """One stock of the county, filled each quarter, handed out each month, counted each quarter."""

    def __init__(
        self, county: County, cases: list[Dossier], funds: Mapping[Programme, str]
    ) -> None:
        self._county = county
        self._cases = cases
        self._funds = funds
        self._bags = 0
        self._people = PeopleMaker(COUNTY, county.rng("special account"))
        self.stock = f"stock/{COUNTY}"
        self.misstated: dict[tuple[str, str], int] = {}
        """By fund and month: what the bank states more (or less) than is there, in fen."""
        self.whole_statements = False
        """Whether the bank sends whole statements: then it states a balance alone only where it misstates it."""
        self.lost: set[str] = set()
        """Months in which a bag goes to nobody, and the count finds another one missing."""

    def monthly(self) -> Process:
        """State the fund, and fill, hand out and count the goods, month by month."""
        county = self._county
        month = county.first.isoformat()[:7]
        first = True
        while True:
            days = county.month_days(month)
            if len(days) < 4:
                return
            yield Turn(days[0], FINANCE)
            if first:
                self._open()
            else:
                self._state(month)
            yield Turn(days[2], COUNTY)
            if first or int(month[5:]) % 3 == 1:
                self._fill()
            self._hand_out(month)
            if int(month[5:]) % 3 == 0 or month in self.lost:
                yield Turn(days[3], FINANCE)
                self._count(month)
            month, first = add_months(month, 1), False

    def _open(self) -> None:
        """Open the special account of each fund."""
        for programme, stream in self._funds.items():
            opened = fund.AccountOpened(
                account=UNKNOWN_ACCOUNT, bank="rural-credit", purpose=programme
            )
            number = {"account_number": self._people.account()}
            self._county.say(stream, opened, by=FUND_KEEPER, personal=number)

    def _state(self, month: str) -> None:
        """Enter what the bank says was in each fund at the end of the month before."""
        county = self._county
        stated_on = (date.fromisoformat(f"{month}-01") - timedelta(days=1)).isoformat()
        for stream in self._funds.values():
            if self.whole_statements and (stream, month) not in self.misstated:
                continue
            entries = county.session.stream(stream)
            balance_fen = fold_fund(stream, entries, as_of=stated_on).balance_fen
            stated = fund.BankStatementReceived(
                balance_fen=balance_fen + self.misstated.get((stream, month), 0),
                file=county.digest("statement", stream, month),
                stated_on=stated_on,
            )
            county.say(stream, stated, by=FUND_KEEPER)

    def _fill(self) -> None:
        """Take donated goods in."""
        received = goods.GoodsReceived(
            from_unit="charity-federation",
            item=_ITEM,
            kind="donated",
            quantity=_BAGS_A_QUARTER,
            unit="bag",
            value_fen=_BAGS_A_QUARTER * _BAG_FEN,
        )
        self._county.say(self.stock, received, by=REVIEWER)
        self._bags += _BAGS_A_QUARTER

    def _hand_out(self, month: str) -> None:
        """Hand a bag to some families in support, and one to nobody where a bag is to be lost."""
        supported = [case for case in self._cases if case.state.payable_fen(month)]
        chosen = self._county.rng("goods", month).sample(
            supported, min(_FAMILIES_A_MONTH, len(supported))
        )
        for recipient in [
            *(case.stream for case in chosen),
            *([None] if month in self.lost else []),
        ]:
            issued = goods.GoodsIssued(
                case=recipient, item=_ITEM, purpose="living", quantity=1, value_fen=_BAG_FEN
            )
            self._county.say(self.stock, issued, by=REVIEWER)
            self._bags -= 1

    def _count(self, month: str) -> None:
        """Count what is there: what the book has, or a bag less."""
        if month in self.lost:
            self._bags -= 1
        counted = goods.GoodsCounted(
            counted_on=self._county.today.isoformat(), item=_ITEM, quantity=max(self._bags, 0)
        )
        self._county.say(self.stock, counted, by=FUND_KEEPER)
