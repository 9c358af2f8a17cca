"""What joins entries to each other: each stream's chain, the recording times, the positions.

All three resynchronise: one piece of damage gives one finding (two where a pair was swapped),
and the entries after it are checked as if it had not been.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from aidledger.ledger.canonical import clip, show
from aidledger.ledger.finding import Finding
from aidledger.ledger.window import POSITION_LIMIT, Run, sane_position


class _Link(NamedTuple):
    """Where a stream stands; `before` is where it stood before a jump that may be a forgery."""

    version: int
    position: int | None
    leaves: tuple[str, ...]
    before: _Link | None


class Chain:
    """The streams' chains: versions dense from 1, each entry naming the leaf hash of the last."""

    def __init__(self) -> None:
        self._links: dict[str, _Link] = {}

    def join(self, run: Run) -> Iterator[Finding]:
        """Join a run to its stream; yields what does not fit."""
        stream, _, version, prev, last_version, last_position, leaves = run
        link = self._links.get(stream)
        if link is None:
            fits = version == 1 and (prev is None or prev is False)
        else:
            known = prev is not False and link.leaves  # a damaged row cannot say its hash
            fits = version == link.version + 1 and (not known or prev in link.leaves)
        if fits:
            self._links[stream] = _Link(last_version, last_position, leaves, None)
            return
        yield from self._misfit(run, link)

    def _misfit(self, run: Run, link: _Link | None) -> Iterator[Finding]:
        expected = link.version + 1 if link else 1
        linked = run.prev in link.leaves if link else run.prev is None
        before = link.before if link else None
        long = run.last_version > run.version
        after = _Link(run.last_version, run.last_position, run.leaves, None)
        if before and run.version == before.version + 1 and run.prev in before.leaves:
            # the jump reported last time was a stranger in between: take up the old thread
            self._links[run.stream] = after
            return
        if run.version == expected:
            yield _finding(run, "prev_differs", "prev", _named(link), show(run.prev))
            self._links[run.stream] = after
            return
        yield _finding(run, "version_differs", "version", str(expected), show(run.version))
        if linked and not long:
            # its link is right, so only its number is wrong: count on from where the stream was
            self._links[run.stream] = after._replace(version=expected)
        elif run.version > expected or long or link is None:
            older = link._replace(before=None) if link else None
            self._links[run.stream] = after._replace(before=older)


def _named(link: _Link | None) -> str:
    if link is None:
        return "null"
    return f"{' or '.join(link.leaves)} (position {link.position})"


def _finding(run: Run, code: str, field: str, expected: str, found: str) -> Finding:
    return Finding(
        code=code,
        position=run.position,
        stream=clip(run.stream, 200),
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
            position=at[0],
            field="recorded_at",
            expected=f"{relation} {clip(other[1])} (position {other[0]})",
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
        span = f"position {first}" if first == last else f"positions {first} to {_number(last)}"
        yield Finding(
            code="position_missing",
            position=sane_position(first),
            field="position",
            expected=span,
            found="no such row" if first == last else f"{_number(end - first)} rows missing",
        )


def _number(value: int) -> str:
    return str(value) if value <= POSITION_LIMIT else show(value)
