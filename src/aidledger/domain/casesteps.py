"""A case just before each of its entries, folded once: what every repeated decision looks at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from aidledger.domain.case import Case, evolve, fold_case
from aidledger.domain.events.registry import EntryAnnulled, EntryCorrected
from aidledger.domain.recorded import Recorded


def with_case_before(stream: str, entries: Iterable[Recorded]) -> Iterator[tuple[Recorded, Case]]:
    """Yield each entry with the case as all entries before it make it: `fold_case` of those.

    Only an amendment, or an entry that an earlier one has named, changes what went before: then all
    is folded anew. An entry's own amendments come after it and do not count for it.
    """
    case, seen, named = Case(stream=stream), list[Recorded](), set[int]()
    for entry in entries:
        yield entry, case
        seen.append(entry)
        amends = isinstance(entry.event, (EntryAnnulled, EntryCorrected))
        if amends:
            named.add(entry.event.position)
        anew = amends or entry.position in named
        case = fold_case(stream, seen) if anew else evolve(case, entry)
