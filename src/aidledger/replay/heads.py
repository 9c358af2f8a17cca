"""What chains records, read out of many at once where each is strict and right as its type has it.

Records of one type are laid out one a line and found by one expression: no value is made of what is
only looked at. What it does not find is read by the strict decoder.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from typing import Final

from aidledger.domain.events.catalog import EVENTS
from aidledger.ledger.entry import (
    MAX_RECORD_BYTES,
    Entry,
    EntryError,
    decode_entries,
)
from aidledger.ledger.window import CheckData, Heads
from aidledger.replay.patterns import (
    AMENDING_TYPES,
    Lines,
    UnwrittenError,
    are_links,
    is_basis,
    is_open_part,
    is_time,
    make_lines,
)

READ_FIRST: Final = 50
"""So many records of a type are decoded before its expression is made: that takes about as long."""

_LINES: Final[dict[bytes, Lines | None]] = {}
_SEEN: Final[Counter[bytes]] = Counter()
_NAMES: Final = frozenset(name.encode() for name in EVENTS if name not in AMENDING_TYPES)
"""Amendments are always decoded."""

_START: Final = len('{"$type":"')
"""What stands before a type; the expressions and the decoder see that it does."""
_Head = tuple[bytes, ...]
"""Of one record: cause, basis, prev, recorded_at, stream, version."""
_DECODED: Final = b""
"""The basis of a record that was decoded."""


def read_heads(records: Sequence[bytes], check_data: CheckData) -> Heads | None:
    """Return what chains records; None where not every one is surely strict and right.

    `check_data` says so of records that are decoded.
    """
    by_type: defaultdict[bytes, list[int]] = defaultdict(list)
    try:
        if max(map(len, records)) > MAX_RECORD_BYTES:
            return None
        starts = [record.partition(b'","')[0] for record in records]
        for number, start in enumerate(starts):
            by_type[start].append(number)
    except (TypeError, ValueError, AttributeError):
        return None  # no record, or one that is no bytes
    heads: list[_Head] = [()] * len(records)
    rest: list[int] = []
    seen: list[tuple[bytes, list[int]]] = []
    for start, numbers in by_type.items():
        found = _found(start[_START:], [records[number] for number in numbers])
        if found is None:
            rest += numbers
            continue
        seen.append((start[_START:], numbers))
        for number, head in zip(numbers, found, strict=True):
            heads[number] = head
    if rest:
        decoded = _decoded([records[number] for number in rest], check_data)
        if decoded is None:
            return None
        for number, head in zip(rest, decoded, strict=True):
            heads[number] = head
    causes, bases, prevs, times, streams, versions = zip(*heads, strict=True)
    if not (
        all(map(is_basis, {*bases} - {_DECODED}))
        and all(map(is_time, set(times)))
        and are_links(prevs)
    ):
        decoded = _decoded(records, check_data)
        if decoded is None:
            return None
        causes, _, prevs, times, streams, versions = zip(*decoded, strict=True)
        seen = []  # a part that only the decoder passed may be of no real day
    types = [start[_START:] for start in starts]
    return Heads(types, causes, prevs, times, streams, versions, seen)


def _found(name: bytes, records: list[bytes]) -> list[_Head] | None:
    """Return the parts of records of one type; None where not every one is found."""
    if name not in _NAMES:
        return None
    if name not in _LINES:
        _SEEN[name] += len(records)
        if _SEEN[name] <= READ_FIRST:
            return None
        _LINES[name] = _made(name.decode())
    lines = _LINES[name]
    if lines is None:
        return None
    joined = b"\n".join((*records, b""))
    found = lines.find(joined)
    # as many lines as records: then none holds a newline, and each line is one record
    if len(found) != len(records) or joined.count(b"\n") != len(records):
        return None
    if lines.depth is None:
        return found
    if not all(is_open_part(one[1], lines.depth) for one in found):
        return None
    return [(one[0], *one[2:]) for one in found]


def _made(name: str) -> Lines | None:
    kind = EVENTS[name]
    try:
        return make_lines(name, kind.struct, kind.sealed, kind.stream)
    except UnwrittenError:
        return None


def _decoded(records: Sequence[bytes], check_data: CheckData) -> Iterable[_Head] | None:
    """Read records by the strict decoder; None at any doubt."""
    try:
        entries = decode_entries(records)
    except EntryError:
        return None
    return map(_head, entries) if check_data.all_right(entries) else None


def _head(entry: Entry) -> _Head:
    texts = (entry.prev or "", entry.recorded_at, entry.stream, str(entry.version))
    return entry.cause.encode(), _DECODED, *(text.encode() for text in texts)
