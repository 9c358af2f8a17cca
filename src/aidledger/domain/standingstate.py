"""What somebody is recognised as, and has stated or chosen; days ISO, empty where it lasts."""

from __future__ import annotations

import msgspec


class Recognition(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Recognised as one of a class, by a unit, on a day, until a day (the last on which it holds)."""

    by_unit: str
    cause: str
    granted_on: str
    recognised: str
    ended_on: str = ""
    valid_to: str = ""

    def holds(self, day: str) -> bool:
        """Whether it holds on a day."""
        return (
            self.granted_on <= day
            and (not self.valid_to or day <= self.valid_to)
            and (not self.ended_on or day < self.ended_on)
        )


class Standing(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Recognitions of the person, what the application states, and the programme chosen of two."""

    recognitions: tuple[Recognition, ...] = ()
    stated: frozenset[str] = frozenset()
    declared_true: bool = False
    given_up: frozenset[str] = frozenset()
