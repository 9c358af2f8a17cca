"""``Watch`` sees the entries in their order and says whether the next one may be recorded.

The same object serves the office that is about to record and whoever verifies later. A grant that
nobody had the power to give confers none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import TypeAlias

from aidledger.domain.events import powers as events
from aidledger.domain.events.base import Event
from aidledger.domain.events.intake import ApplicationSubmitted
from aidledger.domain.recorded import Recorded
from aidledger.domain.registry.authorise import authorise, refusals
from aidledger.domain.registry.context import Act, Actor, Answer, Context, Forbidden, Setting
from aidledger.domain.registry.enrol import enrol
from aidledger.domain.registry.history import NOTHING, Involvement, after
from aidledger.domain.registry.registry import Registry
from aidledger.domain.registry.table import Powers

Settings: TypeAlias = Callable[[str, str, str], Setting]
"""From (effective_on, recorded_at, programme) of an entry to the rules of its moment."""


@dataclass(slots=True, kw_only=True)
class Watch:
    """What the entries so far say about powers; it answers for the next one.

    ``tables`` are the tables of powers at hand by hash, ``settings`` the rules of a moment;
    ``histories`` may read what they are asked for.
    """

    tables: Mapping[str, Powers]
    settings: Settings
    registry: Registry = field(default_factory=Registry)
    histories: MutableMapping[str, Involvement] = field(default_factory=dict)

    def context(self, position: int, effective_on: str, recorded_at: str, act: Act) -> Context:
        """Return what an answer for the entry at a position may depend on."""
        wanted = self.registry.table_hash(position)
        if isinstance(act.event, events.GenesisDeclared):
            wanted = act.event.powers_hash
        return Context(
            registry=self.registry,
            powers=self.tables.get(wanted),
            position=position,
            recorded_at=recorded_at,
            setting=self.setting(act.event, act.stream, effective_on, recorded_at),
            histories=self.histories,
        )

    def setting(self, event: Event, stream: str, effective_on: str, recorded_at: str) -> Setting:
        """Return the rules of a moment, for the programme of the stream that an event is on."""
        programme = self.histories.get(stream, NOTHING).programme
        if isinstance(event, ApplicationSubmitted):
            programme = event.programme
        return self.settings(effective_on, recorded_at, programme)

    def judge(
        self, actor: Actor, act: Act, *, position: int, effective_on: str, recorded_at: str
    ) -> Answer:
        """Return whether an act may be recorded next."""
        context = self.context(position, effective_on, recorded_at, act)
        return authorise(actor, act, self.histories.get(act.stream, NOTHING), context)

    def refusals(
        self, actor: Actor, act: Act, *, position: int, effective_on: str, recorded_at: str
    ) -> tuple[Forbidden, ...]:
        """Return every rule that forbids an act."""
        context = self.context(position, effective_on, recorded_at, act)
        history = self.histories.get(act.stream, NOTHING)
        return tuple(refusals(actor, act, history, context))

    def take(self, entry: Recorded, *, lawful: bool = True) -> None:
        """Take note of a recorded entry; an unlawful one counts as history and confers no power."""
        setting = self.setting(entry.event, entry.stream, entry.effective_on, entry.recorded_at)
        self.histories.update(after(self.histories, entry, setting.recorded_on))
        self.enrol(entry, lawful=lawful)

    def enrol(self, entry: Recorded, *, lawful: bool) -> None:
        """Let a recorded entry confer power, if it was lawful; genesis always declares."""
        if lawful or isinstance(entry.event, events.GenesisDeclared):
            self.registry = enrol(self.registry, entry)
