"""A small world under powers: a county's officers with their roles, and a log that they speak into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from aidledger.domain.calendar import Calendar
from aidledger.domain.events import powers as events
from aidledger.domain.events.base import Event
from aidledger.domain.events.catalog import EVENTS, wire_name
from aidledger.domain.recorded import Recorded
from aidledger.domain.registry.context import Act, Actor, Answer, Forbidden, Setting
from aidledger.domain.registry.replay import Replayed, replay
from aidledger.domain.registry.table import Powers, load_powers
from aidledger.domain.registry.watch import Watch
from aidledger.services.keys.founding import Said, genesis, roles
from aidledger.services.simulation.places import COUNTY, office_events
from aidledger.services.simulation.staff import (
    CUSTODIANS,
    NEEDED,
    administrators,
    posts,
    security,
)

FILE = Path(__file__).parents[3] / "src/aidledger/policies/powers/cn-county.toml"
TABLE = load_powers(FILE.read_bytes(), file=FILE.name)
TOWN, OTHER_TOWN = f"{COUNTY}001", f"{COUNTY}002"
VILLAGE = f"{TOWN}201"
DAY = "2022-03-01"
TOKENS = {
    post.officer.actor: f"p{number:032x}"
    for number, post in enumerate((*administrators(), *posts(1)), start=1)
}
OFFICES = {post.officer.actor: post.officer.office for post in (*administrators(), *posts(1))}


def without(duty: str) -> Powers:
    """Return the table with one duty taken out; its hash stays, so that genesis still finds it."""
    return replace(
        TABLE,
        all_duties=tuple(one for one in TABLE.all_duties if one.id != duty),
        duties=MappingProxyType(
            {act: tuple(d for d in duties if d.id != duty) for act, duties in TABLE.duties.items()}
        ),
    )


class Speech(NamedTuple):
    """Who says what, on which stream."""

    who: str
    event: Event
    stream: str
    office: str = ""
    key: str = ""


class World:
    """A log and its watch; ``day`` and ``clock`` are those of the next entry."""

    def __init__(
        self, table: Powers = TABLE, *, parameters: Mapping[str, Any] | None = None
    ) -> None:
        self.tables = {table.hash: table}
        self.parameters = dict(parameters or {})
        self.entries: list[Recorded] = []
        self.keys: dict[int, str] = {}
        self.day, self.clock = DAY, "01:00:00.000000Z"
        self.watch = Watch(tables=self.tables, settings=self.setting)
        self.found(table)

    def setting(self, effective_on: str, recorded_at: str, programme: str) -> Setting:
        del effective_on, programme
        return Setting(
            recorded_on=recorded_at[:10], parameters=self.parameters, calendar=Calendar(())
        )

    def found(self, table: Powers) -> None:
        """Declare powers and give every officer of the simulated county their roles."""
        chief = security()
        said = genesis(
            table,
            origin="test/powers",
            custodians=CUSTODIANS,
            needed=NEEDED,
            administrators=[post.officer for post in administrators()],
            position=0,
        )
        built = [*office_events(), *self.persons()]
        said += [Said(actor=chief.actor, office=chief.office, event=event) for event in built]
        said += roles([post.officer for post in posts(1)], by=chief)
        for one in said:
            self.says(Speech(one.actor, one.event, f"registry/{COUNTY}", one.office))

    def persons(self) -> list[Event]:
        return [
            events.ActorIdentified(actor=actor, person=token) for actor, token in TOKENS.items()
        ]

    def asked(self, speech: Speech) -> dict[str, Any]:
        return {
            "actor": Actor(
                id=speech.who, office=speech.office or OFFICES[speech.who], key=speech.key
            ),
            "act": Act(type=wire_name(speech.event), event=speech.event, stream=speech.stream),
            "position": len(self.entries),
            "effective_on": self.day,
            "recorded_at": f"{self.day}T{self.clock}",
        }

    def answer(self, speech: Speech) -> Answer:
        return self.watch.judge(**self.asked(speech))

    def refusals(self, speech: Speech) -> list[Forbidden]:
        return list(self.watch.refusals(**self.asked(speech)))

    def rules(self, speech: Speech) -> list[str]:
        return [one.rule for one in self.refusals(speech)]

    def codes(self, speech: Speech) -> list[str]:
        return [one.code for one in self.refusals(speech)]

    def says(self, *speeches: Speech) -> None:
        """Record what is allowed; fail where it is not."""
        for speech in speeches:
            assert [] == self.rules(speech), speech
            self.forges(speech)

    def forges(self, speech: Speech) -> int:
        """Record past the check; return the position."""
        position = len(self.entries)
        lawful = not self.refusals(speech)
        entry = Recorded(
            actor=speech.who,
            effective_on=self.day,
            event=speech.event,
            office=speech.office or OFFICES[speech.who],
            position=position,
            recorded_at=f"{self.day}T{self.clock}",
            sealed={},
            stream=speech.stream,
            version=1 + sum(one.stream == speech.stream for one in self.entries),
        )
        if speech.key:
            self.keys[position] = speech.key
        self.entries.append(entry)
        self.watch.take(entry, lawful=lawful)
        return position

    def replayed(self) -> Replayed:
        return replay(self.entries, tables=self.tables, settings=self.setting, key_of=self.keys.get)


def stream_of(event: Event, name: str) -> str:
    """Return a stream of the right kind for an event."""
    return f"{EVENTS[wire_name(event)].stream.split('|')[0]}/{name}"
