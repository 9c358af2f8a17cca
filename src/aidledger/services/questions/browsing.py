"""Reads the log for people, newest entry first or in order, and only what they ask for.

Every entry is told with how late it came, and whether it was put behind something that the ledger
knew already. Nothing is kept between entries but a bounded memory of streams.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, Final

import msgspec

from aidledger.domain.case import fold_case
from aidledger.domain.events.catalog import EVENTS, wire_name
from aidledger.domain.point import Point
from aidledger.domain.recorded import Recorded
from aidledger.services.acts.lateness import Late, lateness
from aidledger.services.cases.history import find_stream
from aidledger.services.clock import china_day, end_of_china_day
from aidledger.services.decoding import readable
from aidledger.services.points import size_at
from aidledger.services.problems import ServiceError
from aidledger.services.session import Session

_PAGE: Final = 500
_STREAMS_KEPT: Final = 2_048
KINDS: Final = frozenset(one for kind in EVENTS.values() for one in kind.stream.split("|"))
"""What the names of streams begin with."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which entries are asked for; nothing of a kind means all.

    ``stream`` is a name, a unique part of a case's, or a kind of stream. ``since`` is the first
    point of the log. Days are effective days, both included; ``known_on`` is the last day recorded.
    """

    stream: str | None = None
    types: tuple[str, ...] = ()
    actor: str | None = None
    office: str | None = None
    programme: str | None = None
    since: Point | None = None
    from_day: str | None = None
    as_of: str | None = None
    known_on: str | None = None


class Logged(msgspec.Struct, frozen=True, kw_only=True):
    """An entry of the log. ``back_dated``: it holds before an earlier entry of its stream."""

    entry: Recorded
    late: Late | None
    back_dated: bool
    amount_fen: int | None


def browse(session: Session, wanted: Wanted, *, in_order: bool = False) -> Iterator[Logged]:
    """Yield the entries that are asked for, the newest first unless in the order of the log.

    What can't be read is left out, as everywhere: the store then `lacks`.

    Raises:
        ServiceError: no such stream or event type.

    """
    unknown = [name for name in wanted.types if name not in EVENTS]
    if unknown:
        raise ServiceError(
            f"{unknown[0]}: expected an event type, found none",
            hint="aidledger events lists them",
            exit_code=2,
        )
    stream, kind = None, wanted.stream
    if wanted.stream is not None and wanted.stream.rstrip("/") not in KINDS:
        stream, kind = find_stream(session, wanted.stream), None
    first = 0 if wanted.since is None else _first(session, wanted.since)
    rows = _rows(session, wanted.types, first, stream, in_order=in_order)
    return _logged(session, rows, wanted, "" if kind is None else f"{kind.rstrip('/')}/")


def _first(session: Session, since: Point) -> int:
    """Return the first position asked for: that of a position, or the first of a day or time."""
    if since.position is not None:
        return since.position
    # a point reaches to its end: what comes from its beginning on was not there just before it
    return size_at(session.store, Point(text=since.text, before=since.begins))


def _rows(
    session: Session, types: tuple[str, ...], first: int, stream: str | None, *, in_order: bool
) -> Iterator[Recorded]:
    """Yield entries from a position on, of these types if any, page by page."""
    store = session.store
    if stream is not None:
        entries = session.stream(stream)
        yield from (
            one
            for one in (entries if in_order else reversed(entries))
            if one.position >= first and (not types or wire_name(one.event) in types)
        )
        return
    size = store.head().size
    starts = range(first, size, _PAGE)
    for start in starts if in_order else reversed(starts):
        stop = min(start + _PAGE, size)
        page = store.read_page(start=start, limit=_PAGE, stop=stop, types=types)
        store.beside.lacks |= not types and len(page) < stop - start
        yield from readable(store, page if in_order else reversed(page))


def _logged(
    session: Session, entries: Iterator[Recorded], wanted: Wanted, prefix: str
) -> Iterator[Logged]:
    book, end = session.policy(), None
    if wanted.known_on is not None:
        end = end_of_china_day(wanted.known_on)

    @lru_cache(maxsize=_STREAMS_KEPT)
    def programme_of(stream: str) -> str:
        return fold_case(stream, session.stream(stream)).programme

    @lru_cache(maxsize=_STREAMS_KEPT)
    def days_of(stream: str) -> list[tuple[int, str]]:
        return [(one.position, one.effective_on) for one in session.stream(stream)]

    for entry in entries:
        if not (
            entry.stream.startswith(prefix)
            and (wanted.actor is None or entry.actor == wanted.actor)
            and (wanted.office is None or entry.office == wanted.office)
            and (wanted.from_day is None or entry.effective_on >= wanted.from_day)
            and (wanted.as_of is None or entry.effective_on <= wanted.as_of)
            and (end is None or entry.recorded_at < end)
        ):
            continue
        if wanted.programme is not None:
            own = getattr(entry.event, "programme", None)
            if own is None and entry.stream.startswith("case/"):
                own = programme_of(entry.stream)
            if own != wanted.programme:
                continue
        behind = entry.effective_on < china_day(entry.recorded_at) and any(
            position < entry.position and day > entry.effective_on
            for position, day in days_of(entry.stream)
        )
        yield Logged(
            entry=entry,
            late=lateness(book, entry, wanted.known_on),
            back_dated=behind,
            amount_fen=_amount(entry.event),
        )


def _amount(event: Any) -> int | None:
    """Return the money that an entry is about, in fen, where it is about money."""
    for name in ("amount_fen", "monthly_fen", "proposed_fen"):
        value = getattr(event, name, None)
        if type(value) is int:
            return value
    return None
