"""Chooses the cases that go wrong, lets them, and finds afterwards where it stands in the log."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from aidledger.services.simulation.county import County
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.irregularities import care, life, money, oversight, procedure
from aidledger.services.simulation.irregularities.scene import Kind, Scene, Tools, orderly
from aidledger.services.simulation.planning import CasePlan

_TOO_FEW = "too few cases"
_TOO_SHORT = "the simulation ended before it could happen"


class Planted(msgspec.Struct, frozen=True, kw_only=True):
    """One irregularity that stands in the log: which, about what, and at which positions."""

    rule: str
    case: str
    position: int
    positions: tuple[int, ...]
    note_zh: str
    note_en: str


class Unplanted(msgspec.Struct, frozen=True, kw_only=True):
    """One irregularity that this county could not have, and why."""

    rule: str
    note_zh: str
    note_en: str
    reason: str


class Plants:
    """All irregularities of one simulation; none unless they are wanted."""

    def __init__(self, county: County, *, wanted: bool) -> None:
        self._county = county
        self._kinds: tuple[Kind, ...] = all_kinds() if wanted else ()
        self._numbers: dict[int, tuple[int, ...]] = {}
        self._scenes: dict[int, Scene] = {}

    def change(self, plans: Sequence[CasePlan]) -> list[CasePlan]:
        """Return the plans with those of the chosen cases changed."""
        changed = list(plans)
        order = list(range(len(changed)))
        self._county.rng("irregularities").shuffle(order)
        for index, kind in enumerate(self._kinds):
            if kind.people > len(order):
                continue
            chosen = [order.pop() for _ in range(kind.people)]
            scene = Scene(county=self._county)
            base = [orderly(self._county, changed[place]) for place in chosen]
            fresh = kind.plan(scene, base) if kind.plan else base
            for place, plan in zip(chosen, fresh, strict=True):
                changed[place] = plan
            self._numbers[index] = tuple(plan.number for plan in fresh)
            self._scenes[index] = scene
        return changed

    def give_tools(self, tools: Tools, cases: Sequence[Dossier]) -> None:
        """Give every irregularity its cases and what it may meddle with."""
        by_number = {case.plan.number: case for case in cases}
        for index, scene in self._scenes.items():
            scene.tools = tools
            scene.cases = [by_number[number] for number in self._numbers[index]]

    def start(self) -> None:
        """Set going what does not wait for an approval."""
        for index, scene in self._scenes.items():
            begin = self._kinds[index].start
            if begin is not None:
                begin(scene)

    def found(self) -> tuple[tuple[Planted, ...], tuple[Unplanted, ...]]:
        """Return what stands in the log, by rule and position, and what does not."""
        planted, missing = [], []
        for index, kind in enumerate(self._kinds):
            scene = self._scenes.get(index)
            positions = sorted(kind.find(scene)) if scene else []
            if scene is None or not positions:
                missing.append(_unplanted(kind, _TOO_SHORT if scene else _TOO_FEW))
                continue
            planted.append(
                Planted(
                    rule=kind.rule,
                    case=kind.stream(scene) if kind.stream else scene.cases[0].stream,
                    position=positions[0],
                    positions=tuple(positions),
                    note_zh=kind.note_zh,
                    note_en=kind.note_en,
                )
            )
        planted.sort(key=lambda found: (found.rule, found.position))
        return tuple(planted), tuple(missing)


def all_kinds() -> tuple[Kind, ...]:
    """Return every kind there is, in the order in which they choose their cases."""
    modules = (life, procedure, money, care, oversight)
    return tuple(kind for module in modules for kind in module.kinds())


def _unplanted(kind: Kind, reason: str) -> Unplanted:
    """Return what the list says of a kind that is not there."""
    return Unplanted(rule=kind.rule, note_zh=kind.note_zh, note_en=kind.note_en, reason=reason)
