"""What a programme of the simulated county is made of: how its cases are drawn, decided and lived.

To add one: a module beside this one that makes a :class:`Branch`, and its name in ``PROGRAMMES``
(``branches.py``). The county does the rest: it draws the programme's share of the applicants, adopts
its packs (those known later, when they are), pays its cases by runs and a fund of their own, publishes
its lists and counts it in its returns. A case says what programme it is of by ``CasePlan.programme``;
what only one programme has stands in a subclass of ``CasePlan``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from random import Random

import msgspec

from aidledger.domain.events.base import Programme
from aidledger.services.simulation.care import Carers
from aidledger.services.simulation.county import County, Process
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.planning import CasePlan
from aidledger.services.simulation.procedure import SpotChecks

Draw = Callable[[County, int, Random], CasePlan]
"""Draws one clean case of a number from its own source of chance."""
Apply = Callable[[Dossier, SpotChecks, Callable[[Dossier], None]], Process]
"""Lives the procedure up to the decision; the function is told when support was granted."""
Live = Callable[[Dossier, Carers, str], Iterator[Process]]
"""Gives the processes of a running case; in the month named no amount changes by chance."""


class Branch(msgspec.Struct, frozen=True, kw_only=True):
    """One programme. ``weight`` is its share of all applicants, against the other branches' weights.

    ``packs`` are adopted in this order. ``monthly``: its cases are paid by pay runs of their own.
    ``since``: the day of its first rule; nobody applies before, and in no county that ends before.
    """

    programme: Programme
    weight: int
    packs: tuple[str, ...]
    draw: Draw
    apply: Apply
    live: Live
    monthly: bool = True
    since: date = date.min


def not_monthly(case: Dossier, carers: Carers, quiet_month: str) -> Iterator[Process]:
    """Return nothing: the case is over with the help, or is one without monthly support."""
    del case, carers, quiet_month
    return iter(())
