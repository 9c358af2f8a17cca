"""All programmes of the simulated county, and whose turn it is to be applied for."""

from __future__ import annotations

from typing import Final

from aidledger.services.simulation.county import County
from aidledger.services.simulation.planning import CasePlan
from aidledger.services.simulation.programmes import (
    children,
    dibao,
    families,
    hardship,
    retired,
    special,
    temporary,
)
from aidledger.services.simulation.programmes.branch import Branch

PROGRAMMES: Final[tuple[Branch, ...]] = (
    hardship.BRANCH,
    dibao.BRANCH,
    *children.BRANCHES,
    temporary.BRANCH,
    *special.BRANCHES,
    retired.BRANCH,
    *families.BRANCHES,
)
"""Every programme, in the order in which their packs are adopted and their runs are paid."""
_BY_NAME: Final = {branch.programme: branch for branch in PROGRAMMES}


def branch_of(plan: CasePlan) -> Branch:
    """Return the programme of a case."""
    return _BY_NAME[plan.programme]


def draw_plan(county: County, number: int) -> CasePlan:
    """Draw one clean case, of a programme chosen by the weights of those that have begun."""
    weights = [branch.weight if branch.since <= county.last else 0 for branch in PROGRAMMES]
    (branch,) = county.rng("programme", number).choices(PROGRAMMES, weights)
    return branch.draw(county, number, county.rng("case", number))
