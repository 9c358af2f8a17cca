"""The time limits that run in a stream, with their moves: what clauses may ask about one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

import msgspec

from aidledger.domain.calendar import Calendar
from aidledger.domain.events.catalog import wire_name
from aidledger.domain.events.clock import LimitExtended, LimitResumed, LimitSuspended
from aidledger.domain.events.complaint import ComplaintExtended
from aidledger.domain.policy.compiling import Limit
from aidledger.domain.policy.moving import Move, Moved
from aidledger.domain.recorded import Recorded

MOVING: Final = frozenset({"LimitExtended", "LimitSuspended"})
"""The acts that move a limit which must run."""


class Timer(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a limit: the entry that began it, its last day as moved, and what ended it."""

    limit: Limit
    from_position: int
    from_on: str
    moved: Moved
    done_on: str = ""
    done_position: int | None = None

    @property
    def due_on(self) -> str:
        """The last day in time (ISO); empty while the limit is suspended."""
        return self.moved.day.isoformat() if self.moved.day else ""


def moves_of(limit: Limit, entries: Iterable[Recorded]) -> list[Move]:
    """Return the moves of a limit among the entries of its stream, in their order."""
    found = []
    for entry in entries:
        on, position = entry.effective_on, entry.position
        match entry.event:
            case LimitExtended(limit=limit.id, extended=count, unit=unit):
                move = Move(kind="extended", on=on, position=position, count=count, unit=unit)
            case ComplaintExtended(days=count) if "ComplaintAnswered" in limit.to_events:
                move = Move(kind="extended", on=on, position=position, count=count, unit="days")
            case LimitSuspended(limit=limit.id, suspended_on=day):
                move = Move(kind="suspended", on=day, position=position)
            case LimitResumed(limit=limit.id, resumed_on=day):
                move = Move(kind="resumed", on=day, position=position)
            case _:
                continue
        found.append(move)
    return found


def timers(
    entries: Sequence[Recorded],
    limits_on: Callable[[str], Iterable[Limit]],
    calendar: Calendar,
) -> list[Timer]:
    """Return every run of a limit in a stream, in the order in which they began.

    Args:
        entries: what stands of the stream.
        limits_on: the limits that the policy in force on a day gives.
        calendar: the working days, as known.

    """
    found = []
    for entry in entries:
        name = wire_name(entry.event)
        for limit in limits_on(entry.effective_on):
            if limit.repeats or limit.from_event != name:
                continue
            moved = limit.due_moved(
                entry.effective_on, entry.position, calendar, moves_of(limit, entries)
            )
            end = min(
                (
                    (other.effective_on, other.position)
                    for other in entries
                    if wire_name(other.event) in limit.to_events
                    and other.effective_on >= entry.effective_on
                    and other.position != entry.position
                ),
                default=("", None),
            )
            timer = Timer(
                limit=limit,
                from_position=entry.position,
                from_on=entry.effective_on,
                moved=moved,
                done_on=end[0],
                done_position=end[1],
            )
            found.append(timer)
    return found


def running(found: Iterable[Timer], limit: str) -> Timer | None:
    """Return the run of a limit that is not over and began last."""
    open_ones = [one for one in found if one.limit.id == limit and not one.done_on]
    return max(open_ones, key=lambda one: (one.from_on, one.from_position), default=None)


def timer_facts(timer: Timer | None) -> dict[str, Any]:
    """Return what clauses may ask about the limit that an act moves; nothing where none runs."""
    if timer is None:
        return {}
    mobility = timer.limit.mobility
    return {
        "due_on": timer.due_on,
        "extended": timer.moved.extended,
        "extension_grounds": list(mobility.extension_grounds),
        "extensions": len(timer.moved.extensions),
        "extensions_max": mobility.times,
        "extended_max": mobility.more,
        "suspended": bool(timer.moved.suspended_since),
        "suspension_grounds": list(mobility.suspension_grounds),
        "unit": timer.limit.unit,
    }
