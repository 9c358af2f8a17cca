"""A carer as the entries make it: registered, scored each month, qualified or not (S4-090..S4-096)."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from aidledger.domain.events import care
from aidledger.domain.recorded import END_OF_TIME, Recorded, standing


class Carer(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The state of one carer; ``last_score`` is -1 before the first."""

    stream: str
    version: int = 0
    registered: bool = False
    qualified: bool = False
    kind: str = ""
    township: str = ""
    last_month: str = ""
    last_score: int = -1
    told_months: frozenset[str] = frozenset()
    disqualified_on: str = ""
    review_since: str = ""
    """Since when the carer is looked into below the pass mark; empty while nobody does."""
    certified_to: str = ""
    """The last day of the certificate that lasts longest; empty without one."""


def evolve_carer(carer: Carer, at: Recorded) -> Carer:
    """Return the carer after one more entry."""
    change = msgspec.structs.replace
    carer = change(carer, version=at.version)
    match at.event:
        case care.CarerRegistered() as event:
            return change(
                carer, registered=True, qualified=True, kind=event.kind, township=event.township
            )
        case care.CarerScored() as event:
            return change(carer, last_month=event.month, last_score=event.score)
        case care.CarerReviewOrdered():
            return change(carer, review_since=at.effective_on)
        case care.CarerQualified() as event:
            return change(carer, certified_to=max(carer.certified_to, event.to_on))
        case care.CarerScoreTold() as event:
            return change(carer, told_months=carer.told_months | {event.month})
        case care.CarerDisqualified():
            return change(carer, qualified=False, disqualified_on=at.effective_on, review_since="")
        case _:
            return carer


def fold_carer(stream: str, entries: Iterable[Recorded], *, as_of: str = END_OF_TIME) -> Carer:
    """Fold a carer's entries in log order, leaving out what is effective after ``as_of``."""
    carer = Carer(stream=stream)
    for entry in standing(entries, as_of=as_of):
        carer = evolve_carer(carer, entry)
    return carer
