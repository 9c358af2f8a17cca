"""What special assistance rests on in a case's state: bills, housing, who looks for work.

Sums are fen, -1 where a payer has not settled; days are ISO text, empty where it lasts.
"""

from __future__ import annotations

from typing import Final

import msgspec

from aidledger.domain.spans import Span

PAYERS: Final = ("basic", "serious", "assistance", "fund")
"""Who pays of a bill: basic insurance, insurance of serious illness, medical assistance, the fund."""


class Claim(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """One bill: what each of ``PAYERS`` settled, and what was granted of it since, by payer."""

    claim: str
    incurred_on: str
    total_fen: int
    settled_fen: tuple[int, ...]
    granted_fen: tuple[int, ...] = (0,) * len(PAYERS)

    @property
    def settled(self) -> tuple[str, ...]:
        """The payers that have settled, if only with nothing."""
        return tuple(payer for payer, fen in zip(PAYERS, self.settled_fen, strict=True) if fen >= 0)

    @property
    def rest_fen(self) -> int:
        """What is left to the person, in fen, never below nothing.

        What was granted and what its payer then settled are the same money: the greater counts.
        """
        paid = sum(map(max, self.settled_fen, self.granted_fen))
        return max(0, self.total_fen - paid)


class Registration(Span, frozen=True, kw_only=True, gc=False):
    """Somebody of the household registered as looking for work."""

    person: str
    register: str
    able: bool
    willing: bool

    def counts(self, day: str) -> bool:
        """Whether it makes its person able, willing and without work on a day."""
        return self.holds(day) and self.able and self.willing


class Special(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Bills by claim, the last assessment of the dwelling, registrations in order."""

    claims: tuple[Claim, ...] = ()
    housing_on: str = ""
    hardship: bool = False
    dilapidated: bool = False
    registrations: tuple[Registration, ...] = ()
