"""What is shown to everybody: a list that is not what the ledger has, or tells too much."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from aidledger.domain.events import registry
from aidledger.domain.recorded import Recorded
from aidledger.domain.values import add_months
from aidledger.services.simulation.county import Process
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.irregularities.scene import (
    Kind,
    Scene,
    SideEffect,
    changed,
    where,
)
from aidledger.services.simulation.oversight import LIST_KIND, Boards


def kinds() -> tuple[Kind, ...]:
    """Return the kinds of this group."""
    return (
        of_list(
            "F088",
            ("公开名单中一行金额与台账不符", "a line of a published list differs from the ledger"),
            lambda boards: boards.wrong,
            only_in_file=True,
        ),
        of_list(
            "F089",
            ("公开名单载有银行账户", "a published list shows the accounts as well"),
            lambda boards: boards.oversharing,
            also=(SideEffect(rule="F088", find=_spoiled),),
        ),
    )


def of_list(
    rule: str,
    notes: tuple[str, str],
    marked: Callable[[Boards], set[tuple[str, str]]],
    also: tuple[SideEffect, ...] = (),
    *,
    only_in_file: bool = False,
) -> Kind:
    """Return a kind that spoils the list of a person's township in the second month of support."""
    note_zh, note_en = notes
    return Kind(
        rule=rule,
        note_zh=note_zh,
        note_en=note_en,
        plan=lambda scene, plans: changed(sequel=partial(_spoil, scene, marked))(scene, plans),
        stream=lambda _: f"list/{LIST_KIND}",
        find=_spoiled,
        also=also,
        only_in_file=only_in_file,
    )


def _spoil(
    scene: Scene, marked: Callable[[Boards], set[tuple[str, str]]], case: Dossier
) -> Process:
    """Mark the list; nothing else happens."""
    month = add_months(case.from_month, 1)
    marked(scene.tools.boards).add((case.office, month))
    scene.keep("town", case.office)
    scene.keep("month", month)
    yield from ()


def _spoiled(scene: Scene) -> list[int]:
    """Find the list that was marked, if it was shown."""

    def is_it(entry: Recorded) -> bool:
        event = entry.event
        return isinstance(event, registry.ListPublished) and (event.place, event.month) == (
            scene.kept("town"),
            scene.kept("month"),
        )

    return where(scene.entries(f"list/{LIST_KIND}"), registry.ListPublished, is_it)
