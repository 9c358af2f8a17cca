"""Paid by the rate of the other form of support: of the county's programmes, children alone have two."""

from __future__ import annotations

from functools import partial
from typing import Final

from aidledger.domain.events.base import AmountLine
from aidledger.domain.values import add_months
from aidledger.services.simulation.county import Process
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.irregularities.money import second_month
from aidledger.services.simulation.irregularities.scene import Kind, Scene, changed
from aidledger.services.simulation.planning import CasePlan
from aidledger.services.simulation.programmes.children import orderly_child

_DIFFERENCE_FEN: Final = 40_000
"""What an orphan in an institution has a month beyond one at home."""


def kinds() -> tuple[Kind, ...]:
    """Return the kinds of this group."""
    return (
        Kind(
            rule="F060",
            note_zh="在家养育的孤儿按机构养育标准发放",
            note_en="an orphan raised at home was paid the rate of an institution",
            orderly=partial(orderly_child, "orphan"),
            plan=_of_the_other_form,
            find=second_month,
        ),
    )


def _of_the_other_form(scene: Scene, plans: list[CasePlan]) -> list[CasePlan]:
    """Let the roster have the other rate in the second month, against the rule that names the amount."""

    def mark(case: Dossier) -> Process:
        key = (case.stream, add_months(case.from_month, 1))
        added = AmountLine(code="child-orphan", fen=_DIFFERENCE_FEN, formula="")
        scene.tools.all_runs["orphan"].disorder.roster_adds[key] = added
        yield from ()

    return changed(sequel=mark)(scene, plans)
