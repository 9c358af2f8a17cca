"""What the entries of oversight make of a case: who answers for the person."""

from __future__ import annotations

from typing import Final

from aidledger.domain.casestate import Case, Changes, Step
from aidledger.domain.events import oversight
from aidledger.domain.recorded import Recorded


def _assigned(case: Case, at: Recorded, e: oversight.BearerAssigned) -> Changes:
    return {"bearers": (case.bearers - {e.replaces}) | {e.bearer}}


def _released(case: Case, at: Recorded, e: oversight.BearerReleased) -> Changes:
    return {"bearers": case.bearers - {e.bearer}}


STEPS: Final[dict[type, Step]] = {
    oversight.BearerAssigned: _assigned,
    oversight.BearerReleased: _released,
}
