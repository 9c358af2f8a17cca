"""Help that rests on a recognition which no longer holds."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from aidledger.domain.events import helping
from aidledger.services.simulation.county import Process, Turn
from aidledger.services.simulation.irregularities.scene import Kind, Scene, where
from aidledger.services.simulation.places import COUNTY, DECIDER
from aidledger.services.simulation.programmes.keeping import fall_into

_RECOGNISED: Final = 30
"""The working day on which the person is recognised, counted from 0."""
_VALID_DAYS: Final = 60
_WEEKS_AFTER: Final = 4


def kinds() -> tuple[Kind, ...]:
    """Return the kinds of this group."""
    return (
        Kind(
            rule="F053",
            note_zh="认定有效期届满后仍据以给予救助",
            note_en="help was granted by a recognition that had expired",
            start=lambda scene: scene.county.spawn(_recognise_and_help(scene)),
            find=lambda scene: where(scene.entries(), helping.HelpGranted),
        ),
    )


def _recognise_and_help(scene: Scene) -> Process:
    """Recognise somebody for two months, and help weeks after they are over."""
    county, case = scene.county, scene.cases[0]
    yield Turn(county.workdays[_RECOGNISED], case.office)
    fall_into(case, "k1", case.plan.person, "illness")
    yield Turn(county.workdays[_RECOGNISED + 1], COUNTY)
    last = county.today + timedelta(days=_VALID_DAYS)
    recognised = helping.RecognitionGranted(
        by_unit=COUNTY, cause="k1", recognised="marginal", valid_to=last.isoformat()
    )
    county.say(case.stream, recognised, by=DECIDER)
    yield Turn(county.workday(last + timedelta(weeks=_WEEKS_AFTER)), COUNTY)
    granted = helping.HelpGranted(
        amount_fen=20_000, cause="k1", help="temporary", kind="expenditure", way="goods"
    )
    proposal = county.proposal(case.stream, granted, by=DECIDER)
    county.insist(proposal, reason="群众急需", authority="社会救助股")
