"""A case as its entries make it: the fold that every decision and every comparison starts from.

The fold takes any history, lawful or not: what the rules refuse is refused in ``decide``; what has
been recorded is folded as it stands. ``case_state.sql`` derives the same columns independently.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec
from msgspec.structs import force_setattr

from aidledger.domain.casestate import Case, Step
from aidledger.domain.events.registry import EntryAnnulled, EntryCorrected
from aidledger.domain.recorded import END_OF_TIME, Recorded, standing
from aidledger.domain.steps import (
    ending,
    helping,
    household,
    overseeing,
    paying,
    procedure,
    special,
    supporting,
)

_STEPS: Final[dict[type, Step]] = {
    **procedure.STEPS,
    **household.STEPS,
    **supporting.STEPS,
    **paying.STEPS,
    **ending.STEPS,
    **overseeing.STEPS,
    **helping.STEPS,
    **special.STEPS,
}


def evolve(case: Case, *entries: Recorded) -> Case:
    """Return the case after more entries; those without a step only move the version on."""
    if not entries:
        return case
    last = entries[-1]
    after = msgspec.structs.replace(case, version=last.version, last_position=last.position)
    for at in entries:
        step = _STEPS.get(type(at.event))
        if step:
            # nobody else has this state yet: to copy its hundred fields for each entry is the most of a fold
            for name, value in step(after, at, at.event).items():
                force_setattr(after, name, value)
    return after


def fold_case(stream: str, entries: Iterable[Recorded], *, as_of: str = END_OF_TIME) -> Case:
    """Fold a case's entries in log order, leaving out what is effective after ``as_of``.

    Annulled entries do not count and corrected ones count as corrected.
    """
    return evolve(Case(stream=stream), *standing(entries, as_of=as_of))


def with_case_before(stream: str, entries: Iterable[Recorded]) -> Iterator[tuple[Recorded, Case]]:
    """Yield each entry with the case as all entries before it make it: `fold_case` of those.

    Only an amendment, or an entry that an earlier one has named, changes what went before: then all
    is folded anew. An entry's own amendments come after it and do not count for it.
    """
    case, seen, named = Case(stream=stream), list[Recorded](), set[int]()
    for entry in entries:
        yield entry, case
        seen.append(entry)
        match entry.event:
            case EntryAnnulled(position=position) | EntryCorrected(position=position):
                named.add(position)
                amends = True
            case _:
                amends = False
        anew = amends or entry.position in named
        case = fold_case(stream, seen) if anew else evolve(case, entry)
