"""What a kind of irregularity is made of: the plan it changes, the hand it lends, where it shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import msgspec

from aidledger.domain.events.base import Event, Programme
from aidledger.domain.recorded import Recorded
from aidledger.domain.values import add_months
from aidledger.services.simulation.banks import Banks
from aidledger.services.simulation.bought import BoughtServices
from aidledger.services.simulation.care import Carers
from aidledger.services.simulation.county import County, Process
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.oversight import Boards, Complaints
from aidledger.services.simulation.payments import PayRuns
from aidledger.services.simulation.people import born_aged
from aidledger.services.simulation.planning import CasePlan
from aidledger.services.simulation.procedure import SpotChecks
from aidledger.services.simulation.stores import Stores
from aidledger.services.simulation.units import Units

_AGE = 72
_FIRST_WORKDAYS = 8


class Tools(msgspec.Struct, frozen=True, kw_only=True):
    """The parts of the county that an irregularity may meddle with."""

    carers: Carers
    checks: SpotChecks
    all_runs: Mapping[Programme, PayRuns]
    complaints: Complaints
    boards: Boards
    stores: Stores
    units: Units
    bought: BoughtServices
    banks: Banks

    @property
    def runs(self) -> PayRuns:
        """The pay runs of extreme hardship."""
        return self.all_runs["tekun"]


@dataclass(slots=True, kw_only=True)
class Scene:
    """One irregularity in the making: its county, and later its cases and tools."""

    county: County
    cases: list[Dossier] = field(default_factory=list)
    _tools: Tools | None = None
    _kept: dict[str, str] = field(default_factory=dict)

    @property
    def tools(self) -> Tools:
        """The tools; there once the county is peopled."""
        if self._tools is None:
            raise ValueError("expected a peopled county")
        return self._tools

    @tools.setter
    def tools(self, tools: Tools) -> None:
        self._tools = tools

    def entries(self, stream: str | None = None) -> list[Recorded]:
        """Return the entries of a stream; default: of the first case."""
        name = stream or (self.cases[0].stream if self.cases else "")
        return self.county.session.stream(name) if name else []

    def month(self, later: int) -> str:
        """Return the month so many after the first of the county."""
        return add_months(self.county.first.isoformat()[:7], later)

    def keep(self, name: str, value: str) -> str:
        """Remember a value (a stream, a file) under a name until the end."""
        self._kept[name] = value
        return value

    def kept(self, name: str) -> str:
        """Return a value kept before; empty where there is none."""
        return self._kept.get(name, "")


def orderly(county: County, plan: CasePlan) -> CasePlan:
    """Return the plan of an old person at home who applies early and meets with no chance."""
    rng = county.rng("orderly", plan.number)
    apply_on = rng.choice(county.workdays[1 : 1 + _FIRST_WORKDAYS])
    return CasePlan(
        number=plan.number,
        apply_on=apply_on,
        person=county.people.person(born_aged(rng, apply_on, _AGE)),
        town=plan.town,
        village=plan.village,
        limb="age",
        ability="partly",
        fates=False,
    )


class SideEffect(msgspec.Struct, frozen=True, kw_only=True):
    """Another rule that a planted irregularity breaks by the way; it may be reported as well."""

    rule: str
    find: Callable[[Scene], list[int]]


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of irregularity.

    ``plan`` changes the plans of its ``people``, all orderly ones as ``orderly`` makes them out of
    drawn ones (the default: of old persons at home);
    ``start`` sets processes going; ``find`` says at which positions it stands; ``stream`` names
    what it is about, by default the first case. ``shows_after_days``: nobody can call it one before.
    ``only_in_file``: entries have no more of it than the hash of a file, and no SQL finds it.
    """

    rule: str
    note_zh: str
    note_en: str
    people: int = 1
    orderly: Callable[[County, CasePlan], CasePlan] = orderly
    plan: Callable[[Scene, list[CasePlan]], list[CasePlan]] | None = None
    start: Callable[[Scene], None] | None = None
    find: Callable[[Scene], list[int]]
    stream: Callable[[Scene], str] | None = None
    shows_after_days: int = 0
    only_in_file: bool = False
    also: tuple[SideEffect, ...] = ()


Change = Callable[[Scene, list[CasePlan]], list[CasePlan]]
Sequel = Callable[[Scene, Dossier], Process]


def changed(**fields: object) -> Change:
    """Return a change of plan that sets the same fields in every case of the kind."""

    def change(_: Scene, plans: list[CasePlan]) -> list[CasePlan]:
        return [msgspec.structs.replace(plan, **fields) for plan in plans]

    return change


def then(sequel: Sequel, **fields: object) -> Change:
    """Return a change of plan: other fields, and what happens after the approval."""
    return lambda scene, plans: changed(**fields, sequel=partial(sequel, scene))(scene, plans)


def where(
    entries: Sequence[Recorded],
    kind: type[Event],
    test: Callable[[Recorded], bool] = lambda _: True,
) -> list[int]:
    """Return the positions of the events of a type that pass a test."""
    return [entry.position for entry in entries if isinstance(entry.event, kind) and test(entry)]


def at(kind: type[Event]) -> Callable[[Scene], list[int]]:
    """Return a finder of all events of a type in all cases of the kind."""
    return lambda scene: [
        position for case in scene.cases for position in where(scene.entries(case.stream), kind)
    ]
