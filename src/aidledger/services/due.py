"""What falls due when, overdue first, out of the models that say so.

Days are those of the calendar as known on the day asked about; a limit that reaches into a year
without a notice of holidays is provisional.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any, Final

import msgspec

from aidledger.domain.recorded import END_OF_TIME
from aidledger.services.rebuilding import read_model
from aidledger.services.session import Session
from aidledger.services.standing import day_of_question

_PENDING: Final = ("open", "missed")


class DueItem(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to be done by a day, or not before one (``at_least``).

    A limit that is suspended has no day; ``extended`` are the units granted on top, of ``unit``.
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
    folder: Path | None = None,
) -> DueList:
    """Return what is overdue or falls due, soonest first.

    Args:
        session: an opened ledger.
        as_of: the day asked about; default: the day of the last entry.
        known_on: leave out what was recorded after that day.
        days: only what falls due within so many days: what is overdue is always there, what is
            suspended not.
        folder: where the generations of the read models are kept.

    """
    day = as_of or day_of_question(session, known_on)
    items: list[DueItem] = []
    for name, reader in _READERS.items():
        columns, rows = read_model(
            session,
            name,
            as_of=date.fromisoformat(day),
            known_on=date.fromisoformat(known_on) if known_on else None,
            folder=folder,
        )
        items += reader([dict(zip(columns, row, strict=True)) for row in rows], day)
    chosen = [
        item
        for item in items
        if days is None or (item.days_left is not None and item.days_left <= days)
    ]
    chosen.sort(key=lambda item: (item.due_on or END_OF_TIME, item.stream, item.what))
    return DueList(as_of=day, known_on=known_on, items=tuple(chosen))


def _limits(rows: list[dict[str, Any]], day: str) -> Iterator[DueItem]:
    """Yield the time limits that run, or ran out without the act."""
    for row in rows:
        if row["state"] in _PENDING and row["due_on"] is not None:
            yield _item(row, row["stream"], row["limit_id"], str(row["due_on"]), day)
        elif row["state"] == "suspended":
            yield _item(row, row["stream"], row["limit_id"], None, day)


def _visits(rows: list[dict[str, Any]], day: str) -> Iterator[DueItem]:
    """Yield the visits of periods that still run; what was missed can't be made up for."""
    for row in rows:
        if row["state"] == "open":
            yield _item(row, row["case"], f"visit {row['period']}", str(row["to_on"]), day)


def _meetings(rows: list[dict[str, Any]], day: str) -> Iterator[DueItem]:
    """Yield the period of the county's joint meeting that still runs."""
    for row in rows:
        if row["state"] == "open":
            yield _item(row, "meeting", f"joint meeting {row['from_on']}", str(row["to_on"]), day)


def _returns(rows: list[dict[str, Any]], day: str) -> Iterator[DueItem]:
    """Yield the monthly returns that have not come."""
    for row in rows:
        if row["state"] in _PENDING:
            yield _item(
                row, f"unit/{row['unit']}", f"return {row['month']}", str(row["due_on"]), day
            )


def _scores(rows: list[dict[str, Any]], day: str) -> Iterator[DueItem]:
    """Yield the scores of the months that still run, and those missing or not told since."""
    for row in rows:
        if row["state"] != "met":
            shown = row if row["state"] == "open" else {**row, "state": "missed"}
            yield _item(shown, row["carer"], f"score {row['period']}", str(row["to_on"]), day)


def _needs(rows: list[dict[str, Any]], day: str) -> Iterator[DueItem]:
    """Yield the needs that nobody has done anything about."""
    for row in rows:
        if row["state"] in _PENDING and row["due_on"] is not None:
            shown = {**row, "from_on": row["reported_on"]}
            yield _item(shown, row["case"], "need", str(row["due_on"]), day)


def _findings(rows: list[dict[str, Any]], day: str) -> Iterator[DueItem]:
    """Yield the findings of audits that are not yet put right."""
    for row in rows:
        if row["state"] in _PENDING:
            yield _item(row, row["finding"], f"rectify {row['rule']}", str(row["due_on"]), day)


def _referrals(rows: list[dict[str, Any]], day: str) -> Iterator[DueItem]:
    """Yield the referrals that nobody has answered."""
    for row in rows:
        if row["state"] in _PENDING:
            shown = {**row, "from_on": row["made_on"]}
            what = f"referral {row['referral']}"
            yield _item(shown, row["case"], what, str(row["due_on"]), day)


def _paperwork(rows: list[dict[str, Any]], day: str) -> Iterator[DueItem]:
    """Yield the emergencies whose paperwork is still to be done."""
    for row in rows:
        if row["state"] in _PENDING:
            yield _item(row, row["case"], "paperwork", str(row["due_on"]), day)


_READERS: Final[dict[str, Callable[[list[dict[str, Any]], str], Iterator[DueItem]]]] = {
    "deadlines": _limits,
    "visits_due": _visits,
    "scores_due": _scores,
    "needs": _needs,
    "referrals": _referrals,
    "emergency_paperwork": _paperwork,
    "meetings_due": _meetings,
    "returns_due": _returns,
    "audit_findings": _findings,
}
"""By model: what reads its rows."""


def _item(row: dict[str, Any], stream: str, what: str, due_on: str | None, day: str) -> DueItem:
    """Return one item."""
    left = None
    if due_on is not None:
        left = (date.fromisoformat(due_on) - date.fromisoformat(day)).days
    since = row.get("suspended_since")
    return DueItem(
        due_on=due_on,
        stream=stream,
        what=what,
        bound=row.get("bound") or "at_most",
        state=row["state"],
        days_left=left,
        from_on=str(row["from_on"]),
        severity=row.get("severity") or "",
        provisional=bool(row.get("provisional")),
        positions=tuple(row["positions"]),
        extended=row.get("extended") or 0,
        unit=row.get("unit") or "",
        suspended_since=None if since is None else str(since),
    )
