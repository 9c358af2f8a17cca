"""The help in a case's state: what was granted beside a monthly allowance. Sums in fen, days ISO."""

from __future__ import annotations

import msgspec

from aidledger.domain.spans import Term


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


class Work(Term, frozen=True, kw_only=True, gc=False):
    """Work in a county, evidenced or not."""

    county: str
    evidence: bool


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
