"""Deadlines judged on proven times: an entry counts from when others can vouch that it was there.

Three times stand side by side: the day claimed (`effective_on`), the day recorded (`recorded_at`, the
operator's clock), and the interval between two proofs of time. Days are civil days in China.

An entry that says it was recorded before a time at which the log was shown without it is *flagged*:
its clock was set back, or that checkpoint was cosigned long after it was signed. Nothing in the log
tells the two apart, so such an entry is held to the earlier of both, unless the reader vouches for
how long after signing checkpoints are cosigned at most (`lag_days`).
"""

from __future__ import annotations

from collections.abc import Container
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, Literal

import msgspec

from aidledger.domain.calendar import Calendar
from aidledger.domain.provenlimit import Days, Limit, Verdict, days_used, judge
from aidledger.domain.values import is_day
from aidledger.ledger.forms import is_time
from aidledger.ledger.proventime import Interval, ProvenTimes
from aidledger.services.cases.standing import day_of_question
from aidledger.services.clock import china_day
from aidledger.services.generations.rebuilding import read_rows
from aidledger.services.proofs.timeproofs import Sources, collect_times
from aidledger.services.session import Session

Flag = Literal["claimed_before", "recorded_before", "recorded_after"]
_EVERYTHING: Final = "9999-12-31"
_MAX_LAG_DAYS: Final = 36_500


class TimeShown(msgspec.Struct, frozen=True, kw_only=True):
    """A proof of time that counts: `size` entries were there by a time, and all that was shown."""

    size: int
    there_by: str
    shown_at: str
    by: tuple[str, ...]


class ProvenEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry and its three times; an interval without an end is open there."""

    position: int
    stream: str
    type: str
    effective_on: str
    recorded_at: str
    not_before: str | None
    not_after: str | None
    flags: tuple[Flag, ...]


class ProvenLimit(msgspec.Struct, frozen=True, kw_only=True):
    """A limit, what was used of it by each of the three times, and what the proofs say.

    ``*_used`` count from the start to the act, or, where it is missing, to the day of the question.
    ``proven_least`` and ``proven_most`` bound it by proof; None where nothing does.
    """

    stream: str
    limit_id: str
    bound: str
    n: int
    unit: str
    due_on: str
    provisional: bool
    from_position: int
    done_position: int | None
    claimed_used: int | None
    recorded_used: int | None
    proven_least: int | None
    proven_most: int | None
    verdict: Verdict


class ProvenReport(msgspec.Struct, frozen=True, kw_only=True):
    """What can be said of limits and entries by proof; ``unused`` says what is no proof, and why."""

    as_of: str
    proofs: tuple[TimeShown, ...]
    unused: tuple[str, ...]
    entries: tuple[ProvenEntry, ...]
    limits: tuple[ProvenLimit, ...]


def prove_limits(
    session: Session,
    sources: Sources,
    *,
    stream: str | None = None,
    lag_days: int | None = None,
) -> ProvenReport:
    """Judge every limit that began, and name the entries that begin and end them.

    Args:
        session: an opened ledger.
        sources: whose word about time counts.
        stream: only the limits of this stream, and then all of its entries.
        lag_days: at most so long after it was signed a checkpoint is cosigned, the reader says.

    """
    limits = read_rows(session, "deadlines")
    limits = [one for one in limits if one["due_on"] and stream in (None, one["stream"])]
    ends = {one["from_position"] for one in limits} | {one["done_position"] for one in limits}
    reader = _Entries(ends, stream)
    times, unused = collect_times(session.store, sources, reader.see)
    lag = None if lag_days is None else min(lag_days, _MAX_LAG_DAYS)
    known = {one.position: _Known(one, times, lag) for one in reader.found}
    as_of = day_of_question(session)
    judging = _Judging(session.policy().calendar_known_on(_EVERYTHING), times, known, as_of)
    return ProvenReport(
        as_of=as_of,
        proofs=tuple(
            TimeShown(
                size=one.head.size,
                there_by=_text(one.there_by),
                shown_at=_text(one.shown_at),
                by=one.by,
            )
            for one in times.proofs
        ),
        unused=tuple(unused),
        entries=tuple(one.proven for one in known.values()),
        limits=tuple(judging.limit(one) for one in limits if one["from_position"] in known),
    )


class _Entry(msgspec.Struct, gc=False):
    """What is asked of a record here."""

    effective_on: str
    recorded_at: str
    stream: str
    type: str = msgspec.field(name="$type")
    position: int = 0


@lru_cache(maxsize=1)
def _decoder() -> msgspec.json.Decoder[_Entry]:
    return msgspec.json.Decoder(_Entry)


class _Entries:
    """Picks out the entries asked for while the log goes by; what can't be read is left out."""

    def __init__(self, positions: Container[int], stream: str | None) -> None:
        self.found: list[_Entry] = []
        self._positions = positions
        self._name = stream
        self._stream = None if stream is None else f'"stream":"{stream}"'.encode()

    def see(self, position: int, _leaf: bytes, record: bytes) -> None:
        """Take an entry of the log."""
        wanted = position in self._positions
        if not wanted and (self._stream is None or self._stream not in record):
            return
        try:
            entry = _decoder().decode(record)
        except (msgspec.DecodeError, UnicodeError, RecursionError):
            return
        wanted = wanted or entry.stream == self._name
        if wanted and is_day(entry.effective_on) and is_time(entry.recorded_at):
            entry.position = position
            self.found.append(entry)


class _Known:
    """An entry with its interval, and the days that a limit may count with."""

    def __init__(self, entry: _Entry, times: ProvenTimes, lag: int | None) -> None:
        interval = times.interval(entry.position)
        self.claimed = date.fromisoformat(entry.effective_on)
        self.recorded = _day(entry.recorded_at)
        before, after = _days(interval)
        floor = before and before - timedelta(days=lag or 0)
        flags: list[Flag] = []
        if floor and self.claimed < floor:
            flags.append("claimed_before")
        if floor and self.recorded < floor:
            flags.append("recorded_before")
        if after and self.recorded > after:
            flags.append("recorded_after")
        self.earliest = before and min(before, self.recorded)
        if self.earliest and floor and lag is not None:
            self.earliest = max(self.earliest, floor)
        self.latest = after
        self.proven = ProvenEntry(
            position=entry.position,
            stream=entry.stream,
            type=entry.type,
            effective_on=entry.effective_on,
            recorded_at=entry.recorded_at,
            not_before=None if interval.not_before is None else _text(interval.not_before),
            not_after=None if interval.not_after is None else _text(interval.not_after),
            flags=tuple(flags),
        )

    def as_start(self) -> Days:
        """When the clock can have begun: not later than claimed, for the office itself says so."""
        earliest = self.earliest and min(self.earliest, self.claimed)
        return Days(earliest, self.latest and max(self.latest, self.claimed))

    def as_end(self) -> Days:
        """When the act can have been entered, or later where it is claimed for a later day."""
        return Days(self.earliest, self.latest and max(self.latest, self.claimed))


class _Judging:
    """What every limit is judged with."""

    def __init__(
        self, calendar: Calendar, times: ProvenTimes, known: dict[int, _Known], as_of: str
    ) -> None:
        self._calendar, self._known = calendar, known
        self._as_of = date.fromisoformat(as_of)
        self._shown = None if times.shown is None else _day(_text(times.shown))

    def limit(self, row: dict[str, Any]) -> ProvenLimit:
        """Judge one row of the model ``deadlines``."""
        limit = Limit(
            n=int(row["n"]),
            unit=row["unit"],
            count_from="same_day" if row["count_from"] == "same_day" else "next_day",
            roll="next_working_day" if row["roll"] == "next_working_day" else "none",
            bound="at_least" if row["bound"] == "at_least" else "at_most",
            extended=int(row["extended"]),
            suspended=bool(row["suspended_days"]),
        )
        start, done = self._known[row["from_position"]], self._known.get(row["done_position"])
        begun, ended = start.as_start(), Days(None, None)
        if done is not None:
            ended = done.as_end()
        elif row["done_position"] is None:
            # an act that is nowhere in the log was not there when the log was shown last
            ended = Days(self._shown, None)

        def used(first: date | None, last: date | None) -> int | None:
            if first is None or last is None:
                return None
            try:
                return days_used(self._calendar, limit, first, last)
            except OverflowError:  # the first day of all: hostile
                return None

        return ProvenLimit(
            stream=row["stream"],
            limit_id=row["limit_id"],
            bound=limit.bound,
            n=limit.n + limit.extended,
            unit=limit.unit,
            due_on=str(row["due_on"]),
            provisional=bool(row["provisional"]),
            from_position=row["from_position"],
            done_position=row["done_position"],
            claimed_used=used(start.claimed, done.claimed if done else self._as_of),
            recorded_used=used(start.recorded, done.recorded if done else self._as_of),
            proven_least=used(begun.latest, ended.earliest),
            proven_most=used(begun.earliest, ended.latest),
            verdict=judge(self._calendar, limit, begun, ended),
        )


def _days(interval: Interval) -> tuple[date | None, date | None]:
    before, after = (None if one is None else _day(_text(one)) for one in interval)
    return before, after


def _day(recorded_at: str) -> date:
    return date.fromisoformat(china_day(recorded_at))


def _text(second: int) -> str:
    """Write seconds since 1970 as a time in UTC (RFC 3339)."""
    return datetime.fromtimestamp(second, UTC).isoformat().replace("+00:00", "Z")
