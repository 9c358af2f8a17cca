"""The fund of one programme: what the levels of government give to it, and what it pays out."""

from __future__ import annotations

from typing import Final, Literal

from aidledger.domain.events import fund, payment
from aidledger.domain.events.base import Programme
from aidledger.services.simulation.county import County
from aidledger.services.simulation.places import APPROVER, FUND_KEEPER

Level = Literal["central", "province", "city", "county"]
_LEVELS: Final[tuple[tuple[Level, int], ...]] = (("central", 55), ("province", 20), ("city", 5))
"""Per cent of an allocation by level; the county gives the rest."""


class Treasury:
    """A fund, with its balance in fen as the simulation counts it."""

    def __init__(self, county: County, programme: Programme) -> None:
        self._county = county
        self._programme: Programme = programme
        self._balance_fen = 0
        self.stream = f"fund/{programme}-{county.first.year}"

    def cover(self, needed_fen: int) -> None:
        """Have the levels of government give what is needed beyond the balance, and no more."""
        short_fen = max(needed_fen - self._balance_fen, 0)
        given_fen = 0
        for level, percent in _LEVELS:
            self.receive(level, short_fen * percent // 100)
            given_fen += short_fen * percent // 100
        self.receive("county", short_fen - given_fen)

    def receive(self, level: Level, fen: int) -> None:
        """Record an allocation, promised and given; nothing where it is nothing."""
        if not fen:
            return
        year = self._county.today.year
        promised = fund.FundAllocated(
            amount_fen=fen,
            document=f"{level}-{self._county.today}",
            from_level=level,
            programme=self._programme,
            year=year,
        )
        self._county.say(self.stream, promised, by=FUND_KEEPER)
        event = payment.FundReceived(amount_fen=fen, level=level, year=year)
        self._county.say(self.stream, event, by=FUND_KEEPER)
        self._balance_fen += fen

    def spend(self, fen: int, purpose: str, run: str | None = None) -> None:
        """Record an outflow."""
        event = payment.FundDisbursed(amount_fen=fen, purpose=purpose, run=run)
        self._county.say(self.stream, event, by=APPROVER)
        self._balance_fen -= fen

    def take_back(self, fen: int, note: str, run: str | None = None) -> None:
        """Record what comes back: from the bank, or recovered from a recipient."""
        event = payment.FundReturned(amount_fen=fen, note=note, run=run)
        self._county.say(self.stream, event, by=FUND_KEEPER)
        self._balance_fen += fen
