"""A case as it stood: what was known on a day, and what was in force on another."""

from __future__ import annotations

from typing import Final

from aidledger.domain.case import fold_case
from aidledger.domain.casestate import Case
from aidledger.domain.recorded import END_OF_TIME, Recorded
from aidledger.services.clock import end_of_china_day
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session


def history(session: Session, stream: str, *, known_on: str | None = None) -> list[Recorded]:
    """Return the entries of a stream that were recorded by the end of a day (+08:00).

    Raises:
        ServiceError: there is no such stream.

    """
    entries = session.stream(stream)
    if not entries:
        raise ServiceError(
            f"{stream}: expected a recorded stream, found none",
            hint="aidledger case list shows the cases; a unique part of the name is enough",
            exit_code=2,
        )
    if known_on is None:
        return entries
    end = end_of_china_day(known_on)
    return [entry for entry in entries if entry.recorded_at < end]


def case_as_of(
    session: Session, stream: str, *, as_of: str | None = None, known_on: str | None = None
) -> Case:
    """Return a case as in force on one day and as known on another; default: all that is recorded."""
    entries = history(session, stream, known_on=known_on)
    return fold_case(stream, entries, as_of=as_of or END_OF_TIME)


def case_streams(session: Session) -> list[str]:
    """Return the names of all cases, sorted."""
    return session.store.streams("case/")


_NAMES: Final = {
    "case": "aidledger case list shows the names",
    "doubt": "aidledger doubt list shows the names",
    "list": "aidledger log --type ListPublished shows what was published",
    "month": "a month is there once it is closed: aidledger month close",
}
"""Where the names of each kind of stream are to be found."""


def find_stream(session: Session, name: str, kind: str = "case") -> str:
    """Return the one stream that a shortened name means.

    Raises:
        ServiceError: none or several are meant.

    """
    wanted = name if "/" in name else f"{kind}/{name}"
    if session.states.version(wanted):
        return wanted
    part = name.partition("/")[2] or name
    found = [s for s in session.store.streams(f"{kind}/") if part in s]
    if len(found) == 1:
        return found[0]
    what = "none" if not found else f"{len(found)}, such as {', '.join(found[:3])}"
    raise ServiceError(
        f"{name}: expected the name of one {kind}, found {what}",
        hint=_NAMES.get(kind, ""),
        exit_code=2,
    )
