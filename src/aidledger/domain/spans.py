"""From a day until another, as ISO text: the end left out, or the end counted in.

An empty last day means that it lasts.
"""

from __future__ import annotations

import msgspec


class Span(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Something that holds from a day until before another."""

    from_on: str
    to_on: str = ""

    def holds(self, day: str) -> bool:
        """Whether it holds on a day."""
        return self.from_on <= day and (not self.to_on or day < self.to_on)


class Term(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Something that holds from a day on, and on a last one too."""

    from_on: str
    to_on: str = ""

    def holds(self, day: str) -> bool:
        """Whether it holds on a day."""
        return self.from_on <= day and (not self.to_on or day <= self.to_on)
