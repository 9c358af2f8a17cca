"""Workers retired in the sixties: recognised by the county, and paid a subsidy by the month till death.

Their rule asks for no survey, no opinion and no notice: an approval follows the acceptance.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from random import Random
from typing import Final

from msgspec.structs import replace

from aidledger.domain.values import add_months
from aidledger.services.simulation.care import Carers
from aidledger.services.simulation.county import County, Process
from aidledger.services.simulation.dossier import Dossier
from aidledger.services.simulation.living import die, drawn, terminate, visits
from aidledger.services.simulation.planning import CasePlan
from aidledger.services.simulation.procedure import (
    SpotChecks,
    acceptance,
    application,
    approval,
    refusal,
)
from aidledger.services.simulation.programmes import special
from aidledger.services.simulation.programmes.branch import Branch

_PROGRAMME: Final = "retired_1960s"
_AGES: Final = (78, 96)
_VISITED_EACH_DAYS: Final = 80
"""From visit to visit: the rule wants one in three months."""
_FATES: Final = ("death", "ended")
_PERMILLE: Final = (14, 4)


def draw(county: County, number: int, rng: Random) -> CasePlan:
    """Draw one clean case of somebody very old; who is not recognised is refused."""
    plan = special.draw(_PROGRAMME, _AGES, county, number, rng)
    return replace(
        plan,
        limb=_PROGRAMME,
        fates=True,
        visited=True,
        outcome=rng.choices(("approve", "refuse"), weights=(92, 8))[0],
        refused_for=("not_recognised", "档案中没有六十年代精减退职的记载。"),
        announce_after=rng.randrange(1, 6),
    )


def _apply(case: Dossier, checks: SpotChecks, approved: Callable[[Dossier], None]) -> Process:
    """Apply, be accepted, be recognised, and be approved."""
    del checks
    yield from application(case)
    yield from acceptance(case, special.declare)
    if case.plan.outcome == "refuse":
        yield from special.decided(case)
        yield from refusal(case)
        return
    yield from special.recognised(case, _PROGRAMME, _PROGRAMME)
    yield from special.decided(case)
    yield from approval(case, approved)


def live(case: Dossier, carers: Carers, _quiet_month: str) -> Iterator[Process]:
    """Return the processes of a supported person; by chance no amount of theirs changes."""
    yield visits(case, _VISITED_EACH_DAYS)
    if case.plan.fates:
        yield _fates(case, carers)


def _fates(case: Dossier, carers: Carers) -> Process:
    """Let chance strike once a month, in the middle of it: death, or a wish to have no more of it."""
    month = case.county.today.isoformat()[:7]
    while True:
        month = add_months(month, 1)
        yield case.on(date.fromisoformat(f"{month}-10"))
        match drawn(case.rng.randrange(1000), _FATES, _PERMILLE):
            case "death":
                died_on = date.fromisoformat(f"{month}-{case.rng.randrange(14, 21)}")
                yield from die(case, carers, died_on, known_after=2, buried=False)
                return
            case "ended":
                yield from terminate(case, carers, "own_wish")
                return
            case _:
                pass


BRANCH: Final = Branch(
    programme=_PROGRAMME,
    weight=2,
    packs=special.PACKS,
    draw=draw,
    apply=_apply,
    live=live,
)
"""The branch of workers retired in the sixties."""
