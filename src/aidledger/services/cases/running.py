"""The time limits that run in one stream, under the packs that they began under, as known on a day."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from aidledger.domain.policy.compiling import Limit
from aidledger.domain.recorded import END_OF_TIME, Recorded, standing
from aidledger.domain.timers import Timer, timers
from aidledger.services.session import Session


class LimitShown(msgspec.Struct, frozen=True, kw_only=True):
    """One run of a limit: its last day as moved and known, which is none while it is suspended.

    ``provisional``: the day lies in a year whose holidays are not known, and may still change.
    """

    limit: str
    from_on: str
    from_position: int
    due_on: str | None
    provisional: bool
    extended: int
    unit: str
    suspended_days: int
    suspended_since: str | None
    done_on: str | None

    @property
    def may_change(self) -> bool:
        """Whether the limit runs still, and its day is provisional."""
        return self.provisional and self.done_on is None


def limit_shown(timer: Timer) -> LimitShown:
    """Return what is shown of a run of a limit, wherever one is shown."""
    moved = timer.moved
    return LimitShown(
        limit=timer.limit.id,
        from_on=timer.from_on,
        from_position=timer.from_position,
        due_on=timer.due_on or None,
        provisional=moved.provisional,
        extended=moved.extended,
        unit=timer.limit.unit,
        suspended_days=moved.suspended_days,
        suspended_since=moved.suspended_since or None,
        done_on=timer.done_on or None,
    )


def running_limits(
    session: Session,
    stream: str,
    entries: Iterable[Recorded],
    *,
    as_of: str = END_OF_TIME,
    known_on: str | None = None,
) -> list[Timer]:
    """Return every run of a limit in a stream, in the order in which they began.

    Args:
        session: the opened ledger.
        stream: the stream, for the programme whose packs hold.
        entries: what is known of it.
        as_of: leave out what takes effect after this day.
        known_on: the day on which packs and calendars are known; today by default.

    """
    policy, known = session.policy(), known_on or session.today
    programme = session.states.case(stream).programme if stream.startswith("case/") else ""

    def limits_on(day: str) -> tuple[Limit, ...]:
        pack = policy.pack_in_force(day, known, programme)
        return pack.limits if pack else ()

    return timers(standing(entries, as_of=as_of), limits_on, policy.calendar_known_on(known))
