"""How the bank statements of one account follow each other: days that none states, or two do, balances."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from aidledger.domain.events.register import StatementBeside
from aidledger.domain.values import month_end, next_month


class Stated(NamedTuple):
    """What a statement says: its entry, its days (``YYYY-MM-DD``), its two balances in fen."""

    position: int
    first_on: str
    last_on: str
    opening_fen: int
    closing_fen: int


def beside(
    others: Iterable[Stated], new: Stated
) -> tuple[StatementBeside | None, StatementBeside | None]:
    """Return the statements of the same account before and after a new one; none where there is none.

    One whose days are all among those of the new one is replaced by it, and stands beside nothing.
    """
    kept = [o for o in others if not new.first_on <= o.first_on <= o.last_on <= new.last_on]
    before = max(
        (one for one in kept if one.first_on < new.first_on),
        key=lambda one: (one.last_on, one.position),
        default=None,
    )
    after = min(
        (one for one in kept if one.first_on >= new.first_on),
        key=lambda one: (one.first_on, -one.position),
        default=None,
    )
    return (
        None if before is None else _said(before, before.closing_fen, before.last_on, new.first_on),
        None if after is None else _said(after, after.opening_fen, new.last_on, after.first_on),
    )


def _said(other: Stated, balance_fen: int, last_on: str, first_on: str) -> StatementBeside:
    """Return what a statement beside says, and how the days of the two meet."""
    apart = (date.fromisoformat(first_on) - date.fromisoformat(last_on)).days - 1
    return StatementBeside(
        balance_fen=balance_fen,
        gap_days=max(apart, 0),
        missing_months=_between(last_on, first_on),
        overlap_days=max(-apart, 0),
        position=other.position,
    )


def _between(last_on: str, first_on: str) -> tuple[str, ...]:
    """Return the months that lie whole between two days."""
    months = []
    month = next_month(last_on[:7])
    while month_end(month).isoformat() < first_on:
        months.append(month)
        month = next_month(month)
    return tuple(months)
