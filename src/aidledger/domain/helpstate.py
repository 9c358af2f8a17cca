"""The help in a case's state: what was granted beside a monthly allowance. Sums in fen, days ISO."""

from __future__ import annotations

import msgspec


class Grant(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one grant gave; empty text where the grant named none."""

    amount_fen: int
    cause: str
    cause_on: str
    from_month: str
    granted_on: str
    help: str
    kind: str
    office: str
    to_month: str
    way: str


class Work(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Work in a county from a day until a day (the last one, empty while it lasts)."""

    county: str
    from_on: str
    evidence: bool
    to_on: str = ""

    def holds(self, day: str) -> bool:
        """Whether it holds on a day."""
        return self.from_on <= day and (not self.to_on or day <= self.to_on)


class Help(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a case was granted, in order, and what of it went on a roster; work of an outsider."""

    grants: tuple[Grant, ...] = ()
    rostered_fen: int = 0
    """One-off lines only: a line that came back is sent again, not rostered twice."""
    work: tuple[Work, ...] = ()

    @property
    def granted_fen(self) -> int:
        """What was granted in money, and so is paid out."""
        return sum(one.amount_fen for one in self.grants if one.way == "money")
