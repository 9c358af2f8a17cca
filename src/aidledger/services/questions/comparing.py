"""Compares a ledger with itself: on two days, or at two points of its log.

Both answers come from the read models, so that what is told is what a list of either day shows. No
personal value is in them: tokens and names as they may be shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final

import msgspec

from aidledger.domain.point import parse_point
from aidledger.domain.values import is_day
from aidledger.replay.asking import tables
from aidledger.replay.models import load_models
from aidledger.replay.rowchanges import RowChange, Table, line_changes, row_changes
from aidledger.services.clock import china_day
from aidledger.services.generations.rebuilding import model_list
from aidledger.services.generations.source import Lacking, StoreSource
from aidledger.services.points import cut_at
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session
from aidledger.store.port import LedgerStore

ENDED: Final = frozenset({"terminated", "refused", "withdrawn"})
"""Stages after which nothing more is to be decided in a case."""
_BOOKKEEPING: Final = frozenset({"positions", "version", "last_position"})
"""Columns that move with every entry, whether the case is another or not."""
_NUMBERED: Final = frozenset({"positions", "line"})
"""Columns of a public list that are no part of what a line says."""


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One of two sides: as it was asked for, the day in force, and what was known.

    ``position`` is the last entry known, -1 where there was none.
    """

    asked: str
    as_of: str
    known_on: str | None
    position: int


class CaseChange(msgspec.Struct, frozen=True, kw_only=True):
    """A case that ``came``, ``ended``, ``changed``, or is ``gone``: not there on the second side.

    ``before`` and ``after`` are columns of ``case_state``: all of them of one that came or is gone.
    """

    case: str
    change: str
    programme: str
    township: str
    display_name: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class MonthChange(msgspec.Struct, frozen=True, kw_only=True):
    """What is due to a case for a month, in fen, on both sides; None where nothing was said of it."""

    case: str
    month: str
    before_fen: int | None
    after_fen: int | None


class ListChange(msgspec.Struct, frozen=True, kw_only=True):
    """The lines that came into a public list and that left it, as the list shows them."""

    list: str
    title_zh: str
    title_en: str
    lines_in: tuple[dict[str, Any], ...]
    lines_out: tuple[dict[str, Any], ...]


class Total(msgspec.Struct, frozen=True, kw_only=True):
    """Of a programme in a township on both sides: cases in support, due a month, and paid, in fen."""

    programme: str
    township: str
    cases: tuple[int, int]
    monthly_fen: tuple[int, int]
    paid_fen: tuple[int, int]


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What became different from one side to the other."""

    a: Side
    b: Side
    cases: tuple[CaseChange, ...]
    months: tuple[MonthChange, ...]
    lists: tuple[ListChange, ...]
    totals: tuple[Total, ...]


class Only(msgspec.Struct, frozen=True, kw_only=True):
    """Which cases are compared; all of them by default."""

    case: str | None = None
    township: str | None = None
    programme: str | None = None

    def takes(self, row: Mapping[str, Any]) -> bool:
        """Whether a row of ``case_state`` is asked for."""
        return (
            self.case in (None, row["case"])
            and self.township in (None, row["township"])
            and self.programme in (None, row["programme"])
        )


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the models say on one side: their rows by name, of the cases asked for."""

    side: Side
    tables: dict[str, Table]


def compare(
    session: Session,
    a: str,
    b: str,
    *,
    only: Only | None = None,
    as_of: str | None = None,
    known_on: str | None = None,
    known_then: bool = False,
    progress: Callable[[int], None] | None = None,
) -> Comparison:
    """Compare the ledger on two days, or as it stood at two points.

    Args:
        session: an opened ledger.
        a: a day in force (YYYY-MM-DD), or a position or time up to which the log is known.
        b: the other one, of the same kind or not.
        only: which cases are asked for.
        as_of: the day in force of a position or time; default: that of its last entry.
        known_on: leave out what was recorded after that day.
        known_then: know on each day only what was recorded by its end.
        progress: told how many entries are read, of one side and then of the other.

    Raises:
        ServiceError: an option that does not go with these sides, or no such position.

    """
    days = [side for side in (a, b) if is_day(side)]
    if (as_of is not None and days) or (known_then and (len(days) < 2 or known_on is not None)):
        raise ServiceError(
            "diff: expected --as-of with two positions, --known-then with two days, found another",
            hint="a day is a day in force; a position or time is a point of the log",
            exit_code=2,
        )
    asked = only or Only()
    sides = [
        _side(session.store, one, as_of=as_of, known_on=one if known_then else known_on)
        for one in (a, b)
    ]
    one = _answer(*sides[0], asked, progress)
    other = one if sides[0][0] == sides[1][0] else _answer(*sides[1], asked, progress)
    return Comparison(
        a=one.side,
        b=other.side,
        cases=tuple(_cases(one, other)),
        months=tuple(_months(one, other)),
        lists=tuple(_lists(one, other)),
        totals=tuple(_totals(one, other)),
    )


def _case_rows(answer: Table) -> Table:
    """Return rows of ``case_state`` without the columns that move with every entry."""
    return [{c: v for c, v in row.items() if c not in _BOOKKEEPING} for row in answer]


def _side(
    store: LedgerStore, asked: str, *, as_of: str | None, known_on: str | None
) -> tuple[Side, LedgerStore]:
    """Return what one side is about, and the ledger as it is to be known there."""
    if is_day(asked):
        as_of = asked
    else:
        try:
            store = cut_at(store, parse_point(asked))
        except ValueError as error:
            raise ServiceError(f"{asked}: {error}", exit_code=2) from None
    head = store.head()
    last = china_day(head.recorded_at) if head.recorded_at else ""
    day = as_of or (min(last, known_on) if known_on and last else last)
    return Side(asked=asked, as_of=day, known_on=known_on, position=head.size - 1), store


def _answer(
    side: Side, store: LedgerStore, only: Only, progress: Callable[[int], None] | None
) -> _Answer:
    """Ask the models on one side."""
    names = ["case_state", "entitlements", *(m.name for m in model_list() if m.allow)]
    lacking = Lacking(store)
    loaded, found = tables(
        StoreSource(store),
        load_models(),
        names,
        as_of=date.fromisoformat(side.as_of) if side.as_of else None,
        known_on=date.fromisoformat(side.known_on) if side.known_on else None,
        progress=progress,
    )
    lacking.note(unread=loaded.unread, position=loaded.position)
    rows: dict[str, Table] = {
        name: [dict(zip(columns, row, strict=True)) for row in several]
        for name, (columns, several) in found.items()
    }
    return _Answer(side=side, tables=_chosen(rows, only))


def _chosen(rows: dict[str, Table], only: Only) -> dict[str, Table]:
    """Return the rows that are about the cases asked for: whose entries they are made of."""
    cases = [row for row in rows["case_state"] if only.takes(row)]
    if len(cases) == len(rows["case_state"]):
        return rows
    names = {row["case"] for row in cases}
    positions = {position for row in cases for position in row["positions"]}
    return {
        name: [
            row
            for row in table
            if (row["case"] in names if "case" in row else positions.intersection(row["positions"]))
        ]
        for name, table in rows.items()
    }


def _cases(a: _Answer, b: _Answer) -> Iterable[CaseChange]:
    """Yield the cases that are otherwise, by name."""
    old, new = (_case_rows(one.tables["case_state"]) for one in (a, b))
    whole = {row["case"]: row for row in (*old, *new)}
    for change in row_changes(old, new, ("case",)):
        row = whole[change.key[0]]
        yield CaseChange(
            case=row["case"],
            change=_kind(change),
            programme=row["programme"] or "",
            township=row["township"] or "",
            display_name=row["display_name"] or "",
            before=change.before,
            after=change.after,
        )


def _kind(change: RowChange) -> str:
    if change.before is None:
        return "came"
    if change.after is None:
        return "gone"
    return "ended" if change.after.get("stage") in ENDED else "changed"


def _months(a: _Answer, b: _Answer) -> Iterable[MonthChange]:
    """Yield the months of which something else is due."""
    old, new = (
        [
            {c: row[c] for c in ("case", "month", "payable_fen")}
            for row in one.tables["entitlements"]
        ]
        for one in (a, b)
    )
    for change in row_changes(old, new, ("case", "month")):
        case, month = change.key
        before_fen, after_fen = (
            None if row is None else row["payable_fen"] for row in (change.before, change.after)
        )
        yield MonthChange(case=case, month=month, before_fen=before_fen, after_fen=after_fen)


def _lists(a: _Answer, b: _Answer) -> Iterable[ListChange]:
    """Yield the public lists that another line stands on."""
    for model in model_list():
        if model.allow is None:
            continue
        shown = [column for column in model.allow if column not in _NUMBERED]
        old, new = (
            [{column: row[column] for column in shown} for row in one.tables[model.name]]
            for one in (a, b)
        )
        came, went = line_changes(old, new)
        if came or went:
            yield ListChange(
                list=model.name,
                title_zh=model.title_zh,
                title_en=model.title_en,
                lines_in=tuple(came),
                lines_out=tuple(went),
            )


def _totals(a: _Answer, b: _Answer) -> Iterable[Total]:
    """Yield the totals of each programme in each township, whether they are others or not."""
    sums: dict[tuple[str, str], list[list[int]]] = {}
    for number, one in enumerate((a, b)):
        for row in one.tables["case_state"]:
            if not row["programme"]:
                continue
            place = (row["programme"], row["township"] or "")
            of = sums.setdefault(place, [[0, 0, 0], [0, 0, 0]])[number]
            of[0] += row["monthly_fen"] > 0
            of[1] += row["monthly_fen"]
            of[2] += row["paid_fen"]
    for (programme, township), (before, after) in sorted(sums.items()):
        yield Total(
            programme=programme,
            township=township,
            cases=(before[0], after[0]),
            monthly_fen=(before[1], after[1]),
            paid_fen=(before[2], after[2]),
        )
