"""Doubts about a case, and the acts on them that break a duty, or don't."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from tests.domain.registry.acts import (
    AUDITOR,
    CASE,
    DECIDER,
    INVESTIGATOR,
    REVIEWER,
    SURVEYOR,
    Made,
    applied,
    surveyed,
)
from tests.domain.registry.worlds import DAY, VILLAGE, Speech, World

from aidledger.domain.events import doubt
from aidledger.domain.events.base import Event

DOUBT: Final = "doubt/F001-1"
RAISED = doubt.DoubtRaised(
    case=CASE, identity="1d" * 32, place=VILLAGE, positions=(3,), rule="F001", severity="high",
    subject=CASE,
)  # fmt: skip
VERIFIED = doubt.DoubtVerified(by=(INVESTIGATOR,), found=("so",), on_site=True, verified_on=DAY)
CONFIRMED = doubt.DoubtConfirmed(reason="so")
DECIDED = doubt.DoubtDecided(outcomes=("none",))
CLOSED = doubt.DoubtClosed()


def on_doubt(who: str, event: Event) -> Speech:
    return Speech(who, event, DOUBT)


LOOKED = on_doubt(INVESTIGATOR, VERIFIED)
JUDGED = on_doubt(REVIEWER, CONFIRMED)


def after_doubt(
    *said: Speech, first: Callable[[World], None] = applied
) -> Callable[[Speech], Made]:
    """Return what makes a speech the last of some about a doubt of a case."""

    def ending(speech: Speech) -> Made:
        def made(world: World) -> Speech:
            first(world)
            world.says(on_doubt(AUDITOR, RAISED), *said)
            return speech

        return made

    return ending


OF_SURVEYED = after_doubt(first=surveyed)
UNLAWFUL: Final[dict[str, Made]] = {
    "s16-doubt-from-outside": OF_SURVEYED(on_doubt(SURVEYOR, VERIFIED)),
    "s16-assigned-to-outside": OF_SURVEYED(
        on_doubt(AUDITOR, doubt.DoubtAssigned(to_office="o", to_officer=SURVEYOR))
    ),
    "s16-closed-by-another": after_doubt(LOOKED, on_doubt(AUDITOR, CONFIRMED))(
        on_doubt(AUDITOR, CLOSED)
    ),
    "s16-verified-before-judged": after_doubt()(JUDGED),
    "s16-judged-before-decided": after_doubt(LOOKED)(on_doubt(DECIDER, DECIDED)),
    "s16-judged-before-closed": after_doubt(LOOKED)(on_doubt(AUDITOR, CLOSED)),
}
LAWFUL: Final[dict[str, Made]] = {
    "s16-doubt-from-outside": OF_SURVEYED(LOOKED),
    "s16-assigned-to-outside": OF_SURVEYED(
        on_doubt(AUDITOR, doubt.DoubtAssigned(to_office="o", to_officer=INVESTIGATOR))
    ),
    "s16-closed-by-another": after_doubt(LOOKED, JUDGED)(on_doubt(AUDITOR, CLOSED)),
    "s16-verified-before-judged": after_doubt(LOOKED)(JUDGED),
    "s16-judged-before-decided": after_doubt(LOOKED, JUDGED)(on_doubt(DECIDER, DECIDED)),
    "s16-judged-before-closed": after_doubt(LOOKED, JUDGED)(on_doubt(AUDITOR, CLOSED)),
}
