"""Follows the money from allocation to hand: each joint of its way, and what flowed between them.

What is asked stands in two models, ``fund_joints`` and ``fund_flows``; nothing is decided here but which
of their rows belong to the programme, the months and the township that were asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, Final, Literal

import msgspec

from aidledger.replay.engine import EngineLimits
from aidledger.services.problems import ServiceError
from aidledger.services.questions.answering import answering
from aidledger.services.session import Session
from aidledger.store.port import LedgerStore

JOINTS: Final = (
    *("allocated", "transferred", "account", "approved", "disbursed", "filed", "answered"),
    *("issued", "lines", "returned", "put_back", "reissued", "issued_again", "used"),
    *("recovered", "hand"),
)
"""The joints in the order in which money comes to them."""
State = Literal["closed", "waiting", "apart", "unchecked"]
_MODELS: Final = ("fund_flows", "fund_joints")
_INTO: Final = ("received", "donated", "moved_in", "returned", "recovered")
_OUT_OF: Final = ("paid", "spent", "moved_out")


class Joint(msgspec.Struct, frozen=True, kw_only=True):
    """One joint for one thing (a fund, a run, a purpose, a township) and one period, in fen.

    `waiting_fen` is under way: sent and not arrived yet. `apart_fen` can't be explained so. `right_fen`
    is None where nothing recorded could say what arrived. The positions of either side are those of
    the entries that do not meet, none where all do.
    """

    joint: str
    item: str
    programme: str
    period: str
    left_fen: int
    right_fen: int | None
    waiting_fen: int
    apart_fen: int
    state: State
    left_positions: tuple[int, ...]
    right_positions: tuple[int, ...]


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """What went one way in one month: see the model ``fund_flows``."""

    month: str
    fund: str
    way: str
    item: str
    programme: str
    amount_fen: int


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """All that was asked: months from `first` to `last` (None: without an end), the last entry read."""

    as_of: str
    known_on: str | None
    position: int
    first: str | None
    last: str | None
    joints: tuple[Joint, ...]
    ways: tuple[Way, ...]
    brought_fen: dict[str, int]
    """By fund: what was in it before the first month; only where there was something."""

    @property
    def closes(self) -> bool:
        """Whether no joint is apart."""
        return all(joint.state != "apart" for joint in self.joints)

    def total_fen(self, *ways: str) -> int:
        """Return what went these ways in all."""
        return sum(way.amount_fen for way in self.ways if way.way in ways)

    @property
    def left_fen(self) -> int:
        """What is in the funds after the last month."""
        return sum(self.brought_fen.values()) + self.total_fen(*_INTO) - self.total_fen(*_OUT_OF)


def fund_flow(
    session: Session | LedgerStore,
    *,
    programme: str | None = None,
    first: str | None = None,
    last: str | None = None,
    township: str | None = None,
    as_of: date | None = None,
    known_on: date | None = None,
    limits: EngineLimits | None = None,
    progress: Callable[[int], None] | None = None,
) -> Flow:
    """Return the joints and flows of a ledger; the rest is as `answering` has it.

    Args:
        session: an opened ledger.
        programme: only the funds, runs and persons of this programme.
        first: from this month on (``YYYY-MM``).
        last: up to this month.
        township: only what reached the persons of this township: its joint is ``hand``.
        as_of: the day the question is about; default: the day of the last entry.
        known_on: leave out what was recorded after that day.
        limits: how much memory and how many threads to take.
        progress: told how many entries are read.

    Raises:
        GenerationsError: the engine had no room to work, or the generation is damaged.
        ServiceError: a model could not be built, or a day outside 1850-2200.

    """
    joints, ways, asked, position = _read(
        session,
        as_of=as_of,
        known_on=known_on,
        limits=limits,
        progress=progress,
    )
    months = (first, last)
    until = [
        way
        for way in ways
        if (programme is None or way.programme == programme) and (last is None or way.month <= last)
    ]
    return Flow(
        as_of=str(asked[0]),
        known_on=str(asked[1]) if asked[1] else None,
        position=position,
        first=first,
        last=last,
        joints=tuple(
            joint
            for joint in sorted(joints, key=_place)
            if (programme is None or joint.programme == programme)
            and _within(joint.period, *months)
            and (township is None or (joint.joint == "hand" and joint.item == township))
        ),
        ways=tuple(
            way
            for way in until
            if (first is None or way.month >= first) and _reaches(way, township)
        ),
        brought_fen=_brought(until, first) if township is None else {},
    )


def _reaches(way: Way, township: str | None) -> bool:
    """Whether money went to a township, or any."""
    return township is None or (way.way in ("handed", "given_back") and way.item == township)


def _read(
    session: Session | LedgerStore, **asked: Any
) -> tuple[list[Joint], list[Way], tuple[Any, Any], int]:
    """Return the rows of both models, the days asked about, and the last entry that was read."""
    with answering(session, _MODELS, **asked) as (laid, _):
        for name in _MODELS:
            if name in laid.lost:
                raise ServiceError(
                    f"{name}: {laid.lost[name]}", hint="aidledger rebuild says more", exit_code=3
                )
        (days,) = laid.connection.execute("SELECT as_of, known_on FROM parameters").fetchall()
        joints = _rows(laid.connection, "fund_joints", Joint)
        return joints, _rows(laid.connection, "fund_flows", Way), days, laid.position


def _rows(connection: Any, model: str, kind: Any) -> list[Any]:
    """Return the rows of a model in the order of all their columns."""
    fields = [field.name for field in msgspec.structs.fields(kind)]
    sql = f"SELECT {', '.join(fields)} FROM {model} ORDER BY ALL"  # noqa: S608
    rows = connection.execute(sql).fetchall()
    return [msgspec.convert(dict(zip(fields, row, strict=True)), kind) for row in rows]


def _place(joint: Joint) -> tuple[int, str, str, str]:
    """Return where a joint stands among the others."""
    return JOINTS.index(joint.joint), joint.period, joint.item, joint.programme


def _within(period: str, first: str | None, last: str | None) -> bool:
    """Whether a year, month or day has to do with some months; what has no period always has."""
    size = min(len(period), len("2022-03"))
    return (first is None or not period or period[:size] >= first[:size]) and (
        last is None or period[:size] <= last[:size]
    )


def _brought(ways: list[Way], first: str | None) -> dict[str, int]:
    """Return what each fund had before a month."""
    found: dict[str, int] = {}
    for way in ways:
        if first is None or way.month >= first:
            continue
        sign = (way.way in _INTO) - (way.way in _OUT_OF)
        found[way.fund] = found.get(way.fund, 0) + sign * way.amount_fen
    return {fund: fen for fund, fen in sorted(found.items()) if fen}
