"""The time limits that run in one stream, under the packs that they began under, as known on a day."""

from __future__ import annotations

from collections.abc import Iterable

from aidledger.domain.policy.compiling import Limit
from aidledger.domain.recorded import END_OF_TIME, Recorded, standing
from aidledger.domain.timers import Timer, timers
from aidledger.services.session import Session


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
    programme = session.case(stream).programme if stream.startswith("case/") else ""

    def limits_on(day: str) -> tuple[Limit, ...]:
        pack = policy.pack_in_force(day, known, programme)
        return pack.limits if pack else ()

    return timers(standing(entries, as_of=as_of), limits_on, policy.calendar_known_on(known))
