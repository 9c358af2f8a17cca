"""Chooses the cases that go wrong, lets them, and finds afterwards where it stands in the log."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from aidledger.replay.rows import recorded_row
from aidledger.services.simulation.county import County
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.irregularities import (
    authority,
    bought,
    care,
    channel,
    disclosure,
    elsewhere,
    forms,
    goods,
    life,
    means,
    money,
    order,
    origin,
    overlap,
    oversight,
    procedure,
    recognition,
    relief,
    services,
    statements_of_banks,
    supervision,
)
from aidledger.services.simulation.irregularities.scene import Kind, Scene, Tools
from aidledger.services.simulation.irregularities.uncarried import REASON, UNCARRIED, Uncarried
from aidledger.services.simulation.planning import CasePlan

_TOO_FEW = "too few cases"
_TOO_SHORT = "the simulation ended before it could happen"
_TOO_EARLY = "it has begun, and the simulation ended before it could be called wrong"


class Planted(msgspec.Struct, frozen=True, kw_only=True):
    """One irregularity that stands in the log: which, about what, and at which positions.

    ``only_in_file``: entries have no more of it than the hash of a file, so that no rule finds it.
    """

    rule: str
    case: str
    position: int
    positions: tuple[int, ...]
    note_zh: str
    note_en: str
    only_in_file: bool = False


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """What a planted irregularity breaks by the way; ``of`` is the rule that was planted."""

    rule: str
    of: str
    positions: tuple[int, ...]


class Unplanted(msgspec.Struct, frozen=True, kw_only=True):
    """One irregularity that this county could not have, and why.

    ``positions`` are there where it has begun, and it is too early to call it one.
    """

    rule: str
    note_zh: str
    note_en: str
    reason: str
    positions: tuple[int, ...] = ()


class Harvest(msgspec.Struct, frozen=True, kw_only=True):
    """What came of the planting."""

    planted: tuple[Planted, ...]
    not_planted: tuple[Unplanted, ...]
    side_effects: tuple[Followed, ...]


class Plants:
    """The irregularities of one simulation."""

    def __init__(self, county: County, kinds: tuple[Kind, ...]) -> None:
        self._county = county
        self._kinds = kinds
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
            base = [kind.orderly(self._county, changed[place]) for place in chosen]
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

    def found(self) -> Harvest:
        """Return what stands in the log, by rule and position, and what does not."""
        planted, missing = [], []
        followed: list[Followed] = []
        for index, kind in enumerate(self._kinds):
            scene = self._scenes.get(index)
            positions = tuple(sorted(kind.find(scene))) if scene else ()
            if scene is None:
                missing.append(_unplanted(kind, _TOO_FEW, ()))
                continue
            if not positions or not self._shows(kind, positions[-1]):
                reason = _TOO_EARLY if positions else _TOO_SHORT
                missing.append(_unplanted(kind, reason, positions))
                continue
            planted.append(
                Planted(
                    rule=kind.rule,
                    case=kind.stream(scene) if kind.stream else scene.cases[0].stream,
                    position=positions[0],
                    positions=positions,
                    note_zh=kind.note_zh,
                    note_en=kind.note_en,
                    only_in_file=kind.only_in_file,
                )
            )
            followed += [
                Followed(rule=side.rule, of=kind.rule, positions=tuple(sorted(side.find(scene))))
                for side in kind.also
            ]
        planted.sort(key=lambda found: (found.rule, found.position))
        return Harvest(
            planted=tuple(planted), not_planted=tuple(missing), side_effects=tuple(followed)
        )

    def _shows(self, kind: Kind, position: int) -> bool:
        """Whether the county went on long enough after an entry for it to be called wrong."""
        store = self._county.session.store
        entry = recorded_row(next(iter(store.read(position, position + 1))))
        over = self._county.last - timedelta(days=kind.shows_after_days)
        return entry is not None and entry.effective_on <= over.isoformat()


def all_kinds(*, statements: bool = False) -> tuple[Kind, ...]:
    """Return every kind there is, in the order in which they choose their cases.

    Those of bank statements only where the county has `statements`.
    """
    modules = (
        *(life, procedure, money, care, oversight, goods, supervision, services),
        *(order, authority, origin, channel, bought, disclosure),
        *(means, overlap, recognition, relief, forms, elsewhere),
        *([statements_of_banks] if statements else []),
    )
    return tuple(kind for module in modules for kind in module.kinds())


def no_kinds() -> tuple[Unplanted, ...]:
    """Return what no county can have, and why."""
    return tuple(_unplanted(one, REASON, ()) for one in UNCARRIED)


def _unplanted(kind: Kind | Uncarried, reason: str, positions: tuple[int, ...]) -> Unplanted:
    """Return what the list says of a kind that is not there, or not yet."""
    return Unplanted(
        rule=kind.rule,
        note_zh=kind.note_zh,
        note_en=kind.note_en,
        reason=reason,
        positions=positions,
    )
