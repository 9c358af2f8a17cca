"""The help in a case's state: what was granted beside a monthly allowance. Sums in fen, days ISO."""

from __future__ import annotations

import msgspec


class Grant(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What one grant gave; empty text where the grant named none."""

    amount_fen: int
    cause: str
    from_month: str
    granted_on: str
    help: str
    kind: str
    office: str
    to_month: str
    way: str


class Help(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a case was granted, in order."""

    grants: tuple[Grant, ...] = ()
