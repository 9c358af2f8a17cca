"""Trusted, and of use for one head only: an attacker who moves the head makes it forget everything.

What this process knows of the last entries of streams. A writer that was the last to write need
not ask the database again what it has just written there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Final, TypeAlias

from aidledger.store.port import Head

Tail: TypeAlias = tuple[int, bytes]
"""Version and leaf hash of the last entry of a stream."""

LookUp: TypeAlias = Callable[[set[str]], Mapping[str, Tail]]
"""Asks the database, under the lock, for the tails of streams; those without entries are left out."""

_STREAMS_KEPT: Final = 100_000


class Tails:
    """The tails of streams in the log that has one size and root. Used under the store's lock."""

    def __init__(self) -> None:
        self.head: Head | None = None
        """What it holds for: found right, or made here."""
        self._known: dict[str, Tail | None] = {}

    def missing(self, streams: Iterable[str]) -> set[str]:
        """Return the streams of which nothing is known."""
        return {stream for stream in streams if stream not in self._known}

    def at(
        self,
        head: Head,
        streams: Collection[str],
        look_up: LookUp,
        *,
        asked: Iterable[str] = (),
        found: Mapping[str, Tail] | None = None,
    ) -> dict[str, Tail]:
        """Return the tails of streams below this head, which is locked; unknown ones are looked up.

        `found` is what looking `asked` up under the same lock has given already.
        """
        if head != self.head or len(self._known) > _STREAMS_KEPT:
            self.head, self._known = head, {}
        if found is not None:
            self._known |= {stream: found.get(stream) for stream in asked}
        if missing := self.missing(streams):
            heads = look_up(missing)
            self._known |= {stream: heads.get(stream) for stream in missing}
        return {stream: tail for stream in streams if (tail := self._known[stream]) is not None}

    def expect(self, head: Head, tails: Mapping[str, Tail]) -> None:
        """Take note of what is about to be committed; if it is not, another head will be found."""
        self.head = head
        self._known.update(tails)
