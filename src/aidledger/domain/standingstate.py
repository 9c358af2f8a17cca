"""What somebody is recognised as, has stated or chosen, and who stands behind a minor.

Days are ISO text, empty where it lasts.
"""

from __future__ import annotations

import msgspec

from aidledger.domain.spans import Term


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


class Guardian(Term, frozen=True, kw_only=True, gc=False):
    """Who answers for a minor, and as what (S4-075)."""

    guardian: str
    kind: str


class Parent(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What was found of a parent last: able to raise the child, or why not."""

    able: bool
    ground: str
    parent: str


class Choice(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Of two programmes that exclude each other the one that was chosen, and the other one (C17)."""

    chosen: str
    chosen_on: str
    given_up: str


class Standing(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """Recognitions of the person, what the application states, choices, guardians and parents."""

    recognitions: tuple[Recognition, ...] = ()
    stated: frozenset[str] = frozenset()
    choices: tuple[Choice, ...] = ()
    guardians: tuple[Guardian, ...] = ()
    parents: tuple[Parent, ...] = ()
