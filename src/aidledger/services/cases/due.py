"""What falls due when, overdue first, out of the model that says so.

Days are those of the calendar as known on the day asked about; a limit that reaches into a year
without a notice of holidays is provisional.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import msgspec

from aidledger.domain.recorded import END_OF_TIME
from aidledger.services.cases.standing import day_of_question
from aidledger.services.generations.rebuilding import read_rows
from aidledger.services.session import Session


class DueItem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to be done by a day, or not before one (``at_least``).

    A limit that is suspended has no day, nor has what is ``owed``: no rule gives one. ``extended``
    are the units granted on top, of ``unit``.
    """

    due_on: str | None
    stream: str
    what: str
    bound: str
    state: str
    days_left: int | None
    from_on: str
    severity: str
    provisional: bool
    positions: tuple[int, ...]
    extended: int = 0
    unit: str = ""
    suspended_since: str | None = None


class DueList(msgspec.Struct, frozen=True, kw_only=True):
    """What is due as of a day, as known on a day."""

    as_of: str
    known_on: str | None
    items: tuple[DueItem, ...]


def due(
    session: Session,
    *,
    as_of: str | None = None,
    known_on: str | None = None,
    days: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> DueList:
    """Return what is overdue or falls due, soonest first.

    Args:
        session: an opened ledger.
        as_of: the day asked about; default: the day of the last entry.
        known_on: leave out what was recorded after that day.
        days: only what falls due within so many days: what is overdue is always there, what has no
            day is not.
        progress: told how many entries are read, where no generation answers.

    """
    day = as_of or day_of_question(session, known_on)
    rows = read_rows(session, "due_items", as_of=day, known_on=known_on, progress=progress)
    items = [_item(row, day) for row in rows]
    chosen = [
        item
        for item in items
        if days is None or (item.days_left is not None and item.days_left <= days)
    ]
    chosen.sort(key=lambda item: (item.due_on or END_OF_TIME, item.stream, item.what))
    return DueList(as_of=day, known_on=known_on, items=tuple(chosen))


def _item(row: dict[str, Any], day: str) -> DueItem:
    """Return one item."""
    due_on = row["due_on"]
    left = None if due_on is None else (date.fromisoformat(due_on) - date.fromisoformat(day)).days
    return DueItem(
        due_on=due_on,
        stream=row["stream"],
        what=row["what"],
        bound=row["bound"],
        state=row["state"],
        days_left=left,
        from_on=row["from_on"] or "",
        severity=row["severity"] or "",
        provisional=row["provisional"],
        positions=tuple(row["positions"]),
        extended=row["extended"],
        unit=row["unit"] or "",
        suspended_since=row["suspended_since"],
    )
