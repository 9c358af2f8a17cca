"""What a question of power is about, and the three answers to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

import msgspec

from aidledger.domain.calendar import Calendar
from aidledger.domain.events.base import Event
from aidledger.domain.events.registry import ListWithdrawn
from aidledger.domain.registry.history import (
    NOTHING,
    Histories,
    Involvement,
    of_file,
    place_of,
)
from aidledger.domain.registry.registry import Registry
from aidledger.domain.registry.table import Powers, PowerTable


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who acts, for which office, with which key; no key where nothing is signed."""

    id: str
    office: str
    key: str = ""


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """What is done, on which stream."""

    type: str
    event: Event
    stream: str


class Setting(msgspec.Struct, frozen=True, kw_only=True):
    """The rules of the moment: the pack's parameters, the calendar, and the day in China."""

    recorded_on: str
    parameters: Mapping[str, Any] = MappingProxyType({})
    calendar: Calendar | None = None


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer may depend on.

    ``position`` is where the entry stands or would stand, ``recorded_at`` its time (UTC, ISO);
    ``powers`` is the table that holds there, nothing where its text is not at hand.
    """

    registry: Registry
    powers: Powers | None
    position: int
    recorded_at: str
    setting: Setting
    histories: Histories = MappingProxyType({})

    def parameter(self, name: str) -> Any:
        """Return a parameter: the pack's where it sets one of the same type, else the table's."""
        mine = None if self.powers is None else self.powers.parameters.get(name)
        theirs = self.setting.parameters.get(name)
        return theirs if theirs is not None and type(theirs) is type(mine) else mine

    def pack_number(self, name: str | None) -> int | None:
        """Return a whole number that only the pack in force gives; nothing where it gives none."""
        found = self.setting.parameters.get(name or "")
        return found if type(found) is int else None

    def history(self, name: str) -> Involvement:
        """Return the history of a stream or other subject."""
        return self.histories.get(name, NOTHING)

    def place(self, actor: Actor, act: Act, case: Involvement) -> str:
        """Return the place of an act: its subject's, or that of the office that acts."""
        if isinstance(act.event, ListWithdrawn):
            case = self.history(of_file(act.event.file))
        found = place_of(act.event, case)
        office = self.registry.office(actor.office, self.position)
        return found or (office.place if office else "")

    def power(self, act: Act) -> PowerTable | None:
        """Return the power that an act is done under."""
        return None if self.powers is None else self.powers.by_act.get(act.type)

    def acts(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return the acts that names of powers and acts stand for; every act where none is named."""
        if self.powers is None:
            return ()
        found = [act for name in names for act in self.powers.acts_of.get(name, (name,))]
        return tuple(found) if found else tuple(self.powers.by_act)

    @property
    def kin_degrees(self) -> tuple[str, ...]:
        """The degrees of kinship that keep an officer from a case."""
        return tuple(self.parameter("kin_degrees") or ())


class Allowed(msgspec.Struct, frozen=True, kw_only=True):
    """It may be done; ``rule`` says by which power, and whether by delegation or as a consequence."""

    rule: str


class Forbidden(msgspec.Struct, frozen=True, kw_only=True):
    """It may not be done: the code, the rule that says so, its citation and its words."""

    code: str
    rule: str
    citation: str
    text_zh: str
    text_en: str


class Undeclared(msgspec.Struct, frozen=True, kw_only=True):
    """The ledger has declared no powers before this entry: nothing can be said."""


Answer: TypeAlias = Allowed | Forbidden | Undeclared
