"""How amended entries stood at each position of the log: what a reader of that time saw.

The event views say what is known now. A unit's return was made from what was known then: an entry
that was put right afterwards counts as it stood.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from aidledger.domain.events.registry import EntryAnnulled, EntryCorrected
from aidledger.domain.recorded import Recorded, corrected

_COLUMNS: Final = (
    ("position", "BIGINT"),
    ("stream", "VARCHAR"),
    ("type", "VARCHAR"),
    ("effective_on", "DATE"),
    ("office", "VARCHAR"),
    ("amount_fen", "BIGINT"),
    ("from_position", "BIGINT"),
    ("to_position", "BIGINT"),
)
VERSION_TYPES: Final = tuple(kind for _, kind in _COLUMNS)
"""The SQL types of the columns of ``entry_version``, in their order."""
VERSION_SQL: Final = (
    f"CREATE TABLE entry_version ({', '.join(f'{name} {kind}' for name, kind in _COLUMNS)})"
)
"""``from_position`` is the first position at which the entry stood so, ``to_position`` the first at
which it no longer did (null: it still does)."""


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as it stood from one position on, until another."""

    entry: Recorded
    from_position: int
    to_position: int | None = None


def versions(
    originals: Mapping[int, Recorded], amendments: Iterable[Recorded]
) -> Iterator[Version]:
    """Yield every version of the entries of one stream that were amended.

    Args:
        originals: the entries that amendments name, as they were recorded, by position.
        amendments: the stream's corrections and annulments, in the order of the log.

    """
    amendments = tuple(amendments)
    now = {
        at: (entry, at)
        for at, entry in originals.items()
        if not isinstance(entry.event, (EntryCorrected, EntryAnnulled))
    }
    targets = {
        one.position: one.event.position
        for one in amendments
        if isinstance(one.event, EntryCorrected)
    }
    corrections: dict[int, dict[int, EntryCorrected]] = {at: {} for at in now}
    annulled: set[int] = set()
    for one in amendments:
        match one.event:
            case EntryCorrected(position=at) as event if at in now and one.position not in annulled:
                corrections[at][one.position] = event
                after = corrected(now[at][0], event)
            case EntryAnnulled(position=at) if at in now:
                annulled.add(at)
                entry, since = now.pop(at)
                yield Version(entry=entry, from_position=since, to_position=max(at, one.position))
                continue
            case EntryAnnulled(position=named):
                annulled.add(named)
                at = targets.get(named, -1)
                if at not in now or corrections[at].pop(named, None) is None:
                    continue
                after = originals[at]
                for event in corrections[at].values():
                    after = corrected(after, event) or after
            case _:
                continue
        entry, since = now[at]
        if after is None or after == entry:
            continue
        if (begins := max(at, one.position)) > since:
            yield Version(entry=entry, from_position=since, to_position=begins)
        now[at] = (after, begins)
    for entry, since in now.values():
        yield Version(entry=entry, from_position=since)
