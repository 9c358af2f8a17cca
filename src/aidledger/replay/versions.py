"""How amended entries stood at each position of the log, and what amended them.

The event views say what is known now. A unit's return was made from what was known then: an entry
that was put right afterwards counts as it stood; and what followed from an entry that was annulled
is asked of what it said.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

import msgspec

from aidledger.domain.events.catalog import wire_name
from aidledger.domain.events.registry import EntryAnnulled, EntryCorrected
from aidledger.domain.policy.decision import DecisionRecord
from aidledger.domain.recorded import Recorded, corrected

_SAID: Final = {
    "amount_fen": int,
    "from_month": str,
    "kind": str,
    "month": str,
    "monthly_fen": int,
    "run": str,
    "way": str,
}
"""Fields of the data that are kept of a version, where its type has them."""
_SQL_TYPES: Final = {int: "BIGINT", str: "VARCHAR"}

VERSION_COLUMNS: Final = (
    ("position", "BIGINT"),
    ("number", "BIGINT"),
    ("stream", "VARCHAR"),
    ("type", "VARCHAR"),
    ("effective_on", "DATE"),
    ("office", "VARCHAR"),
    ("from_position", "BIGINT"),
    ("to_position", "BIGINT"),
    ("facts", "VARCHAR"),
    *((name, _SQL_TYPES[kind]) for name, kind in _SAID.items()),
)
"""``number`` counts the versions of an entry: 0 is as it was recorded. ``from_position`` is the first
position at which the entry stood so, ``to_position`` the first at which it no longer did (null: it
still does; the same: nobody saw it so). ``facts`` is what its decision read, as JSON text."""

AMENDMENT_COLUMNS: Final = (
    ("position", "BIGINT"),
    ("stream", "VARCHAR"),
    ("type", "VARCHAR"),
    ("names", "BIGINT"),
    ("effective_on", "DATE"),
    ("authority", "VARCHAR"),
    ("reason", "VARCHAR"),
    ("stands", "BOOLEAN"),
)
"""Every correction and annulment that is known, on whatever day it takes effect; ``names`` is the
entry that it is about. A correction stands until it is annulled, an annulment for ever."""

BESIDE_COLUMNS: Final = {
    "entry_amendment": AMENDMENT_COLUMNS,
    "entry_version": VERSION_COLUMNS,
    "parameters": (("as_of", "DATE"), ("known_on", "DATE")),
}
"""The tables laid beside the event views and ``entry``: their columns with SQL types, in order."""

_write: Final = msgspec.json.Encoder(order="sorted").encode


def beside_sql(name: str) -> str:
    """Return the statement that makes one of them, empty."""
    columns = ", ".join(f"{column} {kind}" for column, kind in BESIDE_COLUMNS[name])
    return f"CREATE TABLE {name} ({columns})"


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as it stood from one position on, until another; version 0 is as it was recorded."""

    entry: Recorded
    number: int
    from_position: int
    to_position: int | None = None


def version_row(version: Version) -> tuple[Any, ...]:
    """Return a row of ``entry_version``."""
    entry = version.entry
    record = getattr(entry.event, "decision", None)
    said = ((getattr(entry.event, name, None), kind) for name, kind in _SAID.items())
    return (
        entry.position,
        version.number,
        entry.stream,
        wire_name(entry.event),
        entry.effective_on,
        entry.office,
        version.from_position,
        version.to_position,
        _write(record.facts).decode() if isinstance(record, DecisionRecord) else None,
        *(value if type(value) is kind else None for value, kind in said),
    )


def amendment_rows(amendments: Iterable[Recorded]) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of ``entry_amendment`` for the amendments of one stream."""
    amendments = tuple(amendments)
    annulled = {e.event.position for e in amendments if isinstance(e.event, EntryAnnulled)}
    for entry in amendments:
        match entry.event:
            case EntryAnnulled() | EntryCorrected() as event:
                stands = isinstance(event, EntryAnnulled) or entry.position not in annulled
                yield (
                    entry.position,
                    entry.stream,
                    wire_name(event),
                    event.position,
                    entry.effective_on,
                    event.authority,
                    event.reason,
                    stands,
                )
            case _:
                pass


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
    numbers = dict.fromkeys(now, 0)

    def version(at: int, to: int | None) -> Version:
        entry, since = now[at]
        number, numbers[at] = numbers[at], numbers[at] + 1
        return Version(entry=entry, number=number, from_position=since, to_position=to)

    for one in amendments:
        match one.event:
            case EntryCorrected(position=at) as event if at in now and one.position not in annulled:
                corrections[at][one.position] = event
                after = corrected(now[at][0], event)
            case EntryAnnulled(position=at) if at in now:
                annulled.add(at)
                yield version(at, max(at, one.position))
                del now[at]
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
        if after is None or after == now[at][0]:
            continue
        begins = max(at, one.position)
        yield version(at, begins)
        now[at] = (after, begins)
    for at in now:
        yield version(at, None)
