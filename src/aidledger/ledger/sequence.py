"""What joins entries to each other: each stream's chain, the recording times, the positions.

All three resynchronise: one piece of damage gives one finding (two where a pair was swapped),
and the entries after it are checked as if it had not been.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from typing import NamedTuple

from aidledger.ledger.canonical import clip, show
from aidledger.ledger.finding import Finding
from aidledger.ledger.window import Columns, Ends, Link, hashes_of, sane_position


class _Place(NamedTuple):
    """Where a stream stands; `before` is where it stood before a jump that may be a forgery."""

    version: int
    leaf: bytes
    position: int | None
    other: bytes
    before: _Place | None


class Chain:
    """The streams' chains: versions dense from 1, each entry naming the leaf hash of the last."""

    def __init__(self) -> None:
        self._places: dict[str, _Place | tuple[int, bytes, int]] = {}
        self._lost = False

    def forget(self) -> None:
        """Take every stream as it comes from now on: entries are missing that it may go on from."""
        self._places = {}
        self._lost = True

    def join_ends(self, ends: Ends) -> Iterator[Finding]:
        """Join a run of entries without fault, each stream by its first and its last."""
        places = self._places
        rows = zip(
            ends.streams.split("\n"),
            ends.firsts,
            hashes_of(ends.prevs),
            ends.lasts,
            hashes_of(ends.leaves),
            strict=True,
        )
        for stream, (position, version), prev, last, leaf in rows:
            place = places.get(stream)
            if (
                version == 1 or self._lost
                if place is None
                else (version == place[0] + 1 and prev == place[1] and version > 1)
            ):
                places[stream] = (last, leaf, position)
                continue
            named = prev.hex() if version > 1 else None
            yield from self.join(Link(position, stream, version, named, b"", b""))
            places[stream] = (last, leaf, position)

    def join_columns(self, start: int, columns: Columns) -> Iterator[Finding]:
        """Join a window without fault from `start` on; yields what does not fit its stream."""
        places = self._places
        rows = zip(
            count(start),
            columns.streams.split("\n"),
            columns.versions,
            hashes_of(columns.leaves),
            hashes_of(columns.prevs),
            strict=False,
        )
        for position, stream, version, leaf, prev in rows:
            place = places.get(stream)
            if (
                version == 1
                if place is None
                else (version == place[0] + 1 and prev == place[1] and version > 1)
            ):
                places[stream] = (version, leaf, position)
            else:
                named = prev.hex() if version > 1 else None
                yield from self.join(Link(position, stream, version, named, leaf, leaf))

    def join(self, link: Link) -> Iterator[Finding]:
        """Join one entry to its stream, with care; yields what does not fit."""
        known = self._places.get(link.stream)
        place = _place(known)
        after = _Place(link.version, link.leaf, link.position, link.other, None)
        if known is None and self._lost:
            self._places[link.stream] = after
            return
        linked = _linked(link, place)
        expected = place.version + 1
        before = place.before
        resumed = before and link.version == before.version + 1 and _linked(link, before)
        if link.version == expected and linked:
            pass
        elif resumed and link.version > expected:
            pass  # the entry reported last time stood in between: take up the thread before it
        elif link.version == expected:
            yield _misfit(link, "prev_differs", "prev", _named(place), show(link.prev))
        else:
            yield _misfit(link, "version_differs", "version", show(expected), show(link.version))
            if linked and link.prev is not False:
                # its link is right, so only its number is wrong: count on from where it was
                after = after._replace(version=expected)
            elif link.version < expected and not resumed:
                return
            else:
                after = after._replace(before=place._replace(before=None))
        self._places[link.stream] = after


def _place(known: _Place | tuple[int, bytes, int] | None) -> _Place:
    if known is None:
        return _Place(0, b"", None, b"", None)
    if isinstance(known, _Place):
        return known
    version, leaf, position = known
    return _Place(version, leaf, position, leaf, None)


def _linked(link: Link, place: _Place) -> bool:
    """Whether the entry names the one before, as far as a damaged row can say."""
    if link.prev is False:
        return True
    if not place.version:
        return link.prev is None
    hashes = {place.leaf.hex(), place.other.hex()} - {""}
    return not hashes or link.prev in hashes


def _named(place: _Place) -> str:
    if not place.version:
        return "null"
    hashes = " or ".join(dict.fromkeys((place.leaf.hex(), place.other.hex())))
    return f"{hashes} (position {show(place.position)})"


def _misfit(link: Link, code: str, field: str, expected: str, found: str) -> Finding:
    return Finding(
        code=code,
        position=sane_position(link.position),
        stream=clip(link.stream, 200),
        field=field,
        expected=expected,
        found=found,
    )


class Times:
    """The recording times along the log: equal or later, never back.

    Of two neighbours in the wrong order the next entry says which one is out of place.
    """

    def __init__(self) -> None:
        self._last: tuple[int | None, str] = (None, "")
        self._doubtful: tuple[int | None, str] | None = None

    def join(self, position: int | None, time: str) -> Iterator[Finding]:
        """Join the next entry's time; yields what goes back."""
        if self._doubtful is not None:
            early, self._doubtful = self._doubtful, None
            if time >= self._last[1]:
                yield self._out_of_place(early, "not before", self._last)
            else:
                yield self._out_of_place(self._last, "not after", early)
                self._last = early
        if time < self._last[1]:
            self._doubtful = (position, time)
        else:
            self._last = (position, time)

    def finish(self) -> Iterator[Finding]:
        """Say what the last entry left in doubt."""
        if self._doubtful is not None:
            yield self._out_of_place(self._doubtful, "not before", self._last)

    @staticmethod
    def _out_of_place(
        at: tuple[int | None, str], relation: str, other: tuple[int | None, str]
    ) -> Finding:
        return Finding(
            code="recorded_at_back",
            position=sane_position(at[0]),
            field="recorded_at",
            expected=f"{relation} {clip(other[1])} (position {show(other[0])})",
            found=show(at[1]),
        )


class Positions:
    """The positions along the log: dense from 0. Neighbouring gaps become one finding."""

    def __init__(self) -> None:
        self.stop = 0
        self.has_gaps = False
        self._gap: tuple[int, int] | None = None

    def join(self, start: int, stop: int, missing: list[tuple[int, int]]) -> Iterator[Finding]:
        """Join a window that began at `start` and ended before `stop`."""
        spans = [(self.stop, start), *missing] if start > self.stop else missing
        for first, end in spans:
            self.has_gaps = True
            if self._gap is not None and self._gap[1] == first:
                self._gap = (self._gap[0], end)
                continue
            yield from self.finish()
            self._gap = (first, end)
        self.stop = stop

    def finish(self) -> Iterator[Finding]:
        """Report the gap that is still open."""
        if self._gap is None:
            return
        first, end = self._gap
        self._gap = None
        last = end - 1
        span = (
            f"position {show(first)}"
            if first == last
            else f"positions {show(first)} to {show(last)}"
        )
        yield Finding(
            code="position_missing",
            position=sane_position(first),
            field="position",
            expected=span,
            found="no such row" if first == last else f"{show(end - first)} rows missing",
        )
